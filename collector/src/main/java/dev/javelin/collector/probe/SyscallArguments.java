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
import java.util.stream.IntStream;

/**
 * The arguments of system calls by their names in the kernel, as {@code events/syscalls/sys_enter_NAME/format} of tracefs lists them
 * (Linux 6.18, x86-64). They are part of the ABI: a call only ever gets new ones by a new name.
 */
public final class SyscallArguments {
    private static final int REGISTERS = 6;
    private static final List<Parameter> UNKNOWN =
            IntStream.range(0, REGISTERS).mapToObj(Parameter::positional).toList();

    private static final Map<Integer, List<Parameter>> ARGUMENTS = read();

    private SyscallArguments() {}

    private static Map<Integer, List<Parameter>> read() {
        Map<Integer, List<Parameter>> calls = new HashMap<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                SyscallArguments.class.getResourceAsStream("syscall-arguments.txt"), StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ", -1);
                List<Parameter> parameters = new ArrayList<>();
                for (int i = 1; i < words.length; i++) {
                    parameters.add(Parameter.parse(i - 1, words[i]));
                }
                calls.put(SyscallNames.all().get(words[0]), parameters);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return calls;
    }

    /** The arguments of the call with this number; those that all registers may hold if it is unknown. */
    public static List<Parameter> of(int number) {
        return ARGUMENTS.getOrDefault(number, UNKNOWN);
    }
}
