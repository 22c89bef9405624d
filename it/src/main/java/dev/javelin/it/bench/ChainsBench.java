package dev.javelin.it.bench;

import dev.javelin.it.harness.ChainCheck;
import dev.javelin.it.harness.Jdk;
import dev.javelin.it.harness.NativeLibrary;
import dev.javelin.it.harness.Recording;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.chains.Chain;
import dev.javelin.it.targets.chains.Chains;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** How many stacks of known call chains come out exactly, by each profiler, on each JDK. */
final class ChainsBench implements Bench {
    @Override
    public String what() {
        return "stacks of known call chains that come out exactly [--seconds 10 --flags -Xint --only NAMES --deep yes]";
    }

    @Override
    public void run(Options options) throws Exception {
        Duration duration = Duration.ofSeconds(options.number("seconds", 10));
        String flags = options.text("flags", "");
        String scope = options.text("deep", "").isEmpty() ? "shallow" : "deep";
        String only = "only=" + options.text("only", "");
        for (Jdk jdk : options.jdks()) {
            String library = NativeLibrary.compile(jdk, "-fomit-frame-pointer").toString();
            List<Chain> chains = Chains.chains(Map.of(scope, "", "native", ""));
            for (Profiler profiler : options.profilers(jdk)) {
                List<String> jvm = flags.isEmpty() ? List.of() : List.of(flags.split(" ", -1));
                try (TargetProcess target =
                        TargetProcess.start(jdk, jvm, Chains.class, scope, "native=" + library, only)) {
                    Recording recording = profiler.record(target.pid(), duration);
                    System.out.printf("%s %s, %s%n", jdk, flags, profiler.name());
                    for (Chain chain : chains) {
                        System.out.println(ChainCheck.of(chain, recording));
                    }
                    System.out.println(ChainCheck.ofVirtualThreads(recording));
                }
            }
        }
    }
}
