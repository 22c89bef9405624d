package dev.javelin.collector.cli;

import dev.javelin.collector.probe.ProbeSpec;
import dev.javelin.collector.session.JavelinException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What commands are given that watch probes in one process: {@code SPEC... PID}.
 *
 * @param specs at least one
 * @param targets the one process
 */
record SpecsAndTarget(List<ProbeSpec> specs, Targets targets) {
    /**
     * Reads the specifications, and finds the process.
     *
     * @param verb what the command does: {@code traced}
     * @throws JavelinException if one of them cannot be understood, or the process cannot be recorded
     */
    static SpecsAndTarget of(List<String> words, String verb) {
        List<ProbeSpec> specs = words.subList(0, words.size() - 1).stream()
                .map(ProbeSpec::parse)
                .toList();
        Targets targets = Targets.of(words.subList(words.size() - 1, words.size()));
        if (targets.all()) {
            throw JavelinException.usage("'all' is not possible here: probes are " + verb + " in one process; name it");
        }
        return new SpecsAndTarget(specs, targets);
    }

    int pid() {
        return targets.processes().get(0).pid();
    }

    /** How messages call them. */
    String shown() {
        return specs.stream().map(ProbeSpec::text).collect(Collectors.joining(", ")) + " of " + targets.shown();
    }
}
