package dev.javelin.agent.calls;

import java.lang.ref.WeakReference;

/** A task that was handed over and has not begun. Weak, since it may never run. */
final class Task extends WeakReference<Object> {
    /** Its identity's. */
    final int hash;
    /** See {@link Calls#current}. */
    final long call;
    /** {@link System#nanoTime}. */
    final long handedOver;

    Task(Object task, int hash, long call, long handedOver) {
        super(task);
        this.hash = hash;
        this.call = call;
        this.handedOver = handedOver;
    }
}
