package dev.javelin.collector.probe;

import java.util.List;

/** A library or function that the target does not have. The message is one line; {@link #known} are the names there are. */
public final class UnknownNameException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String name;
    private final transient List<String> known;

    UnknownNameException(String message, String name, List<String> known) {
        super(message);
        this.name = name;
        this.known = List.copyOf(known);
    }

    /** What was asked for. */
    public String name() {
        return name;
    }

    /** The names that there are, in no special order. They come from the target. */
    public List<String> known() {
        return known;
    }
}
