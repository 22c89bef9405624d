package dev.javelin.flamegraph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * How a report is made from a profile.
 *
 * @param include a stack is shown only if one of these patterns is found in one of its frames' names; empty = all
 * @param exclude a stack is left out if one of these patterns is found in one of its frames' names
 * @param flags what is switched on
 * @param title the report's title; null for the recording's own
 * @param minWidth frames narrower than this are left out of the flame graph, in percent of the total (0 to 100)
 */
public record ReportOptions(
        List<Pattern> include, List<Pattern> exclude, Set<Flag> flags, String title, double minWidth) {
    /** What can be switched on. */
    public enum Flag {
        /** A frame for the thread at each stack's root. */
        THREADS,
        /** A frame for the process at each stack's root. */
        PROCESSES,
        /** Class names without packages. */
        SIMPLE_NAMES,
        /** Class names with dots for slashes. */
        DOTTED_NAMES,
        /** Method signatures. */
        SIGNATURES,
        /** Suffixes for the frame types in collapsed stacks: {@code _[j] _[i] _[0] _[1]}. */
        ANNOTATE,
        /** Library names before native symbols: {@code libc.so.6`malloc}. */
        LIBRARY_NAMES,
        /** One name for the numbered classes made at run time: {@code Foo$$Lambda}. */
        NORMALISE,
        /** The sum of the values instead of the number of samples. */
        TOTAL,
        /** Stacks merged from their leaf frames: who called a method, instead of what it called. */
        REVERSE,
        /** The flame graph's root at the other edge: top by default, bottom when reversed. */
        INVERTED
    }

    /** Copies the collections. */
    public ReportOptions {
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
        flags = flags.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(flags));
    }

    /** Whether {@code flag} is switched on. */
    public boolean has(Flag flag) {
        return flags.contains(flag);
    }

    /** The same with a flag switched on. */
    public ReportOptions with(Flag flag) {
        EnumSet<Flag> more = EnumSet.of(flag);
        more.addAll(flags);
        return new ReportOptions(include, exclude, more, title, minWidth);
    }

    /** Nothing switched on, everything shown. */
    public static ReportOptions defaults() {
        return builder().build();
    }

    /** A builder that starts with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects the options. */
    public static final class Builder {
        private final List<Pattern> include = new ArrayList<>();
        private final List<Pattern> exclude = new ArrayList<>();
        private final Set<Flag> flags = EnumSet.noneOf(Flag.class);
        private String title;
        private double minWidth;

        private Builder() {}

        /**
         * Shows only stacks with a frame in whose name this regular expression is found.
         *
         * @throws IllegalArgumentException if it is no regular expression; the message is fit for users
         */
        public Builder include(String regex) {
            include.add(compile(regex));
            return this;
        }

        /**
         * Leaves out stacks with a frame in whose name this regular expression is found.
         *
         * @throws IllegalArgumentException if it is no regular expression; the message is fit for users
         */
        public Builder exclude(String regex) {
            exclude.add(compile(regex));
            return this;
        }

        /** Switches something on. */
        public Builder with(Flag flag) {
            flags.add(flag);
            return this;
        }

        /** Switches something on or off. */
        public Builder with(Flag flag, boolean on) {
            if (on) {
                flags.add(flag);
            } else {
                flags.remove(flag);
            }
            return this;
        }

        /** Sets the title; null for the recording's own. */
        public Builder title(String text) {
            title = text;
            return this;
        }

        /**
         * Sets the width of the narrowest frame shown.
         *
         * @param percent of the total, 0 to 100
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder minWidth(double percent) {
            if (!(percent >= 0 && percent <= 100)) {
                throw new IllegalArgumentException("minwidth " + percent + " is not between 0 and 100 percent");
            }
            minWidth = percent;
            return this;
        }

        /** The finished options. */
        public ReportOptions build() {
            return new ReportOptions(include, exclude, flags, title, minWidth);
        }

        private static Pattern compile(String regex) {
            try {
                return Pattern.compile(regex);
            } catch (PatternSyntaxException e) {
                throw new IllegalArgumentException(
                        "'" + regex + "' is no regular expression: " + e.getDescription() + " at index " + e.getIndex(),
                        e);
            }
        }
    }
}
