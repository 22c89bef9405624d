package dev.javelin.collector.probe;

import dev.javelin.collector.session.JavelinException;
import java.util.Locale;
import java.util.Objects;

/**
 * A probe as users name it, and the condition under which its hits count:
 *
 * <pre>
 * uprobe:LIB:FUNC[+OFF]      uretprobe:LIB:FUNC         usdt:LIB:PROVIDER:NAME
 * tracepoint:CATEGORY:NAME   CATEGORY:NAME              syscall:NAME
 * kprobe:FUNC[+OFF]          kretprobe:FUNC             fentry:FUNC               fexit:FUNC
 * java:CLASS.METHOD[(TYPES)][:TIME], see {@link MethodSpec}
 * </pre>
 *
 * <p>LIB is a path or a short name such as {@code libjvm}, and ends at the first colon. FUNC of a LIB may be a demangled C++ name: it
 * goes on to the offset or the predicate. OFF is bytes from the function's begin, decimal or hexadecimal after {@code 0x}. A
 * {@link Predicate} may follow between slashes: it begins at the first slash behind LIB that does not belong to {@code operator/}, so
 * that it may divide, and ends with the text. A slash in FUNC is written {@code \/}.
 *
 * @param kind what is probed
 * @param library of uprobes and USDT as typed; null for others
 * @param group a USDT probe's provider or a tracepoint's category; null for others
 * @param name of the function, USDT probe, tracepoint or system call
 * @param offset bytes from the function's begin; 0 if none was given
 * @param predicate null if every hit counts
 */
public record ProbeSpec(Kind kind, String library, String group, String name, long offset, Predicate predicate) {

    /** What can be probed. */
    public enum Kind {
        UPROBE("LIB:FUNC[+OFF]"),
        URETPROBE("LIB:FUNC"),
        USDT("LIB:PROVIDER:NAME"),
        TRACEPOINT("CATEGORY:NAME"),
        SYSCALL("NAME"),
        KPROBE("FUNC[+OFF]"),
        KRETPROBE("FUNC"),
        FENTRY("FUNC"),
        FEXIT("FUNC"),
        JAVA("CLASS.METHOD[(TYPES)][:TIME]");

        private final String rest;

        Kind(String rest) {
            this.rest = rest;
        }

        /** What a specification begins with: {@code uprobe}. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** How it is written: {@code uprobe:LIB:FUNC[+OFF]}. */
        public String form() {
            return text() + ":" + rest;
        }

        /** Whether a function is named, of a library or of the kernel. */
        public boolean isFunction() {
            return rest.contains("FUNC");
        }

        /** Whether a function of the kernel is named. */
        public boolean isKernelFunction() {
            return isFunction() && !hasLibrary();
        }

        /** Whether it fires when a function returns. */
        public boolean isReturn() {
            return this == URETPROBE || this == KRETPROBE || this == FEXIT;
        }

        boolean hasLibrary() {
            return rest.startsWith("LIB");
        }

        boolean hasGroup() {
            return this == USDT || this == TRACEPOINT;
        }

        /** How many parts follow the kind, with colons between them. */
        int parts() {
            return 1 + (hasLibrary() ? 1 : 0) + (hasGroup() ? 1 : 0);
        }

        boolean hasOffset() {
            return rest.endsWith("[+OFF]");
        }
    }

    public ProbeSpec {
        Objects.requireNonNull(kind);
        Objects.requireNonNull(name);
    }

    /**
     * Reads a specification.
     *
     * @throws JavelinException usage, if it cannot be understood
     */
    public static ProbeSpec parse(String text) {
        return new ProbeSpecParser(text).parse();
    }

    /** The function; null for a kind that is none. */
    public String function() {
        return kind.isFunction() ? name : null;
    }

    /** The methods; null for a kind that is none. */
    public MethodSpec methods() {
        return kind == Kind.JAVA ? MethodSpec.parse(name) : null;
    }

    /** The provider of a USDT probe; null for others. */
    public String provider() {
        return kind == Kind.USDT ? group : null;
    }

    /** The category of a tracepoint; null for others. */
    public String category() {
        return kind == Kind.TRACEPOINT ? group : null;
    }

    /**
     * Whether group or name have characters of a glob: {@code *}, {@code ?} or {@code [...]}. C++ names have them too
     * ({@code f(char*)}, {@code operator[]}), so a function of exactly this name should be looked for first.
     */
    public boolean isPattern() {
        return isPattern(name) || (group != null && isPattern(group));
    }

    private static boolean isPattern(String text) {
        int bracket = text.indexOf('[');
        return text.indexOf('*') >= 0 || text.indexOf('?') >= 0 || (bracket >= 0 && text.indexOf(']', bracket) > 0);
    }

    /** The same for one of the functions that it fits. */
    ProbeSpec named(String function) {
        return new ProbeSpec(kind, library, group, function, offset, predicate);
    }

    /** The same for every hit. */
    ProbeSpec withoutPredicate() {
        return new ProbeSpec(kind, library, group, name, offset, null);
    }

    /** What a hit is called: its text without the condition, and a function without its parameters. */
    String shown() {
        String called = kind.isFunction() ? CxxNames.withoutParameters(CxxNames.withoutClone(name)) : name;
        return new ProbeSpec(kind, library, group, called, offset, null).text();
    }

    /** Its canonical text, with the kind, no needless spaces, and the offset in hexadecimal: parsed again it gives the same. */
    public String text() {
        StringBuilder text = new StringBuilder(kind.text()).append(':');
        if (library != null) {
            text.append(library).append(':');
        }
        if (group != null) {
            text.append(group).append(':');
        }
        text.append(ProbeSpecParser.escaped(name));
        if (offset != 0) {
            text.append("+0x").append(Long.toHexString(offset));
        }
        return predicate == null ? text.toString() : text + " /" + predicate + "/";
    }

    @Override
    public String toString() {
        return text();
    }
}
