package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.bpf.Cpus;
import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Links;
import dev.javelin.it.harness.TargetProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Runs a target's work from its start to its end under a command that misses nothing of it. */
final class Watch {
    /** Notices of exec, exit and fork. */
    static final int OWN_LINKS = 3;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Watch() {}

    /**
     * Of {@code explain}: the VM's operations begin and end, a call is told, threads are woken and switched, and each CPU has a clock;
     * in a JDK with virtual threads these are unmounted, or could not be, and mounted.
     */
    static int explainLinks(int major) {
        int virtual = major < 21 ? 0 : 3;
        return OWN_LINKS + 5 + virtual + Cpus.online().length;
    }

    /** Of elapsed time: threads are switched, and each CPU has a clock. */
    static int wallLinks() {
        return OWN_LINKS + 1 + Cpus.online().length;
    }

    /** Starts a command on a target. */
    static Child start(TargetProcess target, List<String> command) {
        List<String> line = new ArrayList<>(command);
        line.add(Long.toString(target.pid()));
        return JavelinCommand.start(line.toArray(String[]::new));
    }

    /** Has the target work, once each of two commands has so many links. */
    static void all(TargetProcess target, Child first, int links, Child second) throws Exception {
        Links.await(first, links);
        Links.await(second, links);
        int from = target.outLines().size();
        target.send("go");
        target.awaitOut(from, "DONE", PATIENCE);
        first.signal("INT");
        second.signal("INT");
        first.await(PATIENCE).ok();
        second.await(PATIENCE).ok();
    }

    /** Has the target work, once the command has so many links; the command's messages. */
    static String all(TargetProcess target, Child recorder, int links) throws Exception {
        Links.await(recorder, links);
        int from = target.outLines().size();
        target.send("go");
        target.awaitOut(from, "DONE", PATIENCE);
        recorder.signal("INT");
        return recorder.await(PATIENCE).ok().err();
    }

    /** Waits until a JVM has done what others have attached to it for: it does one thing after the other. */
    static void answers(long pid) {
        Child.run(MustRun.jdk(17).tool("jcmd").toString(), Long.toString(pid), "VM.version")
                .ok();
    }

    /** What becomes true in its own time. */
    interface Condition {
        boolean holds() throws Exception;
    }

    /** Waits for it. */
    static void until(Condition condition) throws Exception {
        until(PATIENCE, condition);
    }

    /** Waits so long for it. */
    static void until(Duration patience, Condition condition) throws Exception {
        long end = System.nanoTime() + patience.toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("still waiting").isLessThan(end);
            Thread.sleep(20);
        }
    }
}
