package dev.javelin.collector.cli;

import dev.javelin.collector.probe.ProbeSpec;
import dev.javelin.collector.session.JavelinException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What commands are given that watch probes in one process: {@code SPEC... PID}.
 *
 * @param specs the probes
 * @param waits events of the scheduler, by their names; together with the probes at least one
 * @param targets the one process
 */
record SpecsAndTarget(List<ProbeSpec> specs, List<String> waits, Targets targets) {
    /**
     * Reads the specifications, and finds the process.
     *
     * @param verb what the command does: {@code traced}
     * @throws JavelinException if one of them cannot be understood, or the process cannot be recorded
     */
    static SpecsAndTarget of(List<String> words, String verb) {
        return of(words, verb, Set.of());
    }

    /**
     * The same where events of the scheduler may stand as well; each counts once, however often it is named.
     *
     * @param events their names
     */
    static SpecsAndTarget of(List<String> words, String verb, Set<String> events) {
        List<String> wanted = words.subList(0, words.size() - 1);
        List<ProbeSpec> specs = wanted.stream()
                .filter(word -> !events.contains(word))
                .map(ProbeSpec::parse)
                .toList();
        List<String> waits = wanted.stream().filter(events::contains).distinct().toList();
        Targets targets = Targets.of(words.subList(words.size() - 1, words.size()));
        if (targets.all()) {
            throw JavelinException.usage("'all' is not possible here: probes are " + verb + " in one process; name it");
        }
        return new SpecsAndTarget(specs, waits, targets);
    }

    int pid() {
        return targets.processes().get(0).pid();
    }

    /** The probes, each once, however often it is named. */
    List<ProbeSpec> differentSpecs() {
        Map<String, ProbeSpec> different = new LinkedHashMap<>();
        specs.forEach(spec -> different.putIfAbsent(spec.text(), spec));
        return List.copyOf(different.values());
    }

    /** How messages call them. */
    String shown() {
        return Stream.concat(specs.stream().map(ProbeSpec::text), waits.stream())
                        .collect(Collectors.joining(", ")) + " of " + targets.shown();
    }
}
