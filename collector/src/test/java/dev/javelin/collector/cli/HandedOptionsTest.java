package dev.javelin.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.collector.daemon.Request;
import dev.javelin.collector.session.JavelinException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HandedOptionsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "--event=cpu",
                "--event=wall",
                "--event=offcpu",
                "--event=runq",
                "--event=syscall:fsync",
                "--event=syscall:p*64",
                "--event=cpu,offcpu,syscall:fsync",
                "--frequency=999",
                "--interval=1001002",
                "--interval=10s",
                "--threads",
                "--include=a=b,c d",
                "--title=--file=/etc/passwd",
                "--title=@/etc/passwd",
                "--minwidth=1.5",
                "--user"
            })
    void shouldTakeAWordAsItIs(String word) {
        assertThat(HandedOptions.check(List.of(word)).options()).containsExactly(word, "--duration=86400000000000ns");
    }

    @Test
    void shouldBoundTheDuration() {
        assertThat(HandedOptions.check(List.of("--duration=90")).options()).containsExactly("--duration=90000000000ns");
        assertThat(HandedOptions.check(List.of("--duration=24h")).duration()).hasHours(24);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--file=x.html | --file: the daemon does not take",
                "-f | -f: the daemon does not take",
                "all | all: the daemon does not take",
                "--wakers | --wakers: the daemon does not take",
                "--mode=user | --mode: the daemon does not take",
                "--event=alloc | the daemon records cpu",
                "--event=cycles | the daemon records cpu",
                "--event=cpu:x | -e cpu:x",
                "--event=uprobe:libc:fsync | the daemon records cpu",
                "--event=syscall:read,write | -e write: unknown event",
                "--event=cpu,uprobe:libc:fsync | -e uprobe:libc:fsync: the daemon records cpu",
                "--event=wall,cpu | has cpu already",
                "--alloc=2m | --alloc: the daemon does not take",
                "--event=tracepoint:sched:sched_switch | the daemon records cpu",
                "--frequency=1000 | 999 samples",
                "--interval=1ms | 999 samples",
                "--duration=86401 | 24 h at most",
                "--duration=1y | '1y' is not a duration",
                "--exclude=[ | is no regular expression",
                "--threads=perhaps | perhaps",
                "--minwidth=x | Invalid value",
                "--depth=0 | the depth must be",
                "--event | Missing required parameter"
            })
    void shouldSayWhatIsNotTaken(String word, String message) {
        assertThatThrownBy(() -> HandedOptions.check(List.of(word)))
                .isInstanceOf(JavelinException.class)
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".exe", "html", "/x.html", ".HTML"})
    void shouldKnowTheFormats(String format) {
        Request request = new Request(1, 1, format, "", List.of());
        assertThatThrownBy(() -> HandedOptions.check(request)).hasMessageContaining("unknown format");
    }
}
