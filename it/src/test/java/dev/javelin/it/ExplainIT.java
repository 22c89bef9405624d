package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Links;
import dev.javelin.it.harness.StolenTime;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.KnownRequests;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the time of calls went is what the target itself knows of them. */
class ExplainIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** The collector that the target's operation is of. */
    private static final List<String> FLAGS = List.of("-XX:+UseG1GC");

    /** Something that requests wait for: its name in the account, the part that it is, and the method in which they wait. */
    private enum Reason {
        MONITOR("monitor", "monitor", "enter"),
        PARK("park", "park", "lock"),
        SLEEP("sleep", "sleep", "rest"),
        SOCKET("socket", "socket", "ask"),
        FILE("file", "file I/O", "write"),
        GC("gc", "GC pause", "collect");

        final String account;
        final String part;
        final String method;

        Reason(String account, String part, String method) {
            this.account = account;
            this.part = part;
            this.method = "KnownRequests." + method;
        }

        /** Of all calls or of the slow ones; 0 if none of these had it, as when all collections were quick. */
        long truth(Map<String, Long> account, boolean slow) {
            return account.getOrDefault((slow ? "slow." : "") + this.account, 0L);
        }
    }

    @TempDir
    Path directory;

    /** What was told of the calls, and what the target and the host know. */
    record Explained(ExplainedCalls told, Map<String, Long> account, int port, long stolen, String text) {}

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void partsAreTheTargetsOwn(int major) throws Exception {
        MustRun.recording();
        Explained explained = explain(major, List.of("--slower-than", "10ms"));
        System.out.printf("jdk%d %s%n", major, explained.text());
        checkCalls(explained);
        checkWaits(explained);
        for (boolean slow : new boolean[] {false, true}) {
            // as of the elapsed time; what the host took is time on the CPU here, but not in the account
            long within = explained.account().get(slow ? "slow.cpu" : "cpu");
            long around = explained.account().get(slow ? "outside.cpu" : "around.cpu");
            String text = (slow ? "slow CPU " : "CPU ") + explained.text();
            assertThat((double) onCpu(explained, slow)).as(text).isGreaterThan(within * 0.97);
            assertThat((double) (onCpu(explained, slow) - loading(explained, slow)))
                    .as(text)
                    .isLessThan(around * 1.03 + explained.stolen());
        }
        checkDetails(
                explained, Reason.MONITOR, "dev\\.javelin\\.it\\.targets\\.KnownRequests\\$Guarded(, held by holder)?");
        checkDetails(explained, Reason.PARK, "ReentrantLock\\.lock, unparked by holder");
        checkDetails(explained, Reason.SOCKET, "(read|recvfrom|poll) 127\\.0\\.0\\.1:" + explained.port());
        assertThat(explained.told().parts())
                .as("the monitor's holder, and where it was")
                .anyMatch(part ->
                        part.detail().endsWith("$Guarded, held by holder") && part.isIn("KnownRequests.holdMonitor"));
    }

    /** Each request is a virtual thread's. */
    @Test
    void partsOfVirtualThreadsAreTheTargetsOwn() throws Exception {
        MustRun.recording();
        assertVirtual(explain(25, List.of("--slower-than", "10ms"), "1000", "virtual"));
    }

    static void assertVirtual(Explained explained) {
        System.out.printf("virtual %s%n", explained.text());
        checkCalls(explained);
        checkWaits(explained);
        for (boolean slow : new boolean[] {false, true}) {
            long work = explained.account().get(slow ? "slow.work" : "work");
            long queue = explained
                    .told()
                    .nanos(slow, part -> part.part().equals("run queue") && part.isIn("KnownRequests.work"));
            long others = explained.account().get(slow ? "slow.elapsed" : "elapsed");
            for (Reason reason : Reason.values()) {
                others -= reason.truth(explained.account(), slow);
            }
            String text = (slow ? "slow CPU " : "CPU ") + explained.text();
            assertThat((double) onCpu(explained, slow)).as(text).isGreaterThan(work * 0.97 - queue);
            assertThat((double) (onCpu(explained, slow) - loading(explained, slow)))
                    .as(text)
                    .isLessThan(others * 1.03 + (slow ? other(explained) : 0));
        }
        checkDetails( // before JDK 24 it waits with its carrier, as any thread
                explained, Reason.MONITOR, "dev\\.javelin\\.it\\.targets\\.KnownRequests\\$Guarded(, held by holder)?");
        checkDetails(explained, Reason.PARK, "ReentrantLock\\.lock");
        checkDetails(explained, Reason.SOCKET, "in .*SocketInputStream\\.read");
    }

    /** The slowest hundredth is slow if nothing else was said. */
    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void theSlowestHundredthIsSlow(int major) throws Exception {
        MustRun.recording();
        Explained explained = explain(major, List.of());
        ExplainedCalls told = explained.told();
        System.out.printf("jdk%d %s%n", major, explained.text());
        assertThat(told.calls())
                .as(explained.text())
                .isEqualTo(explained.account().get("calls"));
        assertThat(told.slowCalls()).as(explained.text()).isCloseTo(told.calls() / 100, within(1L));
        assertThat(told.slowElapsed() / 1.0)
                .as(explained.text())
                .isBetween(
                        explained.account().get("slowest") * 0.99,
                        explained.account().get("around.slowest") * 1.01);
        assertThat(told.slowest().get(told.slowest().size() - 1).elapsed())
                .as("threshold " + explained.text())
                .isGreaterThanOrEqualTo(told.threshold());
        told.addUp(explained.text());
        told.timesFillTheSlowest(explained.text());
    }

    /** A call that goes on when its probe is taken out is not still open for the next one. */
    @Test
    void callsWithinOneThatAnEarlierExplainLeftAreCounted() throws Exception {
        MustRun.recording();
        Path json = directory.resolve("left.json");
        String type = KnownRequests.class.getName();
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(17), List.of(), KnownRequests.class, "3000")) {
            try (Child first = Watch.start(target, List.of("explain", "-d", "3s", type + ".serve"))) {
                Links.await(first, Watch.explainLinks(17));
                target.send("go");
                Child.Result result = first.await(PATIENCE).ok();
                assertThat(result.err()).contains("what is told is what those have done until now that go on");
                assertThat(result.out()).contains("  0 calls, ", "1 going on, the longest for ");
            }
            try (Child second =
                    Watch.start(target, List.of("explain", "-d", "2s", "-f", json.toString(), type + ".request"))) {
                second.await(PATIENCE).ok();
            }
        }
        ExplainedCalls told = ExplainedCalls.read(json);
        assertThat(told.calls()).as("calls " + told).isGreaterThan(20);
        assertThat(told.nanos(false, part -> true))
                .as("elapsed " + told)
                .isCloseTo(told.elapsed(), Percentage.withPercentage(1));
    }

    @ParameterizedTest
    @CsvSource({"java.util.Hashtable.size, true", "java.util.HashMap.size, false"})
    void whatIsWaitedForBeforeACallIsSaid(String method, boolean isSynchronized) {
        MustRun.recording();
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(17), FLAGS, KnownRequests.class)) {
            String messages = JavelinCommand.run("explain", "-d", "100ms", method, Long.toString(target.pid()))
                    .ok()
                    .err();
            assertThat(messages.contains("java:" + method + ": synchronized; a call begins when its thread has"))
                    .as(messages)
                    .isEqualTo(isSynchronized);
        }
    }

    private Explained explain(int major, List<String> options, String... arguments) throws Exception {
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), FLAGS, KnownRequests.class, arguments)) {
            return explain(target, major, options, directory);
        }
    }

    /** Explains what a target of {@link KnownRequests} does. */
    static Explained explain(TargetProcess target, int major, List<String> options, Path directory) throws Exception {
        Path json = directory.resolve("requests.json");
        List<String> line = new ArrayList<>(List.of("explain"));
        line.addAll(options);
        line.addAll(List.of("-f", json.toString(), KnownRequests.class.getName() + ".request"));
        long stolen = StolenTime.nanos();
        try (Child recorder = Watch.start(target, line)) {
            String summary = Watch.all(target, recorder, Watch.explainLinks(major));
            Map<String, Long> account = target.account();
            stolen = StolenTime.nanos() - stolen;
            ExplainedCalls told = ExplainedCalls.read(json);
            String text = summary + " " + told + " " + account + ", the host took " + stolen;
            return new Explained(told, account, Integer.parseInt(target.ask("port")), stolen, text);
        }
    }

    private static void checkCalls(Explained explained) {
        ExplainedCalls told = explained.told();
        Map<String, Long> account = explained.account();
        String text = explained.text();
        assertThat(told.calls()).as("calls " + text).isEqualTo(account.get("calls"));
        // the target's clock is read within the call and around it, and it may lose the CPU before or after
        assertThat(told.elapsed() / 1.0)
                .as("elapsed " + text)
                .isBetween(account.get("elapsed") * 0.99, account.get("around") * 1.01);
        // by the clock around it a call takes a little longer, and by that within it a little less
        assertThat(told.slowCalls())
                .as("slow calls " + text)
                .isBetween(account.get("slow.calls"), account.get("outside.calls"));
        assertThat(told.slowElapsed() / 1.0)
                .as("slow elapsed " + text)
                .isBetween(account.get("slow.elapsed") * 0.99, account.get("outside.elapsed") * 1.01);
        told.addUp(text);
        told.fillTheHistogram(text);
        told.timesFillTheSlowest(text);
    }

    /** Of those that are slow by one account only, which took just the threshold. */
    private static long other(Explained explained) {
        return Math.abs(explained.told().slowCalls() - explained.account().get("slow.calls"))
                * KnownRequests.SLOW_NANOS;
    }

    /** The target cannot tell waiting for a CPU, once it was woken there, from waiting. */
    private static void checkWaits(Explained explained) {
        for (Reason reason : Reason.values()) {
            for (boolean slow : new boolean[] {false, true}) {
                long truth = reason.truth(explained.account(), slow);
                long other = slow ? other(explained) : 0;
                // it cannot tell the time that the host took while it wrote to the file either
                long stolen = reason == Reason.FILE ? explained.stolen() : 0;
                Map<String, Long> there = explained.told().sums(slow, part -> part.isIn(reason.method));
                String text = (slow ? "slow " : "") + reason.part + ", in " + reason.method + " " + there + ", of "
                        + truth + " " + explained.text();
                long nanos = explained.told().nanos(slow, reason.part);
                long queue = explained.told().nanos(slow, part -> isForACpu(part) && isThere(part, reason));
                assertThat((double) nanos).as(text).isLessThanOrEqualTo(truth * 1.03 + other);
                assertThat((double) (nanos + queue))
                        .as("with " + queue + " for a CPU: " + text)
                        .isGreaterThanOrEqualTo(truth * least(reason, explained) - other - stolen);
            }
        }
        checkDetails(explained, Reason.SLEEP, "in KnownRequests\\.rest");
        checkDetails(explained, Reason.FILE, "(pwrite64|fsync|fdatasync) /.*/requests\\d+\\.data.*");
        checkDetails(explained, Reason.GC, "G1CollectFull");
    }

    /** Of a virtual thread it is not known how long it was on the CPU while it wrote, which is much of it. */
    private static double least(Reason reason, Explained explained) {
        boolean virtual = explained.account().get("cpu") == 0;
        return virtual && reason == Reason.FILE ? 0.2 : 0.97;
    }

    /** A compiler that has no CPU may have the lock of the queue of methods to compile. */
    private static boolean isForACpu(ExplainedCalls.Part part) {
        return part.part().equals("run queue") || part.detail().startsWith("in CompileBroker::");
    }

    /** In the method, or just before or behind it, where the target looks at its clock. */
    private static boolean isThere(ExplainedCalls.Part part, Reason reason) {
        boolean elsewhere = Stream.of(Reason.values()).anyMatch(other -> part.isIn(other.method));
        return part.isIn(reason.method) || (part.isIn("KnownRequests.took") && !elsewhere);
    }

    /** What is known of a part is known of nearly all of it, and of all that is slow. */
    private static void checkDetails(Explained explained, Reason reason, String detail) {
        for (boolean slow : new boolean[] {false, true}) {
            long known = explained
                    .told()
                    .nanos(
                            slow,
                            part -> part.part().equals(reason.part)
                                    && part.detail().matches(detail));
            assertThat(known)
                    .as((slow ? "slow " : "") + reason + " with " + detail + ": "
                            + explained.told().parts())
                    .isGreaterThanOrEqualTo(explained.told().nanos(slow, reason.part) * 97 / 100);
        }
    }

    /** To load classes, on the CPU and waiting. */
    private static long loading(Explained explained, boolean slow) {
        return explained.told().nanos(slow, "class loading");
    }

    private static long onCpu(Explained explained, boolean slow) {
        return explained.told().nanos(slow, part -> ExplainedCalls.RUNNING.contains(part.part()));
    }
}
