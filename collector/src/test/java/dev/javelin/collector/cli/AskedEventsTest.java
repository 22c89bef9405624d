package dev.javelin.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.collector.session.JavelinException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AskedEventsTest {
    private static List<String> names(AskedEvents events) {
        return events.list().stream().map(AskedEvent::name).toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            cpu | cpu
            cpu,offcpu,runq | cpu; offcpu; runq
            cpu, offcpu | cpu; offcpu
            syscall:read /retval > 4096/,offcpu | syscall:read /retval > 4096/; offcpu
            syscall:read /retval < 16/,syscall:write /arg2<9/,cpu | syscall:read /retval < 16/; syscall:write /arg2<9/; cpu
            syscall:read /comm == "a,b"/,cpu | syscall:read /comm == "a,b"/; cpu
            uprobe:libx:f(int, char*),cpu | uprobe:libx:f(int, char*); cpu
            uprobe:libx:f<int, g<1, 2> >::h,cpu | uprobe:libx:f<int, g<1, 2> >::h; cpu
            uprobe:/usr/lib/libx.so:f,uprobe:/tmp/y.so:g<a,b>,runq | uprobe:/usr/lib/libx.so:f; uprobe:/tmp/y.so:g<a,b>; runq
            uprobe:libx:operator->,cpu | uprobe:libx:operator->; cpu
            java:a.B.c(int,String):50ms,offcpu | java:a.B.c(int,String):50ms; offcpu
            """)
    void commasWithinAProbeAreIts(String text, String events) {
        assertThat(names(AskedEvents.of(List.of(text), List.of())))
                .containsExactly(
                        Arrays.stream(events.split(";", -1)).map(String::strip).toArray(String[]::new));
    }

    @Test
    void otherOptionsMayAskForMore() {
        assertThat(names(AskedEvents.of(List.of(), List.of()))).containsExactly("cpu");
        assertThat(names(AskedEvents.of(List.of(), List.of("alloc")))).containsExactly("alloc");
        assertThat(names(AskedEvents.of(List.of("cpu", "lock"), List.of("alloc", "lock"))))
                .containsExactly("cpu", "lock", "alloc");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            cpu,offcpu,runq | cpu
            offcpu,cycles,syscall:fsync | cycles
            wall,syscall:fsync | wall
            offcpu,syscall:fsync,uprobe:libc:fsync | syscall:fsync,uprobe:libc:fsync
            cpu,alloc,lock | cpu
            alloc,lock | ''
            offcpu,runq | ''
            offcpu | offcpu
            alloc | alloc
            """)
    void anIntervalIsMeantForOneKind(String text, String taking) {
        AskedEvents events = AskedEvents.of(List.of(text), List.of());
        assertThat(String.join(
                        ",",
                        events.list().stream()
                                .filter(events::takesInterval)
                                .map(AskedEvent::name)
                                .toList()))
                .isEqualTo(taking);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            cpu,offcup | -e offcup: unknown event
            cpu, | -e : unknown event
            cpu,cpu | cpu is there twice
            cpu,wall | wall is the time on and off the CPU, and has cpu already
            wall,runq,offcpu | has offcpu already
            cpu,cycles | cpu and cycles are both sampled
            cycles,cache-misses | cycles and cache-misses are both sampled
            cpu,lock,runq | only user-space mode has lock, and only kernel mode runq
            alloc,syscall:fsync | only kernel mode syscall:fsync
            java:a.B.c:1ms,java:a.B.d:1ms | one java: at a time
            """)
    void someDoNotGoTogether(String text, String message) {
        assertThatThrownBy(() -> AskedEvents.of(List.of(text), List.of()))
                .isInstanceOf(JavelinException.class)
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1));
    }
}
