package dev.javelin.agent.methods;

/**
 * Which methods a probe means.
 *
 * @see #MethodPattern
 */
final class MethodPattern {
    private static final String CONSTRUCTOR = "<init>";
    private static final String ANY = "*";

    private final String type;
    private final String method;
    private final String parameters;
    private final boolean subtypes;

    /**
     * A pattern.
     *
     * @param type of a class's full name with dots, as {@code Class.getName} gives it
     * @param method of its name; a constructor's is {@code <init>}
     * @param parameters types between commas, with or without their packages; {@code *} for any
     * @param subtypes whether the types are meant that extend or implement those classes, too
     */
    MethodPattern(String type, String method, String parameters, boolean subtypes) {
        this.type = type;
        this.method = method;
        this.parameters = parameters;
        this.subtypes = subtypes;
    }

    boolean hasSubtypes() {
        return subtypes;
    }

    boolean matchesType(String name) {
        return Text.matches(type, name);
    }

    /** Whether it fits by name and parameters. Constructors are meant by their name only, and initialisers of classes never. */
    boolean matches(String name, String descriptor) {
        if (name.startsWith("<") && !(name.equals(CONSTRUCTOR) && method.startsWith("<"))) {
            return false;
        }
        return Text.matches(method, name) && (parameters.equals(ANY) || fits(descriptor));
    }

    private boolean fits(String descriptor) {
        return parameters.equals(MethodText.parameters(descriptor, true))
                || parameters.equals(MethodText.parameters(descriptor, false));
    }
}
