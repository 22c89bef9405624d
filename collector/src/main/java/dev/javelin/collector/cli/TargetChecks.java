package dev.javelin.collector.cli;

import dev.javelin.collector.hotspot.HotSpot;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What {@code javelin doctor} says of a process that is to be recorded. */
final class TargetChecks {
    private TargetChecks() {}

    /** Everything that was found of the process that a user named. */
    static List<Finding> of(String word) {
        Targets targets;
        try {
            targets = Targets.of(List.of(word));
        } catch (JavelinException e) {
            return List.of(Finding.fail(e.getMessage(), ""));
        }
        List<Finding> findings = new ArrayList<>();
        targets.processes().forEach(process -> check(process, findings));
        return findings;
    }

    private static void check(ProcessInfo process, List<Finding> findings) {
        String version = JavaRelease.of(process.pid());
        findings.add(Finding.ok("process " + Targets.shown(process) + " runs Java " + version));
        try (HotSpot jvm = HotSpot.find(process.pid())) {
            findings.add(Finding.ok("its JVM can be read: HotSpot " + jvm.majorVersion()));
        } catch (IOException e) {
            findings.add(Finding.fail(
                    e.getMessage(),
                    "Javelin knows HotSpot (OpenJDK's JVM); it needs read access to its memory and files"));
        }
        if (ProcessStart.state(process.pid()) == 'T') {
            findings.add(Finding.note("it is stopped, and uses no CPU", "kill -CONT " + process.pid()));
        }
    }
}
