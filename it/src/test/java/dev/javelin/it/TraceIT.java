package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Links;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.HostileNames;
import dev.javelin.it.targets.KnownCalls;
import dev.javelin.it.targets.KnownEvents;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A line for each call that the target made, and what could not be shown is counted. */
class TraceIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int OF_SYSCALLS = 2;
    private static final String TIME = "\\d\\d:\\d\\d:\\d\\d\\.\\d{6}";
    private static final String TOOK = " +[1-9]\\d*(\\.\\d+)? [num]?s";
    private static final Pattern SUMMARY =
            Pattern.compile("(\\d+) hits? in [0-9.]+ s, (\\d+) lines?.*; lost (\\d+)( \\(([^)]*)\\))?");

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void everyCallHasALineWithItsArguments(int major) throws Exception {
        Child.Result result = observe(
                major,
                Watch.OWN_LINKS + OF_SYSCALLS + 1,
                List.of("trace", "syscall:fsync", "syscall:pwrite64 /arg2 == 4096/", "uprobe:libc:sched_yield"));
        String start = TIME + "  Thread-\\d  +\\d+";
        assertThat(matching(result.out(), start + " " + TOOK + "  syscall:fsync\\(fd=\\d+\\) = 0"))
                .as(result.err())
                .hasSize(KnownCalls.FSYNCS);
        assertThat(matching(
                        result.out(),
                        start + " " + TOOK
                                + "  syscall:pwrite64\\(fd=\\d+, buf=0x[0-9a-f]+, count=4096, pos=\\d+\\) = 4096"))
                .hasSize(KnownCalls.FSYNCS);
        ProbesIT.assertYields(matching(result.out(), start + " +uprobe:libc:sched_yield\\(.*\\)")
                .size());
        int all = (int) result.out().lines().count();
        ProbesIT.assertYields(all - 2 * KnownCalls.FSYNCS);
        assertThat(summary(result)).containsExactly(all, all, 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void textsOfHotSpotsProbesAreShown(int major) throws Exception {
        MustRun.recording();
        List<String> command = List.of(
                "trace",
                "usdt:libjvm:hotspot:class__loaded",
                "usdt:libjvm:hotspot:thread__start",
                "usdt:libjvm:hotspot:thread__stop",
                "usdt:libjvm:hotspot:method__compile__*",
                "usdt:libjvm:hotspot:monitor__contended__enter",
                "usdt:libjvm:hotspot:gc__*");
        String method =
                "\\(compiler=\"C[12]\", class=\"dev/javelin/it/targets/KnownEvents\", method=\"compiledMethod\","
                        + " signature=\"\\(I\\)I\"";
        String name = "\\(name=\"t{127}\"…, thread=\\d+, tid=\\d+, daemon=0\\)";
        // who calls the method waits for its compilation: else the target may be done before
        List<String> flags = List.of("-XX:+DTraceMonitorProbes", "-XX:-BackgroundCompilation");
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), flags, KnownEvents.class);
                Child recorder = Watch.start(target, command)) {
            // at some probes the arguments are in other registers at each of their places, which makes a link more
            Links.await(recorder, Watch.OWN_LINKS + 8 + (major == 25 ? 1 : 0));
            String out = toItsEnd(target, recorder).ok().out();
            for (String line : List.of(
                    ".*usdt:libjvm:hotspot:class__loaded\\(class=\"hostile/\\\\\"quoted\\\\\" \\\\\\\\ \\\\u001b]2J \uD83D\uDE00"
                            + " \\\\u202e(\\+0x[0-9a-f]+)?\", loader=0x[0-9a-f]+, shared=0\\)",
                    ".*usdt:libjvm:hotspot:thread__start" + name,
                    ".*usdt:libjvm:hotspot:thread__stop" + name,
                    ".*usdt:libjvm:hotspot:monitor__contended__enter\\(thread=\\d+, monitor=0x[0-9a-f]+,"
                            + " class=\"dev/javelin/it/targets/KnownEvents\\$Lock\"\\)",
                    ".*usdt:libjvm:hotspot:gc__begin\\(full=1\\)",
                    ".*usdt:libjvm:hotspot:gc__end\\(\\)")) {
                assertThat(matching(out, line)).as(line + " in " + out).hasSize(1);
            }
            assertThat(matching(out, ".*method__compile__begin" + method + "\\)"))
                    .as(out)
                    .isNotEmpty();
            assertThat(matching(out, ".*method__compile__end" + method + ", success=1\\)"))
                    .isNotEmpty();
            assertThat(out).doesNotContain("\u001b", "\u202e");
        }
    }

    @Test
    void anArgumentIsShownAsTextIfThatIsAskedFor() throws Exception {
        MustRun.recording();
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(17), List.of(), KnownEvents.class);
                Child recorder = Watch.start(target, List.of("trace", "--str", "arg1", "syscall:openat"))) {
            Links.await(recorder, Watch.OWN_LINKS + OF_SYSCALLS);
            String out = toItsEnd(target, recorder).ok().out();
            String line = ".*syscall:openat\\(dfd=-100, filename=\"" + KnownEvents.FILE + "\", flags=.*, mode=.*";
            assertThat(matching(out, line)).as(out).hasSize(1);
        }
    }

    @Test
    void itEndsAfterTheLinesThatWereAskedFor() throws Exception {
        MustRun.recording();
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(17), List.of(), KnownCalls.class);
                Child recorder = Watch.start(target, List.of("trace", "-n", "7", "uretprobe:libc:fsync"))) {
            Links.await(recorder, Watch.OWN_LINKS + 2);
            target.send("go");
            Child.Result result = recorder.await(PATIENCE).ok();
            assertThat(matching(result.out(), TIME + ".*" + TOOK + "  uretprobe:libc:fsync\\(\\d+, .*\\) = 0"))
                    .hasSize(7);
            assertThat(result.out().lines()).hasSize(7);
            assertThat(summary(result).get(1)).isEqualTo(7);
        }
    }

    @Test
    void theStackIsBelowItsLine() throws Exception {
        Child.Result result = observe(17, Watch.OWN_LINKS + OF_SYSCALLS, List.of("trace", "--stack", "syscall:fsync"));
        List<String> lines = result.out().lines().toList();
        int hits = 0;
        int whole = 0;
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(" ")) {
                continue;
            }
            hits++;
            int end = i + 1;
            while (end < lines.size() && lines.get(end).startsWith("    ")) {
                end++;
            }
            List<String> stack =
                    lines.subList(i + 1, end).stream().map(String::strip).toList();
            whole += stack.contains("dev/javelin/it/targets/KnownCalls.calls")
                            && stack.indexOf("fsync") == 0
                            && stack.contains("start_thread")
                    ? 1
                    : 0;
        }
        assertThat(hits).as(result.err()).isEqualTo(KnownCalls.FSYNCS);
        assertThat((double) whole / hits).isGreaterThanOrEqualTo(0.999);
    }

    @Test
    void whatFindsNoRoomIsCounted() throws Exception {
        MustRun.recording();
        Path out = directory.resolve("lines");
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(17), List.of(), KnownCalls.class)) {
            List<String> command = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" > " + out, "sh"));
            command.addAll(JavelinCommand.line(
                    List.of("trace", "--stack", "uprobe:libc:sched_yield", Long.toString(target.pid()))));
            try (Child recorder = new Child(command)) {
                Links.await(recorder, Watch.OWN_LINKS + 1);
                recorder.signal("STOP"); // it takes nothing out of the ring, which has room for fewer
                int from = target.outLines().size();
                target.send("go");
                target.awaitOut(from, "DONE", PATIENCE);
                recorder.signal("CONT");
                recorder.signal("INT");
                Child.Result result = recorder.await(PATIENCE).ok();
                List<Integer> summary = summary(result);
                System.out.println(result.err());
                ProbesIT.assertYields(summary.get(0));
                assertThat(summary.get(2)).isPositive();
                assertThat(summary.get(1) + summary.get(2)).isEqualTo(summary.get(0));
                assertThat(result.err()).contains("ring buffer full " + summary.get(2));
                try (var lines = Files.lines(out)) {
                    assertThat(lines.filter(line -> !line.startsWith(" ")).count())
                            .isEqualTo(summary.get(1).longValue());
                }
            }
        }
    }

    @Test
    void itEndsQuietlyWhenNobodyReads() {
        MustRun.recording();
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(17), List.of(), KnownCalls.class)) {
            String line = String.join(
                    " ", JavelinCommand.line(List.of("trace", "syscall:futex", Long.toString(target.pid()))));
            Child.Result result = Child.run(PATIENCE, List.of("bash", "-o", "pipefail", "-c", line + " | head -n 3"));
            assertThat(result.ok().out().lines()).hasSize(3);
            assertThat(result.err().lines()).as(result.err()).hasSize(1).allMatch(said -> said.startsWith("tracing "));
        }
    }

    @Test
    void namesOfThreadsAreEscaped() throws Exception {
        MustRun.recording();
        Path jcmd = MustRun.jdk(17).java().resolveSibling("jcmd");
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(17), List.of(), HostileNames.class);
                Child recorder = Watch.start(target, List.of("trace", "--stack", "syscall:futex"))) {
            Links.await(recorder, Watch.OWN_LINKS + OF_SYSCALLS);
            for (int i = 0; i < 3; i++) { // all threads are stopped for it, and wait
                Child.run(jcmd.toString(), Long.toString(target.pid()), "Thread.print")
                        .ok();
            }
            recorder.signal("INT");
            Child.Result result = recorder.await(PATIENCE).ok();
            assertThat(result.out())
                    .contains("\\u0007\\u000a\\u001b[2J", "hostile/$'")
                    .doesNotContain("\u001b", "\u0007", "\u202e");
            assertThat(result.out().lines()).allMatch(line -> line.matches("(" + TIME + "|   ) .*"));
        }
    }

    @Test
    void latenciesByStackAreTheirTime() throws Exception {
        Path collapsed = directory.resolve("time.collapsed");
        Child.Result result = observe(
                17,
                Watch.OWN_LINKS + OF_SYSCALLS,
                List.of("latency", "--total", "-f", collapsed.toString(), "syscall:fsync"));
        long nanos = 0;
        for (String line : Files.readAllLines(collapsed)) {
            assertThat(line).contains("KnownCalls.calls;").contains(";fsync ");
            nanos += Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
        }
        assertThat(nanos).isGreaterThan(KnownCalls.FSYNCS * 1_000L);
        assertThat(result.out()).contains("syscall:fsync  1,009").doesNotContain("\u001b");
        assertThat(result.err()).contains(KnownCalls.FSYNCS + " events");
    }

    /** Hits, lines, and losses. */
    private static List<Integer> summary(Child.Result result) {
        Matcher summary = SUMMARY.matcher(result.err());
        assertThat(summary.find()).as(result.err()).isTrue();
        return List.of(
                Integer.parseInt(summary.group(1)),
                Integer.parseInt(summary.group(2)),
                Integer.parseInt(summary.group(3)));
    }

    private static List<String> matching(String out, String pattern) {
        Pattern line = Pattern.compile(pattern);
        return out.lines().filter(line.asMatchPredicate()).toList();
    }

    /** Runs a target from its start to its end under a command. */
    private static Child.Result observe(int major, int links, List<String> command) throws Exception {
        MustRun.recording();
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), List.of(), KnownCalls.class);
                Child recorder = Watch.start(target, command)) {
            Links.await(recorder, links);
            return toItsEnd(target, recorder).ok();
        }
    }

    private static Child.Result toItsEnd(TargetProcess target, Child recorder) throws Exception {
        int from = target.outLines().size();
        target.send("go");
        target.awaitOut(from, "DONE", PATIENCE);
        recorder.signal("INT");
        return recorder.await(PATIENCE);
    }
}
