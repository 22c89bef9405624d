package dev.javelin.collector.walker;

import java.util.List;

/** What a probe watches. */
public sealed interface AttachPoint {
    /**
     * Threads of the targets being off the CPU: from leaving it to running again.
     *
     * @param wakers whether the stack of who wakes them is taken, too
     */
    record OffCpu(boolean wakers) implements AttachPoint {}

    /** Threads of the targets being on a CPU, without stacks: the clock samples those. */
    record OnCpu() implements AttachPoint {}

    /** Threads of the targets that could run: from being woken or preempted to running. */
    record RunQueue() implements AttachPoint {}

    /**
     * What threads do and wait for while they are in calls of probed Java methods, and the slow ones of these calls, which the agent tells by
     * calling a function of the JVM.
     *
     * @param path the file that has the function, as this process can open it
     * @param offset of the function in the file, bytes
     */
    record Calls(int pid, String path, long offset) implements AttachPoint {}

    /**
     * Virtual threads that get a carrier and give it up: the JVM's functions that freeze their frames, and that thaw them.
     *
     * @param path the file that has the functions, as this process can open it
     * @param freezes offsets in the file, bytes; the return address is at the stack pointer there
     * @param thaws the same
     */
    record Mounts(int pid, String path, List<Long> freezes, List<Long> thaws) implements AttachPoint {
        public Mounts {
            freezes = List.copyOf(freezes);
            thaws = List.copyOf(thaws);
        }
    }

    /**
     * An instruction of a file that a target has mapped.
     *
     * @param path the file, as this process can open it
     * @param offset in the file, bytes
     * @param semaphore offset in the file of the counter that switches a USDT probe on; 0 for none
     */
    record Entry(int pid, String path, long offset, long semaphore) implements AttachPoint {}

    /** The return of the function that has this instruction; the return address is still at the stack pointer there. */
    record Return(int pid, String path, long offset) implements AttachPoint {}

    /** An instruction of a kernel function: bytes from its beginning. */
    record KernelEntry(String function, long offset) implements AttachPoint {}

    /** The return of a kernel function. */
    record KernelReturn(String function) implements AttachPoint {}

    /** Kernel functions by one link: their entries, their returns, or both. */
    record KernelFunctions(List<String> functions, boolean atEntry, boolean atReturn) implements AttachPoint {
        public KernelFunctions {
            functions = List.copyOf(functions);
        }
    }

    /** A kernel function that is traced by fentry, fexit, or both. */
    record Traced(String function, boolean atEntry, boolean atReturn) implements AttachPoint {}

    /** A classic tracepoint, in the threads of the targets. */
    record Tracepoint(String category, String name) implements AttachPoint {}

    /** System calls by their numbers, from entry to return. */
    record Syscalls(List<Integer> numbers) implements AttachPoint {
        public Syscalls {
            numbers = List.copyOf(numbers);
        }
    }
}
