package dev.javelin.it.harness;

import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * One sample of a recording.
 *
 * @param time when
 * @param tid the kernel's thread id
 * @param thread the thread's name
 * @param frames its stack, the thread's entry first
 */
public record Sample(Instant time, long tid, String thread, List<StackFrame> frames) {
    /** Copies the frames. */
    public Sample {
        frames = List.copyOf(frames);
    }

    /** The names of all frames, joined by {@code ;}, entry first. */
    public String stack() {
        return join(frame -> true);
    }

    /** The names of its Java frames only. */
    public String javaStack() {
        return join(StackFrame::isJava);
    }

    /** The names of the frames that fit, each followed by {@code ;}. */
    public String join(Predicate<StackFrame> fits) {
        return frames.stream().filter(fits).map(frame -> frame.name() + ";").collect(Collectors.joining());
    }

    /** Whether a frame's name starts so. */
    public boolean has(String prefix) {
        return frames.stream().anyMatch(frame -> frame.name().startsWith(prefix));
    }

    /** Whether the walk reached the thread's entry, as the recording says. */
    public boolean complete() {
        return frames.stream().noneMatch(StackFrame::isIncomplete);
    }

    /** The marker of an incomplete stack, or "". */
    public String incomplete() {
        return frames.stream()
                .filter(StackFrame::isIncomplete)
                .map(StackFrame::method)
                .findFirst()
                .orElse("");
    }

    /** The frame that ran. */
    public StackFrame leaf() {
        return frames.get(frames.size() - 1);
    }
}
