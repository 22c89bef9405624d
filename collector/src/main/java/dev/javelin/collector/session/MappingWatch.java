package dev.javelin.collector.session;

/**
 * When a target's mappings are to be read again: soon after a stack met code that is in none of them, less and less often if that
 * code turns out to belong to no file. Used by one thread.
 */
final class MappingWatch {
    private static final long FIRST = 20_000_000;
    private static final long LONGEST = 5_000_000_000L;

    private long pause = FIRST;
    private long earliest;
    private boolean requested;

    void request() {
        requested = true;
    }

    boolean due(long now) {
        return requested && now >= earliest;
    }

    void looked(long now, boolean changed) {
        requested = false;
        pause = changed ? FIRST : Math.min(pause * 2, LONGEST);
        earliest = now + pause;
    }
}
