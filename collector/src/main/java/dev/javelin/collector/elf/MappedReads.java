package dev.javelin.collector.elf;

/** Errors of reads of mapped files. */
final class MappedReads {
    @SuppressWarnings("UnusedVariable") // so that the allocation is not left out
    private static volatile Object entered;

    private MappedReads() {}

    /**
     * Throws the error of reads that have failed, if there is one: the JVM only notes it down, and throws it when the thread next enters the
     * runtime by an allocation or the like, which may be after the catch. Seen on JDK 17, interpreted, C1 and C2: more than 98 % came late
     * without this, none with it.
     *
     * @throws InternalError if a read went beyond the end of a file that was cut
     */
    static void settle() {
        entered = new int[8][8]; // arrays of arrays, unless small, are allocated by the runtime in every tier
    }
}
