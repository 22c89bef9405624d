package dev.javelin.flamegraph;

import dev.javelin.flamegraph.ReportOptions.Flag;

/**
 * How class names are shown. A hidden class is called {@code Foo$$Lambda$14+0x00007f00} by HotSpot, {@code /} for the plus by
 * the JDK; the part from there on is no package.
 */
final class ClassNames {
    /** Names that the JDK and common libraries number: what follows the digits must be the end. */
    private static final String[] NUMBERED = {
        "GeneratedMethodAccessor",
        "GeneratedConstructorAccessor",
        "GeneratedSerializationConstructorAccessor",
        "$Proxy",
        "$$Lambda$"
    };

    private static final String[] HASHED = {"CGLIB$$", "$MockitoMock$", "$ByteBuddy$"};
    private static final String[] PROXY_PACKAGES = {"com/sun/proxy", "jdk/proxy"};

    private ClassNames() {}

    /** The name in the form that the options ask for. */
    static String shown(String className, ReportOptions options) {
        int hidden = hiddenSuffix(className);
        String base = className.substring(0, hidden);
        String suffix = className.substring(hidden);
        if (options.has(Flag.NORMALISE)) {
            base = normalise(base);
            suffix = "";
        }
        if (options.has(Flag.SIMPLE_NAMES)) {
            base = base.substring(base.lastIndexOf('/') + 1);
        } else if (options.has(Flag.DOTTED_NAMES)) {
            base = base.replace('/', '.');
        }
        return suffix.isEmpty() ? base : base + "/" + suffix.substring(1);
    }

    /** Where the address of a hidden class begins, at {@code + / or .}; the name's length if there is none. */
    static int hiddenSuffix(String name) {
        int at = name.length();
        while (at > 0 && isHex(name.charAt(at - 1))) {
            at--;
        }
        if (at == name.length()) {
            return at;
        }
        if (at >= 2 && name.charAt(at - 1) == 'x' && name.charAt(at - 2) == '0') {
            at -= 2;
        } else if (!allDigits(name, at)) {
            return name.length();
        }
        boolean separated = at > 1 && "+/.".indexOf(name.charAt(at - 1)) >= 0;
        return separated ? at - 1 : name.length();
    }

    /** One name for all classes that differ only in the number they got at run time. */
    static String normalise(String base) {
        String name = base;
        for (String stem : NUMBERED) {
            name = cut(name, stem, false);
        }
        for (String stem : HASHED) {
            name = cut(name, stem, true);
        }
        if (name.endsWith("$$Lambda$")) {
            name = name.substring(0, name.length() - 1);
        }
        int simple = name.lastIndexOf('/');
        if (simple > 0 && name.startsWith("$Proxy", simple + 1)) {
            name = proxyPackage(name.substring(0, simple)) + name.substring(simple);
        }
        return name;
    }

    /** Removes the number after the last {@code stem}, if nothing else follows. */
    private static String cut(String name, String stem, boolean hex) {
        int at = name.lastIndexOf(stem);
        if (at < 0) {
            return name;
        }
        int end = at + stem.length();
        for (int i = end; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!(hex ? isHex(c) || isLetterOrDigit(c) : isDigit(c))) {
                return name;
            }
        }
        return name.substring(0, end);
    }

    /** The JDK numbers the packages of proxies: {@code jdk/proxy2}. */
    private static String proxyPackage(String name) {
        for (String known : PROXY_PACKAGES) {
            if (name.startsWith(known) && allDigits(name, known.length())) {
                return known;
            }
        }
        return name;
    }

    private static boolean allDigits(String s, int from) {
        for (int i = from; i < s.length(); i++) {
            if (!isDigit(s.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isLetterOrDigit(char c) {
        return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static boolean isHex(char c) {
        return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }
}
