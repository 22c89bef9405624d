package dev.javelin.collector.walker;

/**
 * What is fixed when the programs are loaded.
 *
 * @param maxFrames user frames per stack, 1 to 2,048
 * @param everyExec whether execs of processes that are no targets are noticed as well
 * @param ringBytes size of the ring buffer, a power of two
 * @param unwindRows room for unwind rules; 8 bytes each
 * @param mappings room for executable mappings; 48 bytes each
 * @param probes what else than the clock is recorded; empty for the clock or a hardware counter
 */
public record WalkerSettings(
        int maxFrames,
        boolean kernelFrames,
        boolean userFrames,
        boolean everyExec,
        int ringBytes,
        int unwindRows,
        int mappings,
        Probes probes) {
    /**
     * Whether programs that were loaded for these settings are what the others ask for, too. With probes they never are. Not by equals(), whose
     * first call in a JVM takes 15 ms.
     */
    boolean serve(WalkerSettings others) {
        return probes.isEmpty()
                && others.probes.isEmpty()
                && maxFrames == others.maxFrames
                && kernelFrames == others.kernelFrames
                && userFrames == others.userFrames
                && everyExec == others.everyExec
                && ringBytes == others.ringBytes
                && unwindRows == others.unwindRows
                && mappings == others.mappings;
    }
}
