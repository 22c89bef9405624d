package dev.javelin.collector.probe;

import dev.javelin.collector.elf.ElfException;
import dev.javelin.collector.elf.ElfFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Functions of HotSpot that are called where its USDT probes would fire, for JDKs that were built without those. The table names for each the file below
 * {@code src/hotspot/share} in which probe and function are; of several functions of a probe, each is one of another release. Checked against where the
 * notes of JDK 17 and 25 have their probes.
 */
final class HotSpotFunctions {
    private static final String PROVIDER = "hotspot";
    private static final List<Serving> TABLE = read();

    /** At the entry or the return of a function, instead of a probe. */
    private record Serving(String probe, ProbeSpec.Kind kind, String function) {}

    private HotSpotFunctions() {}

    private static List<Serving> read() {
        List<Serving> table = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                HotSpotFunctions.class.getResourceAsStream("hotspot-functions.txt"), StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ", 4);
                boolean atReturn = words[1].equals(ProbeSpec.Kind.URETPROBE.text());
                table.add(new Serving(words[0], atReturn ? ProbeSpec.Kind.URETPROBE : ProbeSpec.Kind.UPROBE, words[3]));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return table;
    }

    /** The probes on functions of a library that serve for USDT probes, one for each of those that a specification names; empty if there is none. */
    static List<ProbeSpec> serving(ProbeSpec spec, ElfFile library) throws ElfException {
        if (!new Glob(spec.provider()).matches(PROVIDER)) {
            return List.of();
        }
        Glob wanted = new Glob(spec.name());
        FunctionTable functions = FunctionTable.of(library);
        List<String> served = new ArrayList<>();
        List<ProbeSpec> serving = new ArrayList<>();
        for (Serving one : TABLE) {
            if (wanted.matches(one.probe())
                    && !served.contains(one.probe())
                    && !functions.find(one.function()).isEmpty()) {
                served.add(one.probe());
                serving.add(new ProbeSpec(one.kind(), spec.library(), null, one.function(), 0, spec.predicate()));
            }
        }
        return serving;
    }
}
