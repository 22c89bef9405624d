package dev.javelin.collector.hotspot;

/** Names of classes and methods as the JVM holds them: whether they can be such, and the form in which they are shown. */
final class MethodNames {
    private MethodNames() {}

    /**
     * Whether the three can be names of one method: by JVMS 4.2 and 4.3 a method's name is not empty and has none of
     * {@code . ; [ /}, and a descriptor has its parameters in parentheses. A check against garbage, not a verifier.
     */
    static boolean plausible(String className, String method, String descriptor) {
        return className != null
                && method != null
                && descriptor != null
                && !className.isEmpty()
                && isUnqualified(method)
                && descriptor.startsWith("(")
                && descriptor.indexOf(')') > 0;
    }

    private static boolean isUnqualified(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '.' || c == ';' || c == '[' || c == '/') {
                return false;
            }
        }
        return !name.isEmpty();
    }

    /**
     * A class name as Class.getName() gives it, with slashes: the JVM keeps the names of hidden classes with a plus sign
     * before the address ({@code Foo$$Lambda+0x000000080010}), Java shows a slash there.
     */
    static String readable(String className) {
        int plus = className.lastIndexOf("+0x");
        return plus < 0 ? className : className.substring(0, plus) + '/' + className.substring(plus + 1);
    }
}
