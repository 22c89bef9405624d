package dev.javelin.collector.probe;

import java.util.List;
import java.util.Locale;

/** A text or {@link Glob} for probes as they are written, such as {@code uprobe:libjvm:SafepointSynchronize::begin()}, whatever the case. */
public final class SpecPattern {
    private static final List<String> KINDS = List.of("usdt:", "uprobe:", "tracepoint:", "kprobe:");

    private final String text;
    private final Glob glob;

    /** A glob, which the whole must fit, if {@code text} has a {@code *} or {@code ?}; else a text that it must contain. */
    public SpecPattern(String text) {
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
