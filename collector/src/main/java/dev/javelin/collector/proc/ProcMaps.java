package dev.javelin.collector.proc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Parses {@code /proc/PID/maps}. */
public final class ProcMaps {
    private static final String DELETED = " (deleted)";

    private final byte[] text;
    private int at;
    private int pathFrom;
    private int pathTo;
    private String path = "";

    private ProcMaps(byte[] text) {
        this.text = text;
    }

    /**
     * The mappings of a process, ascending by address.
     *
     * @throws ProcessGoneException if there is no such process
     * @throws IOException with words on what is missing if the process may not be looked at
     */
    public static List<Mapping> read(int pid) throws IOException {
        return parse(ProcIo.read(pid, "maps"));
    }

    /** Parses the text of a maps file. Lines that are not understood are left out. */
    static List<Mapping> parse(byte[] text) {
        return new ProcMaps(text).parse();
    }

    private List<Mapping> parse() {
        List<Mapping> mappings = new ArrayList<>(128);
        while (at < text.length) {
            int end = lineEnd();
            Mapping mapping = line(end);
            if (mapping != null) {
                mappings.add(mapping);
            }
            at = end + 1;
        }
        return mappings;
    }

    private int lineEnd() {
        int i = at;
        while (i < text.length && text[i] != '\n') {
            i++;
        }
        return i;
    }

    private Mapping line(int end) {
        long start = hex(end);
        if (!skip('-', end)) {
            return null;
        }
        long stop = hex(end);
        if (!skip(' ', end) || end - at < 5) {
            return null;
        }
        boolean readable = text[at] == 'r';
        boolean writable = text[at + 1] == 'w';
        boolean executable = text[at + 2] == 'x';
        at += 5;
        long offset = hex(end);
        skip(' ', end);
        String device = word(end);
        long inode = decimal(end);
        while (at < end && text[at] == ' ') {
            at++;
        }
        String name = path(end);
        boolean deleted = inode != 0 && name.endsWith(DELETED);
        return new Mapping(
                start,
                stop,
                readable,
                writable,
                executable,
                offset,
                device,
                inode,
                deleted ? name.substring(0, name.length() - DELETED.length()) : name,
                deleted);
    }

    private boolean skip(char c, int end) {
        if (at < end && text[at] == c) {
            at++;
            return true;
        }
        return false;
    }

    private long hex(int end) {
        long value = 0;
        while (at < end) {
            int digit = Character.digit(text[at], 16);
            if (digit < 0) {
                break;
            }
            value = value << 4 | digit;
            at++;
        }
        return value;
    }

    private long decimal(int end) {
        long value = 0;
        while (at < end && text[at] >= '0' && text[at] <= '9') {
            value = value * 10 + (text[at++] - '0');
        }
        return value;
    }

    private String word(int end) {
        int from = at;
        while (at < end && text[at] != ' ') {
            at++;
        }
        String word = new String(text, from, at - from, StandardCharsets.ISO_8859_1);
        skip(' ', end);
        return word;
    }

    /** The rest of the line; neighbouring mappings of one file share one String. */
    private String path(int end) {
        if (!Arrays.equals(text, at, end, text, pathFrom, pathTo)) {
            String raw = new String(text, at, end - at, StandardCharsets.UTF_8);
            path = raw.indexOf("\\012") < 0 ? raw : raw.replace("\\012", "\n");
            pathFrom = at;
            pathTo = end;
        }
        return path;
    }
}
