package dev.javelin.collector.probe;

import dev.javelin.collector.session.JavelinException;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Java methods as users name them: {@code CLASS.METHOD}, {@code CLASS.METHOD(TYPE,TYPE)}, and behind that perhaps {@code :50ms}. CLASS and
 * METHOD are {@link Glob}s; CLASS is a full name with a {@code $} before an inner class's; a constructor is {@code <init>}. A {@code +}
 * before CLASS means its subclasses or implementors, too. A TYPE may lack its package.
 *
 * @param type the pattern of the classes' names
 * @param method the pattern of the methods' names
 * @param parameters the types with commas between them, without blanks; null for any
 * @param subtypes whether classes are meant that extend or implement those, too
 * @param thresholdNanos calls that take longer are told; -1 if none was given
 */
public record MethodSpec(String type, String method, String parameters, boolean subtypes, long thresholdNanos) {
    private static final Pattern FORM = Pattern.compile(
            "(?<plus>\\+)?(?<type>[^()/:\\s]+)\\.(?<method>[^().:/\\s]+)(?:\\((?<types>[^()/:]*)\\))?(?::(?<time>\\d[\\w.]*))?");

    private static final Pattern SLASHED = Pattern.compile("(\\+?[\\w$*?]+(?:/[\\w$*?]+)+)(\\..*)");

    /**
     * Reads what follows {@code java:}.
     *
     * @throws JavelinException usage, if it cannot be understood
     */
    static MethodSpec parse(String text) {
        Matcher matcher = FORM.matcher(withDots(text.strip()));
        if (!matcher.matches()) {
            throw error(
                    text,
                    "write java:com.acme.Orders.place, java:com.acme.Orders.place(int,String) or"
                            + " java:com.acme.Orders.place:50ms; there are no conditions");
        }
        String types = matcher.group("types");
        return new MethodSpec(
                matcher.group("type"),
                matcher.group("method"),
                types == null
                        ? null
                        : Arrays.stream(types.split(",", -1)).map(String::strip).collect(Collectors.joining(",")),
                matcher.group("plus") != null,
                threshold(text, matcher.group("time")));
    }

    /** As Javelin's own stacks show a method, {@code com/acme/Orders.place}, and as Java's references to one are written. */
    private static String withDots(String text) {
        String dots = text.replace("::", ".");
        Matcher slashed = SLASHED.matcher(dots);
        return slashed.matches() ? slashed.group(1).replace('/', '.') + slashed.group(2) : dots;
    }

    private static long threshold(String text, String time) {
        if (time == null) {
            return -1;
        }
        if (time.matches("[\\d.]+")) {
            throw error(text, "'" + time + "' needs a unit: write 50ms or 100us");
        }
        try {
            return PredicateNumber.parse(time);
        } catch (IllegalArgumentException e) {
            throw error(text, "'" + time + "' " + e.getMessage());
        }
    }

    private static JavelinException error(String text, String what) {
        return JavelinException.usage("probe 'java:" + text + "': " + what);
    }

    /** Whether one class and methods of one name are meant. */
    public boolean isExact() {
        return !Glob.isGlob(type) && !Glob.isGlob(method) && !subtypes;
    }
}
