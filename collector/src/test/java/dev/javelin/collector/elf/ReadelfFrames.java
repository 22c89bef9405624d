package dev.javelin.collector.elf;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Unwind rules as binutils' readelf interprets them, in the form of {@link UnwindTable}'s rows. */
final class ReadelfFrames {
    /** Marks what readelf shows only as "exp". */
    static final long EXPRESSION = 1L << 40;

    private record Description(long from, long to, List<String[]> rows, String cie) {}

    private final Map<String, String> augmentations = new HashMap<>();
    private final Map<String, List<String[]>> cieRows = new HashMap<>();
    private final List<Description> descriptions = new ArrayList<>();

    /** Address to the upper half of the row that holds from there on; gaps are kind 0. */
    static NavigableMap<Long, Long> read(Path file) throws IOException {
        ReadelfFrames frames = new ReadelfFrames();
        frames.parse(file);
        return frames.rules();
    }

    private void parse(Path file) throws IOException {
        Process process = new ProcessBuilder("readelf", "-W", "--debug-dump=frames-interp", file.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            List<String[]> current = null;
            String[] columns = null;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.trim().split(" +", -1);
                if (words.length > 3 && words[3].equals("CIE")) {
                    current = new ArrayList<>();
                    augmentations.put(words[0], words[4]);
                    cieRows.put(words[0], current);
                } else if (words.length > 5 && words[3].equals("FDE")) {
                    current = new ArrayList<>();
                    descriptions.add(description(words, current));
                } else if (words[0].equals("LOC")) {
                    columns = words;
                } else if (current != null && columns != null && words[0].length() == 16) {
                    current.add(pick(columns, words));
                }
            }
        }
    }

    private static Description description(String[] words, List<String[]> rows) {
        String[] range = words[5].substring("pc=".length()).split("\\.\\.", 2);
        return new Description(hex(range[0]), hex(range[1]), rows, words[4].substring("cie=".length()));
    }

    /** Address, CFA, rbp and ra. A register's place is shown in two words: "r10 (r10)". */
    private static String[] pick(String[] columns, String[] words) {
        List<String> values = new ArrayList<>(Arrays.asList(words));
        values.removeIf(word -> word.startsWith("("));
        String[] picked = {words[0], values.get(1), "u", "u"};
        for (int i = 2; i < columns.length; i++) {
            if (columns[i].equals("rbp")) {
                picked[2] = values.get(i);
            } else if (columns[i].equals("ra")) {
                picked[3] = values.get(i);
            }
        }
        return picked;
    }

    private NavigableMap<Long, Long> rules() {
        descriptions.removeIf(d -> d.to <= d.from);
        descriptions.sort(Comparator.comparingLong(Description::from));
        NavigableMap<Long, Long> rules = new TreeMap<>();
        for (int i = 0; i < descriptions.size(); i++) {
            Description d = descriptions.get(i);
            long to = i + 1 < descriptions.size() ? Math.min(d.to, descriptions.get(i + 1).from) : d.to;
            boolean signal = augmentations.get(d.cie).contains("S");
            List<String[]> list = d.rows.isEmpty() ? cieRows.get(d.cie) : d.rows;
            for (String[] row : list) {
                long at = d.rows.isEmpty() ? d.from : hex(row[0]);
                if (at < to) {
                    rules.put(at, signal ? (long) UnwindTable.SIGNAL << 24 : rule(row));
                }
            }
            rules.putIfAbsent(to, 0L);
            if (i + 1 < descriptions.size() && descriptions.get(i + 1).from == to) {
                rules.remove(to);
            }
        }
        return rules;
    }

    private static long rule(String[] row) {
        if (row[3].equals("u")) {
            return (long) UnwindTable.END << 24;
        }
        if (!row[3].equals("c-8")) {
            return 0;
        }
        if (row[1].equals("exp")) {
            return EXPRESSION;
        }
        int sign = Math.max(row[1].indexOf('+'), row[1].indexOf('-'));
        String register = row[1].substring(0, sign);
        int offset = Integer.parseInt(row[1].substring(sign).replace("+", ""));
        boolean fits = offset % 8 == 0 && offset / 8 == (short) (offset / 8);
        if (!fits || !(register.equals("rsp") || register.equals("rbp"))) {
            return 0;
        }
        int kind = register.equals("rsp") ? UnwindTable.RSP : UnwindTable.RBP;
        return (long) kind << 24 | (offset / 8 & 0xffff) | slot(row[2]);
    }

    private static long slot(String rbp) {
        if (rbp.equals("u") || rbp.equals("s")) {
            return 0;
        }
        if (rbp.endsWith("exp")) {
            return EXPRESSION;
        }
        int offset = rbp.startsWith("c") ? Integer.parseInt(rbp.substring(1).replace("+", "")) : 1;
        boolean fits = offset % 8 == 0 && offset != 0 && offset / 8 >= -128 && offset / 8 < 126;
        return (fits ? offset / 8 & 0xffL : UnwindTable.RBP_LOST) << 16;
    }

    private static long hex(String text) {
        return Long.parseUnsignedLong(text, 16);
    }
}
