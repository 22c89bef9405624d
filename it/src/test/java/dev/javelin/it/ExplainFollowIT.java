package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.StolenTime;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.KnownTasks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What tasks did that calls handed to other threads is what the target itself knows of them. */
class ExplainFollowIT {
    private static final Pattern FIGURE =
            Pattern.compile("\"(calls|elapsed_ns|tasks|slow_tasks|all_ns|slow_ns|lost)\": ?(\\d+)");
    private static final Pattern PART = Pattern.compile(
            "\"part\": ?\"([^\"]*)\", ?\"detail\": ?\"[^\"]*\", ?\"all_ns\": ?(\\d+), ?\"slow_ns\": ?(\\d+)");

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void tasksAreTheTargetsOwn(int major) throws Exception {
        MustRun.recording();
        Path json = directory.resolve("tasks.json");
        String method = KnownTasks.class.getName() + ".request";
        Map<String, Long> account;
        String summary;
        long stolen = StolenTime.nanos();
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), List.of(), KnownTasks.class);
                Child recorder = Watch.start(
                        target,
                        List.of("explain", "--follow", "--slower-than", "10ms", "-f", json.toString(), method))) {
            summary = Watch.all(target, recorder, Watch.explainLinks(major));
            account = target.account();
        }
        stolen = StolenTime.nanos() - stolen;
        String text = Files.readString(json);
        int at = text.indexOf("\"handed_over\"");
        assertThat(at).as(summary).isPositive();
        String calls = text.substring(0, at);
        checkCalls(calls, account);
        checkTasks(text.substring(at), parts(calls, 2).getOrDefault("run queue", 0L), account, stolen);
    }

    /** Theirs is their time alone, as without tasks. */
    private static void checkCalls(String json, Map<String, Long> account) {
        Map<String, Long> all = parts(json, 2);
        List<Long> elapsed = figures(json, "elapsed_ns");
        String told = all + " " + account;
        assertThat(figures(json, "calls").get(0)).as("calls " + told).isEqualTo(account.get("calls"));
        assertThat(figures(json, "calls").get(1))
                .as("slow calls " + told)
                .isCloseTo(account.get("slow.calls"), within(2L));
        assertThat(elapsed.get(0))
                .as("elapsed " + told)
                .isCloseTo(account.get("elapsed"), Percentage.withPercentage(1));
        assertThat(sum(all)).as("parts " + told).isCloseTo(elapsed.get(0), Percentage.withPercentage(1));
        assertThat(sum(parts(json, 3))).as("slow parts").isCloseTo(elapsed.get(1), Percentage.withPercentage(1));
    }

    /** {@code givers} waited so long for a CPU. */
    private static void checkTasks(String json, long givers, Map<String, Long> account, long stolen) {
        Map<String, Long> all = parts(json, 2);
        Map<String, Long> slow = parts(json, 3);
        String told = account + " all " + all + " slow " + slow;
        System.out.println(told);
        assertThat(figures(json, "lost").get(0)).as("lost " + told).isZero();
        assertThat(figures(json, "tasks").get(0)).as("tasks " + told).isEqualTo(account.get("tasks"));
        // a request that takes just as long may be slow by one account only
        assertThat(figures(json, "slow_tasks").get(0))
                .as("slow tasks " + told)
                .isCloseTo(account.get("slow.tasks"), within(8L));
        compare("", figures(json, "all_ns").get(0), all, givers, account, stolen, told);
        compare("slow.", figures(json, "slow_ns").get(0), slow, givers, account, stolen, told);
    }

    private static void compare(
            String which,
            long ran,
            Map<String, Long> parts,
            long givers,
            Map<String, Long> account,
            long stolen,
            String told) {
        long queue = parts.getOrDefault("run queue", 0L) + parts.getOrDefault("unknown", 0L);
        // a thread waits for its new one to start, and for a CPU, before and after what the target sees as the task
        long around = queue + parts.getOrDefault("other", 0L) + parts.getOrDefault("class loading", 0L);
        long truth = account.get(which + "ran");
        assertThat((double) ran).as(which + "ran " + told).isBetween(truth * 0.97, truth * 1.03 + around);
        // the target's account begins before a task is handed over, and ends when it has a CPU
        long queued = account.get(which + "queued");
        assertThat((double) parts.get("queued"))
                .as(which + "queued " + told)
                .isBetween(queued * 0.97 - givers - queue - stolen, queued * 1.03);
        long sleep = account.get(which + "sleep"); // the target cannot tell waiting for a CPU from sleeping
        assertThat((double) parts.get("sleep") / sleep)
                .as(which + "sleep " + told)
                .isLessThan(1.03);
        assertThat((double) (parts.get("sleep") + queue) / sleep)
                .as(which + "sleep " + told)
                .isGreaterThan(0.97);
        long cpu = account.get(which + "cpu"); // what the host took is not in it
        long loading = parts.getOrDefault("class loading", 0L); // on the CPU, and waiting
        assertThat((double) onCpu(parts)).as(which + "CPU " + told).isGreaterThan(cpu * 0.96);
        assertThat((double) (onCpu(parts) - loading)).as(which + "CPU " + told).isLessThan(cpu * 1.04 + stolen);
        assertThat(sum(parts) - parts.get("queued"))
                .as(which + "parts " + told)
                .isCloseTo(ran, Percentage.withPercentage(1));
    }

    private static List<Long> figures(String json, String name) {
        List<Long> found = new ArrayList<>();
        Matcher figure = FIGURE.matcher(json);
        while (figure.find()) {
            if (figure.group(1).equals(name)) {
                found.add(Long.parseLong(figure.group(2)));
            }
        }
        return found;
    }

    /** Sums of the parts, of all calls (group 2) or of slow ones (3). */
    private static Map<String, Long> parts(String json, int group) {
        Map<String, Long> sums = new HashMap<>();
        Matcher part = PART.matcher(json);
        while (part.find()) {
            sums.merge(part.group(1), Long.parseLong(part.group(group)), Long::sum);
        }
        return sums;
    }

    private static long sum(Map<String, Long> parts) {
        return parts.values().stream().mapToLong(Long::longValue).sum();
    }

    private static long onCpu(Map<String, Long> parts) {
        return parts.entrySet().stream()
                .filter(part -> part.getKey().startsWith("on CPU")
                        || part.getKey().equals("class loading")
                        || part.getKey().equals("deoptimisation"))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }
}
