package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.CpuQuota;
import dev.javelin.it.harness.Jdk;
import dev.javelin.it.harness.Links;
import dev.javelin.it.harness.NativeLibrary;
import dev.javelin.it.harness.Repository;
import dev.javelin.it.harness.StolenTime;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.KnownHolder;
import dev.javelin.it.targets.KnownParts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each part that calls spend their time in is told by its name. */
class ExplainPartsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Of which a period more or less is a few percent. */
    private static final long QUOTA_TAKES_NANOS = 2_000_000_000L;

    /** What uses a CPU: its name in the account, the method that does, the part that it is, and how much of it is at least. */
    private record Use(String account, String method, String part, double least) {}

    private static final List<Use> USES = List.of(
            new Use("java", "inJava", "on CPU: Java", 0.9),
            new Use("native", "inNative", "on CPU: native", 0.9),
            new Use("jvm", "inJvm", "on CPU: JVM", 0.6),
            new Use("kernel", "inKernel", "on CPU: kernel", 0.9),
            new Use("loading", "loading", "class loading", 0.9));

    /** All of the heap is there from the beginning: a virtual machine's kernel may take longer for new pages than the JVM for what it writes there. */
    private static final List<String> JVM_FLAGS =
            List.of("-XX:+UseG1GC", "-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch");

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void everyPartIsKnownByItsName(int major) throws Exception {
        MustRun.recording();
        Path json = directory.resolve("parts.json");
        Map<String, Long> account;
        String summary;
        long stolen = StolenTime.nanos();
        try (TargetProcess target = target(MustRun.jdk(major));
                Child recorder = Watch.start(target, line(json))) {
            summary = Watch.all(target, recorder, Watch.explainLinks(major));
            account = target.account();
        }
        stolen = StolenTime.nanos() - stolen;
        ExplainedCalls told = ExplainedCalls.read(json);
        String text = "jdk" + major + " " + summary + " " + told + " " + account + ", the host took " + stolen;
        System.out.println(text);
        told.addUp(text);
        told.timesFillTheSlowest(text);
        for (boolean slow : new boolean[] {false, true}) {
            for (Use use : USES) {
                long there = told.nanos(
                        slow,
                        part -> ExplainedCalls.RUNNING.contains(part.part())
                                && part.isIn("KnownParts." + use.method()));
                long cpu = account.get(use.account() + ".cpu");
                // samples have their chance; what the host took is in no account; and to load a class is also to wait
                // for it
                double most = cpu * 1.2 + stolen;
                assertThat((double) there)
                        .as(use + " of " + cpu + " " + text)
                        .isBetween(
                                cpu * 0.8,
                                use.part().equals("class loading") ? account.get(use.account() + ".elapsed") : most);
                assertThat((double) in(told, slow, use.part(), use.method()))
                        .as(use + " of " + there + " " + text)
                        .isGreaterThan(there * use.least());
            }
            // a thread that is held may also wait for a CPU then, and another thread may take it before
            held(told, slow, "GC pause", "collected", "G1CollectFull", account, stolen, text);
            held(told, slow, "safepoint", "dumped", "ThreadDump", account, stolen, text);
            assertThat((double) in(told, slow, "run queue", "shared"))
                    .as("run queue " + text)
                    .isBetween(account.get("shared.queue") * 0.95, account.get("shared.queue") * 1.05);
            long waited = account.get("faults.elapsed") - account.get("faults.cpu");
            assertThat((double) in(told, slow, "page fault", "faults"))
                    .as("page fault, of " + waited + " " + text)
                    .isBetween(
                            (waited - account.get("faults.queue")) * 0.5 - stolen,
                            waited * 1.25); // a thousand short ones, which a busy machine makes longer than they wait
            String fifo = "openat " + directory.resolve("fifo");
            long opened = told.nanos(
                    slow, part -> part.detail().equals(fifo) && part.part().equals("pipe"));
            assertThat((double) opened)
                    .as(fifo + " " + text)
                    .isBetween(account.get("opened.elapsed") * 0.9, account.get("opened.elapsed") * 1.01);
        }
    }

    private static void held(
            ExplainedCalls told,
            boolean slow,
            String part,
            String method,
            String operation,
            Map<String, Long> account,
            long stolen,
            String text) {
        long held = account.get(method + ".held"); // whatever took the CPU away meanwhile
        long queue = account.get(method + ".queue");
        long nanos = in(told, slow, part, method);
        long named = told.nanos(
                slow,
                each -> each.part().equals(part)
                        && each.detail().equals(operation)
                        && each.isIn("KnownParts." + method));
        assertThat((double) (nanos + in(told, slow, "run queue", method)))
                .as(part + " of " + held + " " + text)
                .isGreaterThan((held - stolen) * 0.9);
        assertThat((double) nanos)
                .as(part + " of " + held + " " + text)
                .isBetween((held - queue - stolen) * 0.2, held * 1.1);
        assertThat((double) named).as(operation + " " + text).isGreaterThan(nanos * 0.8);
    }

    /** Threads hand a monitor on to each other that only one of them holds for long. */
    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void aMonitorIsHeldByWhoHoldsIt(int major) throws Exception {
        MustRun.recording();
        Path json = directory.resolve("holder.json");
        List<String> line = List.of("explain", "-f", json.toString(), KnownHolder.class.getName() + ".work");
        Map<String, Long> account;
        String summary;
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), List.of(), KnownHolder.class);
                Child recorder = Watch.start(target, line)) {
            summary = Watch.all(target, recorder, Watch.explainLinks(major));
            account = target.account();
        }
        ExplainedCalls told = ExplainedCalls.read(json);
        String text = "jdk" + major + " " + summary + " " + told.parts() + " " + account;
        long monitor = told.nanos(false, "monitor");
        long byHog = told.nanos(
                false, part -> part.part().equals("monitor") && part.detail().endsWith(", held by hog"));
        assertThat((double) monitor).as(text).isGreaterThan(account.get("waited") * 0.8);
        assertThat((double) byHog).as(text).isGreaterThan(monitor * 0.8);
        told.addUp(text);
    }

    /** In a thread that its cgroup's quota holds back again and again, on one CPU, so that the kernel's sum over CPUs is its time. */
    @Test
    void theTimeThatAQuotaTakesIsPartOfCalls() throws Exception {
        MustRun.recording();
        Path json = directory.resolve("quota.json");
        Optional<CpuQuota> made = CpuQuota.ofPercent(20);
        Assumptions.assumeTrue(made.isPresent(), "no cgroup with the cpu controller can be made");
        try (CpuQuota quota = made.orElseThrow();
                TargetProcess target = target(MustRun.jdk(17), "JAVA")) {
            Child.run("taskset", "-a", "-p", "1", Long.toString(target.pid())).ok();
            try (Child recorder = Watch.start(target, line(json))) {
                Links.await(recorder, Watch.explainLinks(17));
                target.send("go");
                quota.add(target.pid());
                while (quota.throttledNanos() < QUOTA_TAKES_NANOS) {
                    Thread.sleep(10);
                }
                quota.release(target.pid());
                long throttled = quota.throttledNanos();
                recorder.signal("INT");
                String summary = recorder.await(PATIENCE).ok().err();
                ExplainedCalls told = ExplainedCalls.read(json);
                long delayed = target.account().get("java.queue");
                String text = throttled + " by cpu.stat, " + delayed + " for the CPU " + summary + " " + told;
                System.out.println(text);
                // it may wait for the CPU after that, which others have
                assertThat(told.nanos(false, "cgroup quota"))
                        .as(text)
                        .isBetween(throttled / 2, Math.max(throttled, delayed) * 105 / 100);
                assertThat(in(told, false, "cgroup quota", "inJava"))
                        .as(text)
                        .isGreaterThan(told.nanos(false, "cgroup quota") * 9 / 10);
                told.addUp(text);
            }
        }
    }

    private static long in(ExplainedCalls told, boolean slow, String part, String method) {
        return told.nanos(slow, each -> each.part().equals(part) && each.isIn("KnownParts." + method));
    }

    private TargetProcess target(Jdk jdk, String... kind) {
        Path library = NativeLibrary.compile(jdk, directory.resolve("libparts.so"), List.of("parts.c"), List.of());
        Path file = Repository.root().resolve("it/target/parts.data"); // a directory for short lives may be in memory
        Path fifo = directory.resolve("fifo");
        Child.run("mkfifo", fifo.toString()).ok();
        List<String> arguments = new ArrayList<>(List.of(library.toString(), file.toString(), fifo.toString()));
        arguments.addAll(List.of(kind));
        return TargetProcess.start(jdk, JVM_FLAGS, KnownParts.class, arguments.toArray(String[]::new));
    }

    /** A sample each millisecond, so that chance is small. */
    private static List<String> line(Path json) {
        String method = KnownParts.class.getName() + ".request";
        return List.of("explain", "-i", "1ms", "--slower-than", "1ms", "-f", json.toString(), method);
    }
}
