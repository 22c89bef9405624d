package dev.javelin.collector.probe;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A text or {@link Glob} for probes as they are written, such as {@code uprobe:libjvm:SafepointSynchronize::begin()}, whatever the case. */
public final class SpecPattern {
    private static final List<String> KINDS = List.of("usdt:", "uprobe:", "syscall:", "tracepoint:", "kprobe:");

    /** Of a probe in one library, which is named without wildcards. */
    private static final Pattern IN_LIBRARY = Pattern.compile("(?i:usdt|uprobe):([^:*?\\[]+):.*");

    private final String typed;
    private final String text;
    private final Glob glob;

    /** A glob, which the whole must fit, if {@code text} has a {@code *} or {@code ?}; else a text that it must contain. */
    public SpecPattern(String text) {
        this.typed = text;
        this.text = text.toLowerCase(Locale.ROOT);
        this.glob = Glob.isGlob(text) ? new Glob(this.text) : null;
    }

    /** Whether a probe fits. */
    public boolean matches(String spec) {
        String lower = spec.toLowerCase(Locale.ROOT);
        return glob == null ? lower.contains(text) : glob.matches(lower);
    }

    /** Whether a probe of that kind ({@code "usdt:"}) may fit: not if the pattern begins with another kind. */
    public boolean mayBe(String kind) {
        return text.startsWith(kind) || KINDS.stream().noneMatch(text::startsWith);
    }

    /** The one library whose probes may fit; null if those of others may, too. */
    public String library() {
        Matcher matcher = IN_LIBRARY.matcher(typed);
        return matcher.matches() ? matcher.group(1) : null;
    }

    /**
     * The functions that fit, with the text that stands before their readable names.
     *
     * @param before such as {@code "uprobe:libjvm:"}
     */
    public List<FunctionPoint> functions(FunctionTable functions, String before) {
        String lower = before.toLowerCase(Locale.ROOT);
        List<String> inNames = CxxNames.identifiers(text).stream()
                .filter(part -> !lower.contains(part))
                .toList();
        return functions.matching(inNames, name -> matches(before + name));
    }
}
