package dev.javelin.collector.session;

import dev.javelin.flamegraph.Frame;
import dev.javelin.flamegraph.FrameType;
import dev.javelin.flamegraph.Profile;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The stacks of those who woke waiting threads. They stand upside down on the stack that waited, so that the two meet where one
 * woke the other, and end with the waker's name; an interrupt has no name, and no part of the thread that it interrupted.
 */
final class Wakers {
    private static final Frame WOKEN_BY = Frame.marker("[woken by]");
    private static final Frame INTERRUPT = Frame.marker("[woken by an interrupt]");

    /** Where an interrupt has entered the kernel, or where its work that was put off is done (arch/x86/entry, kernel/softirq.c). */
    private static final List<String> INTERRUPT_ENTRIES = List.of(
            "asm_sysvec_", "asm_common_interrupt", "sysvec_", "common_interrupt", "handle_softirqs", "__do_softirq");

    private record Waker(int stack, Integer thread, String comm) {}

    private final Profile profile;
    private final Map<Long, Waker> wakers = new HashMap<>();

    Wakers(Profile profile) {
        this.profile = profile;
    }

    /**
     * A stack that may have woken a thread.
     *
     * @param thread the profile's id of its thread; null if that belongs to no target, or to an interrupt
     * @param comm the kernel's name of the thread
     */
    void add(long id, int stack, Integer thread, String comm) {
        wakers.put(id, new Waker(stack, thread, comm));
    }

    /** The frames of a stack that waited, leaf first, with the waker above them; the same frames if it is not known. */
    int[] on(int[] waiting, long id) {
        Waker waker = wakers.get(id);
        if (waker == null) {
            return waiting;
        }
        int[] frames = profile.frames(waker.stack());
        int interrupt = interruptEntry(frames);
        int depth = interrupt < 0 ? frames.length : interrupt + 1;
        int named = interrupt < 0 ? 1 : 0;
        int[] all = new int[named + depth + 1 + waiting.length];
        if (named == 1) {
            all[0] = profile.frame(Frame.marker(name(waker)));
        }
        for (int i = 0; i < depth; i++) {
            all[named + depth - 1 - i] = frames[i];
        }
        all[named + depth] = profile.frame(interrupt < 0 ? WOKEN_BY : INTERRUPT);
        System.arraycopy(waiting, 0, all, named + depth + 1, waiting.length);
        return all;
    }

    /** The name of the target's thread that woke another; null if it is not known, or was none. */
    String thread(long id) {
        return threadId(id) == null ? null : threadName(wakers.get(id));
    }

    /** The profile's id of that thread; null as {@link #thread}. */
    Integer threadId(long id) {
        Waker waker = wakers.get(id);
        boolean known = waker != null && interruptEntry(profile.frames(waker.stack())) < 0;
        return known ? waker.thread() : null;
    }

    private String name(Waker waker) {
        return waker.thread() == null ? "[process " + waker.comm() + "]" : "[thread " + threadName(waker) + "]";
    }

    private String threadName(Waker waker) {
        String java = profile.thread(waker.thread()).javaName();
        return java == null ? waker.comm() : java;
    }

    /** The outermost function of an interrupt, as an index; -1 if the stack is that of a thread. */
    private int interruptEntry(int[] frames) {
        int entry = -1;
        for (int i = 0; i < frames.length; i++) {
            Frame frame = profile.frame(frames[i]);
            if (frame.type() == FrameType.KERNEL && INTERRUPT_ENTRIES.stream().anyMatch(frame.method()::startsWith)) {
                entry = i;
                if (frame.method().startsWith("asm_")) {
                    return entry;
                }
            }
        }
        return entry;
    }
}
