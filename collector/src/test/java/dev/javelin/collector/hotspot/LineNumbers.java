package dev.javelin.collector.hotspot;

import dev.javelin.collector.elf.Tools;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Line numbers of a class's methods as javap prints them. */
final class LineNumbers {
    private static final int MAX_CODE = 1 << 16;
    private static final Pattern METHOD = Pattern.compile("  \\S.*?([\\w$]+)\\(.*\\).*;|  (static) \\{\\};");
    private static final Pattern DESCRIPTOR = Pattern.compile("    descriptor: (\\S+)");
    private static final Pattern LINE = Pattern.compile(" +line (\\d+): (\\d+)");

    private LineNumbers() {}

    /** By name and descriptor: the line at each bytecode index. */
    static Map<String, int[]> of(Jdk jdk, Class<?> type) throws Exception {
        String text = Tools.run(
                jdk.program("javap"),
                "-l",
                "-c",
                "-s",
                "-p",
                "-cp",
                System.getProperty("java.class.path"),
                type.getName());
        Map<String, int[]> found = new HashMap<>();
        String method = "";
        int[] lines = new int[0];
        for (String line : text.lines().toList()) {
            Matcher m = METHOD.matcher(line);
            if (m.matches()) {
                method = m.group(1) == null
                        ? "<clinit>"
                        : m.group(1).equals(type.getSimpleName()) ? "<init>" : m.group(1);
                continue;
            }
            m = DESCRIPTOR.matcher(line);
            if (m.matches()) {
                lines = new int[MAX_CODE];
                found.put(method + m.group(1), lines);
                continue;
            }
            m = LINE.matcher(line);
            if (m.matches()) {
                Arrays.fill(lines, Integer.parseInt(m.group(2)), MAX_CODE, Integer.parseInt(m.group(1)));
            }
        }
        return found;
    }
}
