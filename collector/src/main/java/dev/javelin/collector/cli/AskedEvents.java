package dev.javelin.collector.cli;

import dev.javelin.collector.session.JavelinException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The events that are recorded at once, and which of them go together. */
final class AskedEvents {
    /** Behind which a probe's condition begins: the slash of no path, and of no operator's name. */
    private static final Pattern CONDITION = Pattern.compile("\\s/$");

    private final List<AskedEvent> events;

    private AskedEvents(List<AskedEvent> events) {
        this.events = List.copyOf(events);
    }

    /**
     * Reads them.
     *
     * @param texts the values of {@code -e}, each with one event or several with commas between them
     * @param more names of events that other options have asked for
     * @throws JavelinException usage, if one is unknown, or two do not go together
     */
    static AskedEvents of(List<String> texts, List<String> more) {
        List<AskedEvent> events = new ArrayList<>();
        for (String text : texts) {
            split(text).forEach(name -> events.add(new AskedEvent(name)));
        }
        if (events.isEmpty() && more.isEmpty()) {
            events.add(new AskedEvent(AskedEvent.CPU));
        }
        for (String name : more) {
            if (events.stream().noneMatch(event -> event.is(name))) {
                events.add(new AskedEvent(name));
            }
        }
        events.forEach(AskedEvent::check);
        AskedEvents asked = new AskedEvents(events);
        asked.checkTogether();
        return asked;
    }

    /** At the commas that are not within parentheses, template arguments or quotes: those belong to a function or a condition. */
    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        int depth = 0;
        boolean quoted = false;
        boolean condition = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            quoted ^= c == '"';
            if (c == ',' && depth == 0 && !quoted) {
                parts.add(part.toString().strip());
                part.setLength(0);
                condition = false;
                continue;
            }
            part.append(c);
            condition |= c == '/' && CONDITION.matcher(part).find();
            if (c == '(' || (c == '<' && !condition)) {
                depth++;
            } else if (depth > 0 && (c == ')' || (c == '>' && !condition))) {
                depth--;
            }
        }
        parts.add(part.toString().strip());
        return parts;
    }

    private void checkTogether() {
        for (int i = 0; i < events.size(); i++) {
            AskedEvent event = events.get(i);
            if (events.subList(0, i).contains(event)) {
                throw refused(event.name() + " is there twice");
            }
        }
        AskedEvent part = first(event -> event.is(AskedEvent.CPU) || event.is(AskedEvent.OFF_CPU));
        if (has(AskedEvent.WALL) && part != null) {
            throw refused(
                    "wall is the time on and off the CPU, and has " + part.name() + " already: leave one of them out");
        }
        List<AskedEvent> sampled = events.stream().filter(AskedEvent::isSampled).toList();
        if (sampled.size() > 1) {
            throw refused(
                    sampled.get(0).name() + " and " + sampled.get(1).name()
                            + " are both sampled, which one clock or counter at a time can do: record them one after the other");
        }
        AskedEvent inside = first(AskedEvent::isOfUserSpace);
        AskedEvent outside = first(event -> !event.onlyByKernel().isEmpty());
        if (inside != null && outside != null) {
            throw refused("only user-space mode has " + inside.name() + ", and only kernel mode " + outside.name()
                    + ": record them one after the other");
        }
        if (events.stream().filter(AskedEvent::isMethod).count() > 1) {
            throw refused("one java: at a time can be recorded; a pattern means several methods");
        }
    }

    private JavelinException refused(String why) {
        return JavelinException.usage("-e " + names() + ": " + why);
    }

    /** The first of a kind; null if there is none. */
    AskedEvent first(Predicate<AskedEvent> kind) {
        return events.stream().filter(kind).findFirst().orElse(null);
    }

    List<AskedEvent> list() {
        return events;
    }

    boolean areSeveral() {
        return events.size() > 1;
    }

    boolean has(String name) {
        return events.stream().anyMatch(event -> event.is(name));
    }

    boolean any(Predicate<AskedEvent> kind) {
        return events.stream().anyMatch(kind);
    }

    /** Their names with commas between them. */
    String names() {
        return events.stream().map(AskedEvent::name).collect(Collectors.joining(","));
    }

    /**
     * Whether {@code -i} and {@code -F} mean this one: the one that is sampled, if there is one; else the probes; and the only one, whatever it
     * is.
     */
    boolean takesInterval(AskedEvent event) {
        return !areSeveral() || (any(AskedEvent::isSampled) ? event.isSampled() : event.isProbe());
    }

    /** Why user-space mode cannot record them; empty if it can. */
    String onlyByKernel() {
        return events.stream()
                .map(AskedEvent::onlyByKernel)
                .filter(why -> !why.isEmpty())
                .findFirst()
                .orElse("");
    }
}
