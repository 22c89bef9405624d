package dev.javelin.collector.cli;

import dev.javelin.collector.probe.TracedProbe;
import dev.javelin.collector.session.Hit;
import dev.javelin.collector.session.Live;
import dev.javelin.collector.walker.TraceContext;
import dev.javelin.flamegraph.Nanos;
import dev.javelin.flamegraph.Profile;
import dev.javelin.flamegraph.ThreadInfo;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a line for each hit: time of day, thread, its number, of calls how long they took, what was called with what, and the span that the
 * thread works on, if it says so. Columns are
 * two blanks apart; that of threads becomes wider when a longer name comes. Used by one thread.
 */
final class TraceLines implements Live {
    private static final String GAP = "  ";
    private static final String INDENT = "    ";
    private static final int TIME = "23:59:59.123456".length();
    private static final int NARROWEST = 12;
    private static final int WIDEST = 40;
    private static final int TID = 7;
    private static final int TOOK = "1.23 ms".length();
    /** Characters that are held back at most. */
    private static final int MUCH = 1 << 16;

    private final PrintStream out;
    private final List<TracedProbe> probes;
    private final boolean calls;
    private final TimeOfDay clock;
    private final StringBuilder pending = new StringBuilder();
    private final Map<Integer, String> stacks = new HashMap<>();
    private final long most;
    private long lines;
    private boolean heading;
    private int threadWidth = NARROWEST;

    /**
     * Writes to {@code out}.
     *
     * @param probes by their rows
     * @param most lines, at least 1
     * @param heading whether a person reads it, who wants the columns named
     */
    TraceLines(PrintStream out, List<TracedProbe> probes, long most, boolean heading, TimeOfDay clock) {
        this.out = out;
        this.probes = List.copyOf(probes);
        this.most = most;
        this.heading = heading;
        this.clock = clock;
        this.calls = probes.stream().anyMatch(TracedProbe::call);
    }

    @Override
    public boolean hit(Hit hit, Profile profile) {
        ThreadInfo thread = profile.thread(hit.thread());
        String name = Printable.of(thread.name());
        threadWidth = Math.max(threadWidth, Math.min(WIDEST, length(name)));
        if (heading) {
            heading = false;
            columns("TIME", "THREAD", "TID", "TOOK");
            pending.append("HIT\n");
        }
        clock.append(pending, hit.timeNanos());
        TracedProbe probe = probes.get(hit.probe());
        String took = probe.call() ? Nanos.text(hit.durationNanos()) : "";
        columns("", name, Integer.toString(thread.tid()), took);
        HitText.append(pending, probe, hit);
        if (!hit.trace().equals(TraceContext.NONE)) {
            pending.append(GAP).append("trace=").append(hit.trace().traceId());
            pending.append(" span=").append(hit.trace().spanId());
        }
        pending.append('\n');
        if (hit.stack() != Profile.EMPTY_STACK) {
            pending.append(stacks.computeIfAbsent(hit.stack(), stack -> text(profile, stack)));
        }
        if (pending.length() > MUCH) {
            write();
        }
        return ++lines < most;
    }

    /** The columns before the last; a time that is empty is there already. */
    private void columns(String time, String thread, String tid, String took) {
        if (!time.isEmpty()) {
            pending.append(time);
            blanks(TIME - time.length());
        }
        pending.append(GAP).append(thread);
        blanks(threadWidth - length(thread));
        pending.append(GAP);
        blanks(TID - tid.length());
        pending.append(tid).append(GAP);
        if (calls) {
            blanks(TOOK - took.length());
            pending.append(took).append(GAP);
        }
    }

    private void blanks(int count) {
        for (int i = 0; i < count; i++) {
            pending.append(' ');
        }
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    private static String text(Profile profile, int stack) {
        StringBuilder text = new StringBuilder();
        for (int frame : profile.frames(stack)) {
            text.append(INDENT)
                    .append(Printable.of(profile.frame(frame).text()))
                    .append('\n');
        }
        return text.toString();
    }

    @Override
    public boolean taken() {
        if (pending.length() > 0) {
            write();
        }
        return !out.checkError();
    }

    private void write() {
        out.writeBytes(pending.toString().getBytes(StandardCharsets.UTF_8));
        pending.setLength(0);
    }
}
