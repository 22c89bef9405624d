package dev.javelin.collector.probe;

import dev.javelin.collector.probe.ProbeSpec.Kind;
import dev.javelin.collector.session.JavelinException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a {@link ProbeSpec}. */
final class ProbeSpecParser {
    private static final List<String> KINDS =
            Arrays.stream(Kind.values()).map(Kind::text).toList();
    /** What other tools call them; their short names mean different things from tool to tool. */
    private static final Map<String, Kind> FOREIGN = Map.ofEntries(
            Map.entry("u", Kind.UPROBE),
            Map.entry("ur", Kind.URETPROBE),
            Map.entry("U", Kind.USDT),
            Map.entry("t", Kind.TRACEPOINT),
            Map.entry("tp", Kind.TRACEPOINT),
            Map.entry("k", Kind.KPROBE),
            Map.entry("p", Kind.KPROBE),
            Map.entry("kr", Kind.KRETPROBE),
            Map.entry("r", Kind.KRETPROBE),
            Map.entry("f", Kind.FENTRY),
            Map.entry("kfunc", Kind.FENTRY),
            Map.entry("fr", Kind.FEXIT),
            Map.entry("kretfunc", Kind.FEXIT));

    private static final Pattern ENDS_WITH_OPERATOR = Pattern.compile("\\boperator$");
    private static final Pattern OFFSET = Pattern.compile("(.*\\S)\\s*\\+\\s*(\\d\\w*)", Pattern.DOTALL);
    private static final Pattern BYTES = Pattern.compile("0[xX](?<hex>[0-9a-fA-F]{1,15})|(?<decimal>\\d{1,18})");
    /** All names but those of C++ functions, and globs of them. */
    private static final Pattern PLAIN = Pattern.compile("[\\w.$*?\\[\\]^!-]+");

    private static final Pattern METHOD = Pattern.compile("[\\w$]+(?:\\.[\\w$*<>]+)+");

    private final String text;

    ProbeSpecParser(String text) {
        this.text = text.strip();
    }

    ProbeSpec parse() {
        int colon = text.indexOf(':');
        String head = colon < 0 ? text : text.substring(0, colon);
        String rest = text.substring(colon + 1);
        if (KINDS.contains(head)) {
            return probe(Kind.values()[KINDS.indexOf(head)], colon < 0 ? "" : rest);
        }
        if (colon >= 0 && FOREIGN.containsKey(head)) {
            throw error("'" + head + "' is no kind of probe here: write "
                    + FOREIGN.get(head).form());
        }
        if (colon < 0 || !PLAIN.matcher(head).matches() || name(rest).contains(":")) {
            throw error("unknown kind '" + head + "': " + question(colon < 0 ? text : head));
        }
        return probe(Kind.TRACEPOINT, text);
    }

    private static String question(String typed) {
        if (SyscallNames.all().containsKey(typed)) {
            return "did you mean syscall:" + typed + "?";
        }
        if (METHOD.matcher(typed).matches()) {
            return "did you mean java:" + typed + "?";
        }
        return NearestNames.question(typed, KINDS, "the kinds are " + String.join(", ", KINDS));
    }

    private ProbeSpec probe(Kind kind, String rest) {
        if (kind == Kind.JAVA) {
            MethodSpec.parse(rest); // says what is wrong with it
            return new ProbeSpec(kind, null, null, rest.strip(), 0, null);
        }
        String[] parts = rest.split(":", kind.parts());
        if (parts.length < kind.parts()) {
            throw error("something is missing: write " + kind.form());
        }
        String last = parts[parts.length - 1];
        String name = name(last);
        Predicate predicate = predicate(last);
        long offset = 0;
        Matcher matcher = OFFSET.matcher(name);
        if (kind.isFunction()
                && matcher.matches()
                && !ENDS_WITH_OPERATOR.matcher(matcher.group(1)).find()) {
            name = matcher.group(1);
            offset = offset(kind, matcher.group(2));
        }
        String library = kind.hasLibrary() ? checkedLibrary(kind, parts[0].strip(), name) : null;
        String group = kind.hasGroup() ? checkedName(kind, parts[parts.length - 2].strip()) : null;
        String unescaped = library != null && group == null ? name.replace("\\/", "/") : checkedName(kind, name);
        return new ProbeSpec(kind, library, group, unescaped, offset, predicate);
    }

    /** What stands before the predicate. */
    private static String name(String text) {
        int slash = predicateAt(text);
        return (slash < 0 ? text : text.substring(0, slash)).strip();
    }

    private Predicate predicate(String text) {
        int slash = predicateAt(text);
        if (slash < 0) {
            return null;
        }
        int end = text.length() - 1;
        if (slash == end || text.charAt(end) != '/') {
            throw error("the predicate is not closed: write a slash behind it too, or \\/ for a slash in a name");
        }
        return Predicate.parse(text.substring(slash + 1, end));
    }

    /** The index of the first slash that is part of no name, or -1. */
    private static int predicateAt(String text) {
        int slash = text.indexOf('/');
        while (slash > 0 && isPartOfName(text, slash)) {
            slash = text.indexOf('/', slash + 1);
        }
        return slash;
    }

    private static boolean isPartOfName(String text, int slash) {
        return text.charAt(slash - 1) == '\\' || isOperator(text, slash);
    }

    private static boolean isOperator(String text, int slash) {
        return ENDS_WITH_OPERATOR.matcher(text.substring(0, slash)).find();
    }

    private long offset(Kind kind, String typed) {
        if (!kind.hasOffset()) {
            throw error(kind.text() + " takes no offset: leave out +" + typed);
        }
        Matcher bytes = BYTES.matcher(typed);
        if (!bytes.matches()) {
            throw error("the offset +" + typed + " is no number of bytes: write it as +16 or +0x10");
        }
        String hexadecimal = bytes.group("hex");
        return hexadecimal == null ? Long.parseLong(bytes.group("decimal")) : Long.parseLong(hexadecimal, 16);
    }

    private String checkedLibrary(Kind kind, String library, String name) {
        if (library.isEmpty() || name.isEmpty()) {
            throw error("something is missing: write " + kind.form());
        }
        if (name.startsWith(":")) {
            throw error("there is no library before the function: write " + kind.form());
        }
        return library;
    }

    private String checkedName(Kind kind, String name) {
        if (name.isEmpty()) {
            throw error("something is missing: write " + kind.form());
        }
        if (!PLAIN.matcher(name).matches()) {
            throw error("'" + name + "' cannot be a name: write " + kind.form());
        }
        return name;
    }

    private JavelinException error(String what) {
        return JavelinException.usage("probe '" + text + "': " + what);
    }

    /** A name as it is typed: a slash that does not belong to an operator could be taken for a predicate. */
    static String escaped(String name) {
        StringBuilder escaped = new StringBuilder(name);
        for (int i = name.lastIndexOf('/'); i >= 0; i = name.lastIndexOf('/', i - 1)) {
            if (!isOperator(name, i)) {
                escaped.insert(i, '\\');
            }
        }
        return escaped.toString();
    }
}
