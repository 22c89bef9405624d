package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.Links;
import dev.javelin.it.harness.StolenTime;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.KnownRequests;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the time of calls went is what the target itself knows of them. */
class ExplainIT {
    private static final Pattern FIGURE = Pattern.compile("\"(calls|elapsed_ns|threshold_ns)\": ?(\\d+)");
    private static final Pattern PART = Pattern.compile(
            "\"part\": ?\"([^\"]*)\", ?\"detail\": ?\"[^\"]*\", ?\"all_ns\": ?(\\d+), ?\"slow_ns\": ?(\\d+)");

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private record Sum(Map<String, Long> all, Map<String, Long> slow) {}

    /** What was told of the calls, and what the target itself knows. */
    private record Explained(String json, List<Long> figures, Sum sum, Map<String, Long> account, String told) {}

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void partsAreTheTargetsOwn(int major) throws Exception {
        MustRun.recording();
        long stolen = StolenTime.nanos();
        Explained explained = explain(major);
        stolen = StolenTime.nanos() - stolen;
        check(explained, List.of("monitor", "park", "sleep", "socket", "gc"));
        long cpu = explained.account().get("cpu"); // what the host took is time on the CPU here, but not in the account
        assertThat(onCpu(explained.sum().all()))
                .as("CPU, the host took " + stolen + ": " + explained.told())
                .isBetween(cpu * 0.96, cpu * 1.04 + stolen);
        assertThat(explained.json().split("\\{\"part\":"))
                .as("the monitor's holder, and where it was")
                .anyMatch(part -> part.contains("\"java.lang.Object, held by holder\"")
                        && part.contains("KnownRequests.holdMonitor"));
        System.out.printf("jdk%d %s%n", major, explained.sum().slow());
    }

    /** Each request is a virtual thread's. */
    @Test
    void partsOfVirtualThreadsAreTheTargetsOwn() throws Exception {
        MustRun.recording();
        Explained explained = explain(25, "1000", "virtual");
        check(explained, List.of("monitor", "park", "sleep", "socket"));
        assertThat(explained.sum().all().getOrDefault("unknown", 0L))
                .as("unknown " + explained.told())
                .isLessThanOrEqualTo(explained.figures().get(1) / 100);
        Map<String, Long> account = explained.account();
        long others = account.get("elapsed");
        for (String reason : List.of("monitor", "park", "sleep", "socket", "gc")) {
            others -= account.get(reason);
        }
        assertThat(onCpu(explained.sum().all()))
                .as("CPU: " + explained.told())
                .isBetween(
                        account.get("work") * 0.96 - explained.sum().all().getOrDefault("run queue", 0L),
                        others * 1.04);
        assertThat(explained.json())
                .as("what was waited for")
                .contains("\"ReentrantLock.lock\"", "\"in KnownRequests.", "SocketInputStream.read");
        System.out.printf("virtual %s%n", explained.sum().slow());
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
                first.await(PATIENCE).ok();
            }
            try (Child second =
                    Watch.start(target, List.of("explain", "-d", "2s", "-f", json.toString(), type + ".request"))) {
                second.await(PATIENCE).ok();
            }
        }
        String text = Files.readString(json);
        List<Long> figures = figures(text);
        assertThat(figures.get(0)).as("calls " + text).isGreaterThan(20);
        assertThat(total(sum(text).all()))
                .as("elapsed " + text)
                .isCloseTo(figures.get(1), Percentage.withPercentage(1));
    }

    private static List<Long> figures(String json) {
        return FIGURE.matcher(json)
                .results()
                .map(figure -> Long.parseLong(figure.group(2)))
                .toList();
    }

    private Explained explain(int major, String... arguments) throws Exception {
        Path json = directory.resolve("requests.json");
        Map<String, Long> account;
        String summary;
        String method = KnownRequests.class.getName() + ".request";
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), List.of(), KnownRequests.class, arguments);
                Child recorder = Watch.start(
                        target, List.of("explain", "--slower-than", "10ms", "-f", json.toString(), method))) {
            summary = Watch.all(target, recorder, Watch.explainLinks(major));
            account = target.account();
        }
        String text = Files.readString(json);
        List<Long> figures = figures(text);
        Sum sum = sum(text);
        return new Explained(text, figures, sum, account, summary + " " + sum + " " + account);
    }

    private static void check(Explained explained, List<String> reasons) {
        List<Long> found = explained.figures();
        Sum sum = explained.sum();
        Map<String, Long> account = explained.account();
        String told = explained.told();
        assertThat(found.get(0)).as("calls " + told).isEqualTo(account.get("calls"));
        // the target's clock is read within the call and around it, and it may lose the CPU before or after
        assertThat(found.get(1) / 1.0)
                .as("elapsed " + told)
                .isBetween(account.get("elapsed") * 0.99, account.get("around") * 1.01);
        // one that takes just as long may be slow by one account only
        assertThat(found.get(3)).as("slow calls " + told).isCloseTo(account.get("slow.calls"), within(2L));
        assertThat(found.get(4) / 1.0)
                .as("slow elapsed " + told)
                .isBetween(account.get("slow.elapsed") * 0.99, account.get("slow.around") * 1.01);

        assertThat(total(sum.all())).as("all parts " + told).isCloseTo(found.get(1), Percentage.withPercentage(1));
        assertThat(total(sum.slow())).as("slow parts " + told).isCloseTo(found.get(4), Percentage.withPercentage(1));
        // those that are slow by one account only, which took just the threshold
        long other = Math.abs(found.get(3) - account.get("slow.calls")) * KnownRequests.SLOW_NANOS;
        for (String reason : reasons) {
            String part = reason.equals("gc") ? "GC pause" : reason;
            compare(part, sum.all(), account.get(reason), 0, told);
            if (account.containsKey("slow." + reason)) { // a collection may be quick
                compare(part, sum.slow(), account.get("slow." + reason), other, "slow calls " + told);
            }
        }
    }

    /** The target cannot tell waiting for a CPU, once it was woken, from waiting. */
    private static void compare(String part, Map<String, Long> parts, long truth, long other, String told) {
        long nanos = parts.getOrDefault(part, 0L);
        long queue = parts.getOrDefault("run queue", 0L) + parts.getOrDefault("unknown", 0L);
        assertThat((double) nanos).as(part + " " + told).isLessThan(truth * 1.03 + other);
        assertThat((double) (nanos + queue + other)).as(part + " " + told).isGreaterThan(truth * 0.97);
    }

    private static Sum sum(String json) {
        Sum sum = new Sum(new HashMap<>(), new HashMap<>());
        Matcher part = PART.matcher(json);
        while (part.find()) {
            sum.all().merge(part.group(1), Long.parseLong(part.group(2)), Long::sum);
            sum.slow().merge(part.group(1), Long.parseLong(part.group(3)), Long::sum);
        }
        assertThat(sum.all()).isNotEmpty();
        return sum;
    }

    private static long total(Map<String, Long> parts) {
        return parts.values().stream().mapToLong(Long::longValue).sum();
    }

    private static double onCpu(Map<String, Long> parts) {
        return parts.entrySet().stream()
                .filter(part ->
                        part.getKey().startsWith("on CPU") || part.getKey().equals("class loading"))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }
}
