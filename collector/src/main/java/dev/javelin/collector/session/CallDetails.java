package dev.javelin.collector.session;

import dev.javelin.collector.probe.SyscallNames;
import dev.javelin.collector.walker.CallWait;
import dev.javelin.collector.walker.ToldPath;
import dev.javelin.flamegraph.CallPart;
import dev.javelin.flamegraph.Profile;
import java.util.HashMap;
import java.util.Map;

/** What a wait in a call was for, in words: which class, file, peer or method, and who ended it. Used by one thread. */
final class CallDetails {
    private final Profile profile;
    private final CountedEvents events;
    private final CallParts parts;
    private final CallFiles files = new CallFiles();
    /** By the thread's id, as the kernel knows it. */
    private final Map<Integer, ToldPath> paths = new HashMap<>();

    CallDetails(Profile profile, CountedEvents events, CallParts parts) {
        this.profile = profile;
        this.events = events;
        this.parts = parts;
    }

    /** Who left a monitor or a lock is shown with where it did. */
    int withWaker(CallPart part, int stack, CallWait wait) {
        if ((part != CallPart.MONITOR && part != CallPart.PARK)
                || events.wakers().thread(wait.waker()) == null) {
            return stack;
        }
        int[] frames = events.wakers().on(profile.frames(stack), wait.waker());
        return profile.stack(frames, 0, frames.length);
    }

    /** Empty if nothing is known. */
    String of(CallPart part, CallWait wait, int stack, Target target) {
        String by = events.wakers().thread(wait.waker());
        return switch (part) {
            case MONITOR -> monitor(wait, target) + (by == null ? "" : ", held by " + by);
            case OBJECT_WAIT -> monitor(wait, target) + (by == null ? "" : ", notified by " + by);
            case PARK -> parts.synchroniser(stack) + (by == null ? "" : ", unparked by " + by);
            case SLEEP -> parts.sleeper(stack);
            case OTHER -> parts.waiter(stack);
            case FILE_IO, PIPE -> syscall(wait) + file(wait);
            case SOCKET ->
                wait.kind() == WaitClass.UNMOUNTED ? parts.channel(stack) : (syscall(wait) + " " + wait.peer()).strip();
            case UNKNOWN -> wait.kind() == WaitClass.BEFORE ? CallTimes.BEFORE : "";
            default -> "";
        };
    }

    /** A path that it waits for is told as the wait begins. */
    void path(ToldPath path) {
        paths.put(path.tid(), path);
    }

    /** With a blank before it; empty if it is not known. */
    private String file(CallWait wait) {
        ToldPath path = paths.remove(wait.tid());
        boolean within = path != null
                && path.timeNanos() >= wait.endNanos() - wait.nanos()
                && path.timeNanos() <= wait.endNanos();
        return within ? " " + path.path() : files.file(wait.pid(), wait.inode());
    }

    private static String syscall(CallWait wait) {
        return wait.syscall() < 0 ? "" : SyscallNames.name(wait.syscall());
    }

    private static String monitor(CallWait wait, Target target) {
        String name = wait.objectClass() == 0 ? "" : target.monitors().className(wait.objectClass());
        return name.isEmpty() ? "a monitor" : name;
    }
}
