package dev.javelin.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.collector.probe.Parameter;
import dev.javelin.collector.probe.Parameter.Form;
import dev.javelin.collector.probe.SyscallNames;
import dev.javelin.collector.probe.TracedProbe;
import dev.javelin.collector.session.Hit;
import dev.javelin.collector.session.TargetText;
import dev.javelin.collector.walker.TraceContext;
import dev.javelin.flamegraph.Frame;
import dev.javelin.flamegraph.FrameType;
import dev.javelin.flamegraph.Profile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceLinesTest {
    private static final TracedProbe SYSCALLS = new TracedProbe(null, "syscall:", true, true, List.of());
    private static final TracedProbe FUNCTION = new TracedProbe(
            null,
            "uprobe:libc:malloc",
            false,
            false,
            List.of(new Parameter(0, null, Form.NUMBER), new Parameter(1, null, Form.NUMBER)));

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Profile profile = new Profile(false);

    @Test
    void shouldAlignColumnsAndWidenThatOfThreads() {
        TraceLines lines = lines(Long.MAX_VALUE, true, SYSCALLS, FUNCTION);
        lines.hit(hit(0, "main", "fsync", 1_230_000, 0, 7), profile);
        lines.hit(hit(1, "a thread with a name", "read", 0, 0, 64, 1L << 46), profile);
        lines.hit(hit(0, "main", "read", 17, -11, 7, 0, 4096), profile);

        assertThat(text(lines)).isEqualTo("""
                TIME             THREAD            TID     TOOK  HIT
                01:02:03.000004  main               12  1.23 ms  syscall:fsync(fd=7) = 0
                01:02:03.000004  a thread with a name       12           uprobe:libc:malloc(64, 0x400000000000)
                01:02:03.000004  main                       12    17 ns  syscall:read(fd=7, buf=0, count=4096) = -11 EAGAIN
                """);
    }

    @Test
    void shouldLeaveOutTheColumnOfTimesIfNothingTakesTime() {
        TraceLines lines = lines(Long.MAX_VALUE, false, FUNCTION);
        lines.hit(hit(0, "main", "read", 0, 0, 1, 2), profile);

        assertThat(text(lines)).isEqualTo("01:02:03.000004  main               12  uprobe:libc:malloc(1, 2)\n");
    }

    @Test
    void shouldEscapeWhatComesFromTheTarget() {
        TraceLines lines =
                lines(Long.MAX_VALUE, false, new TracedProbe(null, "uprobe:a\u001bb:f", false, false, List.of()));
        int frame = profile.frame(Frame.java(FrameType.JIT_COMPILED, "a/B\u001b[2J", "m\n\u202E", "()V", 0, -1));
        int native2 = profile.frame(Frame.symbol(FrameType.NATIVE, "start_thread", null));
        Hit hit = hit(0, "\u001b[31mx\n", "read", 0, 0);
        int stack = profile.stack(new int[] {frame, native2}, 0, 2);
        lines.hit(
                new Hit(hit.timeNanos(), hit.thread(), 0, hit.arguments(), 0, 0, 0, stack, TraceContext.NONE, Map.of()),
                profile);

        assertThat(text(lines)).isEqualTo("""
                01:02:03.000004  \\u001b[31mx\\u000a       12  uprobe:a\\u001bb:f()
                    a/B\\u001b[2J.m\\u000a\\u202e
                    start_thread
                """);
    }

    @Test
    void shouldShowTheSpanBehindWhatWasCalled() {
        TraceLines lines = lines(Long.MAX_VALUE, false, FUNCTION);
        Hit hit = hit(0, "main", "read", 0, 0, 1, 2);
        TraceContext trace = new TraceContext(0x4bf92f3577b34da6L, 0xa3ce929d0e0e4736L, 0x00f067aa0ba902b7L);
        lines.hit(new Hit(7_000, hit.thread(), 0, hit.arguments(), 0, 0, 0, 0, trace, Map.of()), profile);

        assertThat(text(lines))
                .endsWith("uprobe:libc:malloc(1, 2)"
                        + "  trace=4bf92f3577b34da6a3ce929d0e0e4736 span=00f067aa0ba902b7\n");
    }

    @Test
    void shouldWantNoMoreAfterTheLastLine() {
        TraceLines lines = lines(2, false, FUNCTION);

        assertThat(lines.hit(hit(0, "main", "read", 0, 0), profile)).isTrue();
        assertThat(lines.hit(hit(0, "main", "read", 0, 0), profile)).isFalse();
        assertThat(text(lines)).hasLineCount(2);
    }

    @Test
    void shouldEndWhenNobodyReads() {
        PrintStream closed = new PrintStream(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        });
        TraceLines lines = new TraceLines(closed, List.of(FUNCTION), Long.MAX_VALUE, false, clock());

        assertThat(lines.taken()).isTrue();
        lines.hit(hit(0, "main", "read", 0, 0), profile);
        assertThat(lines.taken()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "fsync, syscall:fsync(fd=-1) = 4097",
        "sched_yield, syscall:sched_yield() = 4097",
        "openat, 'syscall:openat(dfd=-1, filename=0x2, flags=0x1ff, mode=0777) = 4097'",
        "init_module, 'syscall:init_module(4294967295, 2, 511, 511, 0, 0) = 4097'",
    })
    void shouldKnowTheArgumentsOfSystemCalls(String name, String text) {
        StringBuilder line = new StringBuilder();
        HitText.append(line, SYSCALLS, hit(0, "main", name, 1, 4097, 0xffff_ffffL, 2, 511, 511));

        assertThat(line).hasToString(text);
    }

    @Test
    void shouldQuoteAndEscapeTexts() {
        List<Parameter> parameters = List.of(
                new Parameter(0, "class", Form.TEXT),
                new Parameter(2, null, Form.C_STRING),
                new Parameter(3, "sig", Form.TEXT));
        TracedProbe probe = new TracedProbe(null, "usdt:a:b:c", false, false, parameters);
        Hit hit = hit(0, "main", "read", 0, 0, 0x7f00, 3, 0x7f10, 0x7f20);
        Map<Integer, TargetText> texts =
                Map.of(0, new TargetText("a\"\\\u001b\u202e\n", false), 2, new TargetText("cut", true));
        StringBuilder line = new StringBuilder();
        HitText.append(line, probe, new Hit(0, hit.thread(), 0, hit.arguments(), 0, 0, 0, 0, TraceContext.NONE, texts));

        assertThat(line).hasToString("usdt:a:b:c(class=\"a\\\"\\\\\\u001b\\u202e\\u000a\", \"cut\"…, sig=0x7f20)");
    }

    private TraceLines lines(long most, boolean heading, TracedProbe... probes) {
        return new TraceLines(
                new PrintStream(out, false, StandardCharsets.UTF_8), List.of(probes), most, heading, clock());
    }

    private static TimeOfDay clock() {
        return new TimeOfDay(Instant.parse("2020-01-01T01:02:03.000002Z"), 5_000, ZoneOffset.UTC);
    }

    private Hit hit(int probe, String thread, String syscall, long took, long returned, long... arguments) {
        List<Long> all = Arrays.stream(Arrays.copyOf(arguments, 12)).boxed().toList();
        int number = SyscallNames.all().get(syscall);
        int id = profile.thread(11, 12, thread, null);
        return new Hit(7_000, id, probe, all, returned, took, number, 0, TraceContext.NONE, Map.of());
    }

    private String text(TraceLines lines) {
        lines.taken();
        return out.toString(StandardCharsets.UTF_8);
    }
}
