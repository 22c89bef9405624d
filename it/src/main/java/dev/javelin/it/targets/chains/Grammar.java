package dev.javelin.it.targets.chains;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A set of call chains, entry first, and with each of them its beginnings: a thread on the way down or back may be seen
 * at any depth, but never with a frame too many or too few in between.
 *
 * @param whole regular expression of the chains to their end; every frame's name ends with {@code ;}
 * @param begun regular expression of all their beginnings, from the empty one to the whole
 */
public record Grammar(String whole, String begun) {
    private static final String FRAME = "[^;]*;";

    /** What any method may call at its end without our doing: boxing, and the like. */
    private static final String TRIFLES = "(?:java\\.lang\\.(?:Long|Number|Object)\\." + FRAME
            + "|dev\\.javelin\\.it\\.targets\\.chains\\.Work\\.(?:keep|seed);)*";

    /** Exactly these methods, one after the other; {@code Class.method} of this package, or with their full names. */
    public static Grammar calls(String... methods) {
        return seq(Arrays.stream(methods).map(method -> once(quoted(method))).toArray(Grammar[]::new));
    }

    /** The same method that many times in a row. */
    public static Grammar times(int count, String method) {
        String frame = "(?:" + quoted(method) + ")";
        return new Grammar(frame + "{" + count + "}", frame + "{0," + count + "}");
    }

    /** The same method any number of times in a row. */
    public static Grammar many(String method) {
        String frames = "(?:" + quoted(method) + ")*+";
        return new Grammar(frames, frames);
    }

    /** Any number of frames of these packages or classes (prefixes of full names). */
    public static Grammar anyOf(String... prefixes) {
        String frames = "(?:(?:" + Arrays.stream(prefixes).map(Pattern::quote).collect(Collectors.joining("|")) + ")"
                + FRAME + ")*";
        return new Grammar(frames, frames);
    }

    /** Any number of frames of the JDK's own code, as between a reflective call and its target. */
    public static Grammar jdk() {
        return anyOf("java.", "jdk.internal.", "sun.");
    }

    /** One after the other. */
    public static Grammar seq(Grammar... parts) {
        List<Grammar> list = List.of(parts);
        Grammar last = list.get(list.size() - 1);
        String whole = last.whole;
        String begun = last.begun;
        for (int i = list.size() - 2; i >= 0; i--) {
            Grammar part = list.get(i);
            whole = part.whole + whole;
            begun = "(?:" + part.whole + begun + "|" + part.begun + ")";
        }
        return new Grammar(whole, begun);
    }

    /** Any one of these. */
    public static Grammar either(Grammar... ways) {
        return new Grammar(
                Arrays.stream(ways).map(Grammar::whole).collect(Collectors.joining("|", "(?:", ")")),
                Arrays.stream(ways).map(Grammar::begun).collect(Collectors.joining("|", "(?:", ")")));
    }

    /** This, then work: the loop that burns the time. */
    public Grammar thenWork() {
        return seq(this, calls("Work.spin"));
    }

    /** Matches the whole chains and their beginnings. */
    public Pattern pattern() {
        return Pattern.compile(begun + TRIFLES);
    }

    /** Matches the whole chains only. */
    public Pattern wholePattern() {
        return Pattern.compile(whole);
    }

    private static Grammar once(String frame) {
        return new Grammar(frame, "(?:" + frame + ")?");
    }

    private static String quoted(String method) {
        String prefix = method.startsWith("java.") || method.startsWith("jdk.") || method.startsWith("jvl_")
                ? ""
                : Grammar.class.getPackageName() + ".";
        return Pattern.quote(prefix + method + ";");
    }
}
