package dev.javelin.collector.proc;

import java.util.List;
import java.util.Set;

/**
 * Finds the main class in a java command line. Options that take the next argument: {@code java --help} and {@code java --help-extra} of
 * JDK 8 to 25, and {@code IsWhiteSpaceOption} in src/java.base/share/native/libjli/java.c.
 */
final class JavaCommand {
    private static final Set<String> WITH_VALUE = Set.of(
            "-cp",
            "-classpath",
            "--class-path",
            "-p",
            "--module-path",
            "--upgrade-module-path",
            "--add-modules",
            "--limit-modules",
            "--add-exports",
            "--add-opens",
            "--add-reads",
            "--patch-module",
            "--enable-native-access",
            "--enable-final-field-mutation",
            "--source");

    private JavaCommand() {}

    static String mainClass(List<String> arguments, String comm) {
        if (arguments.isEmpty()) {
            return comm;
        }
        String program = afterLast(arguments.get(0), '/');
        if (!program.equals("java") && !program.equals("-java")) {
            return program;
        }
        for (int i = 1; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.equals("-jar") || argument.equals("-m") || argument.equals("--module")) {
                return i + 1 < arguments.size() ? arguments.get(i + 1) : program;
            }
            if (argument.startsWith("--module=")) {
                return argument.substring("--module=".length());
            }
            if (WITH_VALUE.contains(argument)) {
                i++;
            } else if (!argument.startsWith("-") && !argument.startsWith("@") && !argument.isEmpty()) {
                return argument;
            }
        }
        return program;
    }

    static String shortName(String main) {
        String name = afterLast(main, '/');
        if (name.endsWith(".jar") || name.endsWith(".java")) {
            return name;
        }
        return afterLast(name, '.');
    }

    private static String afterLast(String text, char separator) {
        return text.substring(text.lastIndexOf(separator) + 1);
    }
}
