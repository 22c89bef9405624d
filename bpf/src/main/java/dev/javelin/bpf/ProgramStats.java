package dev.javelin.bpf;

/**
 * What the kernel counted for one program since it was loaded ({@code struct bpf_prog_info}).
 *
 * @param runTimeNs nanoseconds spent in it; 0 unless {@code kernel.bpf_stats_enabled} is 1
 * @param runCount how often it ran; 0 unless {@code kernel.bpf_stats_enabled} is 1
 * @param recursionMisses events it did not see because it was running on that CPU already (Linux 5.12)
 * @param verifiedInstructions instructions the verifier walked through, of at most 1,000,000 (Linux 5.16)
 */
public record ProgramStats(long runTimeNs, long runCount, long recursionMisses, long verifiedInstructions) {
    /** Of no program. */
    public static final ProgramStats NONE = new ProgramStats(0, 0, 0, 0);

    /** The sums of both. */
    public ProgramStats plus(ProgramStats other) {
        return new ProgramStats(
                runTimeNs + other.runTimeNs,
                runCount + other.runCount,
                recursionMisses + other.recursionMisses,
                verifiedInstructions + other.verifiedInstructions);
    }
}
