package dev.javelin.bpf;

import dev.javelin.bpf.jna.LibC;

/** The nice value of a thread. */
public final class ThreadNice {
    private ThreadNice() {}

    /**
     * Sets that of the calling thread.
     *
     * @param nice -20 (most CPU time) to 19
     * @return false if that is refused: less than now needs CAP_SYS_NICE
     */
    public static boolean set(int nice) {
        return LibC.setpriority(LibC.PRIO_PROCESS, 0, nice) == 0; // 0: on Linux each thread has a nice value of its own
    }
}
