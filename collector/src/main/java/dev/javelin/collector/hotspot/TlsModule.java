package dev.javelin.collector.hotspot;

import dev.javelin.collector.elf.ElfException;
import dev.javelin.collector.proc.MemoryUnreadable;

/**
 * The module id of libjvm in the target's thread-local storage: the dynamic linker wrote it into the GOT words of the
 * R_X86_64_DTPMOD64 relocations when it loaded the library.
 */
final class TlsModule {
    /** glibc hands ids out in ascending order; a process with more modules with TLS has not been seen. */
    private static final int MAX_ID = 10_000;

    private TlsModule() {}

    /** The id, 1 or more; 0 when libjvm has no such relocation or the words make no sense. */
    static int of(HotSpot hotSpot) {
        try {
            for (long slot : hotSpot.libjvm().tlsModuleSlots()) {
                long id = hotSpot.mem().readLong(hotSpot.loadBias() + slot);
                if (id > 0 && id <= MAX_ID) {
                    return (int) id;
                }
            }
        } catch (ElfException | MemoryUnreadable e) {
            // reported as 0: the walker then finds threads by their ids
        }
        return 0;
    }
}
