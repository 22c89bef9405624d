package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Jdk;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.KnownCalls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In a JDK that was built without USDT probes, probes on HotSpot's functions serve, and it is said so. */
class NoUsdtIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Of {@link KnownCalls}. */
    private static final int STARTED = 4;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void aFunctionServesForAUsdtProbe(int major) throws Exception {
        MustRun.recording();
        Jdk jdk = withoutUsdt(MustRun.jdk(major));
        Path starts = directory.resolve("starts.collapsed");
        String summary =
                observe(jdk, List.of("record", "-e", "usdt:libjvm:hotspot:thread__start", "-f", starts.toString()));
        assertThat(summary.lines().filter(line -> line.contains("was built without USDT probes")))
                .as(summary)
                .containsExactly("usdt:libjvm:hotspot:thread__start: libjvm was built without USDT probes;"
                        + " uprobe:libjvm:JavaThread::run() serves instead, without the texts of arguments");
        assertThat(ProbesIT.sum(Files.readAllLines(starts))).as(summary).isEqualTo(STARTED);

        Path stops = directory.resolve("stops.collapsed");
        summary = observe(jdk, List.of("record", "-e", "usdt:libjvm:hotspot:thread__st?p", "-f", stops.toString()));
        assertThat(ProbesIT.sum(Files.readAllLines(stops))).as(summary).isEqualTo(STARTED);
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void everyProbeOfTheTableHasItsFunctionAndOthersAreRefused(int major) throws Exception {
        MustRun.recording();
        try (TargetProcess target = TargetProcess.start(withoutUsdt(MustRun.jdk(major)), List.of(), KnownCalls.class)) {
            String pid = Long.toString(target.pid());
            Child.Result all = JavelinCommand.run("record", "-e", "usdt:libjvm:*:*", "-d", "100ms", pid);
            assertThat(all.ok().err().replaceAll("[^,]", "")).as(all.err()).hasSizeGreaterThan(20);
            for (List<String> refused : List.of(
                    List.of("record", "-e", "usdt:libjvm:hotspot:thread__start", "--by", "arg0"),
                    List.of("record", "-e", "usdt:libjvm:hotspot:thread__start /arg2 > 3/"),
                    List.of("trace", "--str", "arg0", "usdt:libjvm:hotspot:thread__start"))) {
                Child.Result result = Child.run(PATIENCE, line(refused, pid));
                assertThat(result.exit()).as(result.err()).isEqualTo(2);
                assertThat(result.err())
                        .hasLineCount(1)
                        .contains("uprobe:libjvm:JavaThread::run() serves instead, whose arguments are others");
            }
            Child.Result none = Child.run(PATIENCE, line(List.of("trace", "usdt:libjvm:hotspot:method__entry"), pid));
            assertThat(none.exit()).as(none.err()).isEqualTo(2);
            assertThat(none.err()).hasLineCount(1).contains("was built without USDT probes");
        }
    }

    private static List<String> line(List<String> command, String pid) {
        List<String> words = new ArrayList<>(JavelinCommand.line(command));
        words.add(pid);
        return words;
    }

    private static String observe(Jdk jdk, List<String> command) throws Exception {
        try (TargetProcess target = TargetProcess.start(jdk, ProbesIT.STEADY, KnownCalls.class);
                Child recorder = Watch.start(target, command)) {
            return Watch.all(target, recorder, Watch.OWN_LINKS + 1);
        }
    }

    /** Such a JDK: a copy of which all files but one are the same. */
    private Jdk withoutUsdt(Jdk jdk) throws Exception {
        MustRun.command("objcopy");
        Path home = directory.resolve("jdk");
        Child.run("cp", "-a", jdk.home().toRealPath().toString(), home.toString())
                .ok();
        Path stripped = directory.resolve("libjvm.so");
        Path libjvm = home.resolve("lib/server/libjvm.so");
        Child.run("objcopy", "-R", ".note.stapsdt", libjvm.toString(), stripped.toString())
                .ok();
        Files.move(stripped, libjvm, StandardCopyOption.REPLACE_EXISTING);
        return new Jdk(jdk.major(), home);
    }
}
