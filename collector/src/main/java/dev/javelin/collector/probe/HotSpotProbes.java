package dev.javelin.collector.probe;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the arguments of HotSpot's USDT probes mean, which their notes do not tell: {@code src/hotspot/os/posix/dtrace/hotspot.d} and {@code
 * hotspot_jni.d} (JDK 8 to 25) and the chapter "DTrace Probes in HotSpot VM" of Oracle's Java Virtual Machine Guide. A text of provider
 * {@code hotspot} has its length in the next argument and is in modified UTF-8; one of {@code hotspot_jni} ends with a 0.
 */
public final class HotSpotProbes {
    private static final Map<String, List<Parameter>> ARGUMENTS = read();

    private HotSpotProbes() {}

    private static Map<String, List<Parameter>> read() {
        Map<String, List<Parameter>> probes = new HashMap<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                HotSpotProbes.class.getResourceAsStream("hotspot-probes.txt"), StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ", -1);
                List<Parameter> parameters = new ArrayList<>();
                for (int i = 1; i < words.length; i++) {
                    if (!words[i].equals("-")) { // it says nothing of its own
                        parameters.add(Parameter.parse(i - 1, words[i]));
                    }
                }
                probes.put(words[0], List.copyOf(parameters));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return probes;
    }

    /** The arguments that are shown of a probe; null if it is not known. */
    public static List<Parameter> of(String provider, String name) {
        return ARGUMENTS.get(provider + ":" + name);
    }
}
