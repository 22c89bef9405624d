package dev.javelin.it.bench;

import dev.javelin.it.harness.Jdk;
import dev.javelin.it.harness.Recording;
import dev.javelin.it.harness.ShareTable;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.Shares;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Javelin's and async-profiler's shares of CPU time beside the target's own account, on each JDK. */
final class SharesBench implements Bench {
    @Override
    public String what() {
        return "shares of CPU time beside the target's own account [--seconds 20]";
    }

    @Override
    public void run(Options options) {
        Duration duration = Duration.ofSeconds(options.number("seconds", 20));
        for (Jdk jdk : options.jdks()) {
            for (Profiler profiler : options.profilers(jdk)) {
                measure(jdk, profiler, duration);
            }
        }
    }

    private static void measure(Jdk jdk, Profiler profiler, Duration duration) {
        try (TargetProcess target = TargetProcess.start(jdk, List.of(), Shares.class)) {
            Map<String, Long> before = target.account();
            Recording recording = profiler.record(target.pid(), duration);
            Map<String, Long> used = TargetProcess.since(before, target.account());
            System.out.printf(
                    "%s, %s, %d samples%n%s%n%n",
                    jdk, profiler.name(), recording.samples().size(), ShareTable.of(recording, used));
        }
    }
}
