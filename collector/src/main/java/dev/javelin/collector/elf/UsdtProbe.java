package dev.javelin.collector.elf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A statically defined probe (USDT): a note in section .note.stapsdt of owner "stapsdt" and type 3, made by {@code <sys/sdt.h>}. Its body is
 * three addresses (probe, base, semaphore) and three strings that end with 0 (provider, name, arguments).
 *
 * @param provider such as "hotspot"
 * @param name such as "gc__begin"; two underscores stand for a dash
 * @param pc virtual address of the probe's nop, as linked
 * @param base address of section .stapsdt.base when the note was made; the other addresses are already corrected by it
 * @param semaphore virtual address of the 16-bit counter that switches the probe on; 0 if it needs none
 * @param arguments where the arguments are, as the assembler wrote it: {@code "-4@%eax 8@-16(%rbp)"}
 */
public record UsdtProbe(String provider, String name, long pc, long base, long semaphore, String arguments) {
    private static final int TYPE = 3;
    private static final int OWNER_SIZE = 8;
    private static final long OWNER = 0x0074647370617473L; // "stapsdt\0"
    private static final int ADDRESSES = 24;
    private static final int LONGEST = 4096;

    /**
     * All probes of a file, in its order; empty if it has none. A damaged note ends the list.
     *
     * @throws ElfException if the section reaches beyond the file
     */
    public static List<UsdtProbe> read(ElfFile file) throws ElfException {
        ElfSection section = file.section(".note.stapsdt");
        List<UsdtProbe> probes = new ArrayList<>();
        if (section == null) {
            return probes;
        }
        ElfSection base = file.section(".stapsdt.base");
        ByteBuffer notes = file.bytes(section);
        long at = 0;
        while (at + 12 <= notes.limit()) {
            long owner = notes.getInt((int) at) & 0xffffffffL;
            long size = notes.getInt((int) at + 4) & 0xffffffffL;
            long body = at + 12 + aligned(owner);
            if (body + size > notes.limit()) {
                break;
            }
            boolean probe = notes.getInt((int) at + 8) == TYPE && owner == OWNER_SIZE;
            if (probe && size >= ADDRESSES + 3 && notes.getLong((int) at + 12) == OWNER) {
                probes.add(probe(notes.slice((int) body, (int) size).order(ByteOrder.LITTLE_ENDIAN), base));
            }
            at = body + aligned(size);
        }
        return probes;
    }

    private static UsdtProbe probe(ByteBuffer body, ElfSection base) {
        long linkedBase = body.getLong(8);
        long moved = base == null ? 0 : base.address() - linkedBase;
        long semaphore = body.getLong(16);
        int nameAt = after(body, ADDRESSES);
        int argumentsAt = after(body, nameAt);
        return new UsdtProbe(
                ElfFile.string(body, ADDRESSES, LONGEST),
                ElfFile.string(body, nameAt, LONGEST),
                body.getLong(0) + moved,
                linkedBase,
                semaphore == 0 ? 0 : semaphore + moved,
                ElfFile.string(body, argumentsAt, LONGEST));
    }

    /** The index after the next 0. */
    private static int after(ByteBuffer body, int from) {
        int at = from;
        while (at < body.limit() && body.get(at) != 0) {
            at++;
        }
        return at + 1;
    }

    private static long aligned(long size) {
        return (size + 3) & -4;
    }
}
