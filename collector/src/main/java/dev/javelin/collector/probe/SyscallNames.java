package dev.javelin.collector.probe;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** The system calls of x86-64 Linux, by name and by number (asm/unistd_64.h of Linux 6.1). */
public final class SyscallNames {
    private static final Map<String, Integer> NUMBERS = read();

    private SyscallNames() {}

    private static Map<String, Integer> read() {
        Map<String, Integer> numbers = new TreeMap<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                SyscallNames.class.getResourceAsStream("syscalls-x86_64.txt"), StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int blank = line.indexOf(' ');
                numbers.put(line.substring(blank + 1), Integer.parseInt(line.substring(0, blank)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return numbers;
    }

    /** All names with their numbers, sorted by name. */
    public static Map<String, Integer> all() {
        return NUMBERS;
    }

    /** The name of a call; its number if it is unknown. */
    public static String name(long number) {
        return NUMBERS.entrySet().stream()
                .filter(call -> call.getValue() == number)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("syscall " + number);
    }
}
