package dev.javelin.collector.proc;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/** Reads files below {@code /proc/PID} and turns errors into words. */
final class ProcIo {
    private ProcIo() {}

    static Path path(int pid, String file) {
        return Path.of("/proc/" + pid + "/" + file);
    }

    static byte[] read(int pid, String file) throws IOException {
        try {
            return Files.readAllBytes(path(pid, file));
        } catch (IOException e) {
            throw explain(pid, file, e);
        }
    }

    static String text(int pid, String file) throws IOException {
        return new String(read(pid, file), StandardCharsets.UTF_8);
    }

    /** What the error means for a file of that process. */
    static IOException explain(int pid, String file, IOException e) {
        if (e instanceof NoSuchFileException && !Files.exists(path(pid, "stat"))) {
            return new ProcessGoneException(pid);
        }
        if (e instanceof AccessDeniedException || hasMessage(e, "not permitted")) {
            return new IOException(
                    "cannot read /proc/" + pid + "/" + file
                            + ": permission denied; process " + pid
                            + " belongs to another user or is protected (run as root, or with CAP_SYS_PTRACE)",
                    e);
        }
        if (hasMessage(e, "No such process")) {
            return new ProcessGoneException(pid);
        }
        return new IOException("cannot read /proc/" + pid + "/" + file + ": " + e.getMessage(), e);
    }

    private static boolean hasMessage(IOException e, String part) {
        String message = e.getMessage();
        return message != null && message.contains(part);
    }

    /** The numeric names in a directory, ascending; empty if it cannot be read. */
    static int[] numbers(String directory) {
        String[] names = new File(directory).list();
        if (names == null) {
            return new int[0];
        }
        int[] numbers = new int[names.length];
        int count = 0;
        for (String name : names) {
            int number = parseNumber(name);
            if (number > 0) {
                numbers[count++] = number;
            }
        }
        int[] result = Arrays.copyOf(numbers, count);
        Arrays.sort(result);
        return result;
    }

    private static int parseNumber(String name) {
        if (name.isEmpty() || name.length() > 9) {
            return -1;
        }
        int number = 0;
        for (int i = 0; i < name.length(); i++) {
            int digit = name.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    /** The index of an ASCII word in bytes, or -1. */
    static int indexOf(byte[] bytes, String word) {
        int length = word.length();
        for (int i = 0; i + length <= bytes.length; i++) {
            int k = 0;
            while (k < length && bytes[i + k] == (byte) word.charAt(k)) {
                k++;
            }
            if (k == length) {
                return i;
            }
        }
        return -1;
    }
}
