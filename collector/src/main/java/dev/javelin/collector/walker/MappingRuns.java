package dev.javelin.collector.walker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Which rows of the map {@code mappings} are in use: each process has one run of them. A run that a process has left is handed out
 * again only after {@link #GRACE} later allocations, since a program that runs at this moment may still read it. Used by one thread.
 */
final class MappingRuns {
    private static final int GRACE = 4;

    /** Rows first to first + size. */
    record Run(int first, int size) {}

    private final int capacity;
    private int used;
    private final List<Run> free = new ArrayList<>();
    private final Deque<Run> resting = new ArrayDeque<>();

    MappingRuns(int capacity) {
        this.capacity = capacity;
    }

    /** A run of at least {@code size} rows, or null if there is no room. */
    Run allocate(int size) {
        while (resting.size() > GRACE) {
            free.add(resting.removeFirst());
        }
        int rounded = (size + 63) & -64;
        for (int i = 0; i < free.size(); i++) {
            if (free.get(i).size() >= rounded) {
                return free.remove(i);
            }
        }
        if (rounded > capacity - used) {
            return null;
        }
        Run run = new Run(used, rounded);
        used += rounded;
        return run;
    }

    /** Gives a run back. */
    void release(Run run) {
        resting.addLast(run);
    }
}
