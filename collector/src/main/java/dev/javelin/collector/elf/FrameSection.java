package dev.javelin.collector.elf;

import java.nio.ByteBuffer;

/**
 * Where a file's call frame information is.
 *
 * @param name section name, for messages
 * @param bytes the section, not copied
 * @param address its virtual address
 * @param debug whether it has the form of .debug_frame (DWARF) and not of .eh_frame (Linux Standard Base)
 * @param bounded whether its end is known; else a zero length ends it
 */
record FrameSection(String name, ByteBuffer bytes, long address, boolean debug, boolean bounded) {
    private static final int SHF_COMPRESSED = 0x800;

    int size() {
        return bytes.limit();
    }

    /** Null if there is none. */
    static FrameSection of(ElfFile file) throws ElfException {
        ElfSection section = file.section(".eh_frame");
        if (section != null && section.hasBytes()) {
            return new FrameSection(section.name(), file.bytes(section), section.address(), false, true);
        }
        FrameSection byHeader = byHeader(file);
        if (byHeader != null) {
            return byHeader;
        }
        section = file.section(".debug_frame");
        if (section != null && section.hasBytes() && (section.flags() & SHF_COMPRESSED) == 0) {
            return new FrameSection(section.name(), file.bytes(section), section.address(), true, true);
        }
        return null;
    }

    /**
     * Without section headers: .eh_frame_hdr is a segment of its own, and points to .eh_frame (version 1 @0, encoding of the pointer @1,
     * pointer @4). Linkers write that pointer as pcrel sdata4 (0x1b).
     */
    private static FrameSection byHeader(ElfFile file) throws ElfException {
        long[] header = file.ehFrameHeader();
        if (header == null || header[1] < 8) {
            return null;
        }
        ByteBuffer bytes = file.bytes(header[0], header[1], ".eh_frame_hdr");
        if (bytes.get(0) != 1 || bytes.get(1) != 0x1b) {
            return null;
        }
        long address = header[2] + 4 + bytes.getInt(4);
        for (ElfSegment load : file.loads()) {
            long inside = address - load.vaddr();
            if (inside >= 0 && inside < load.fileSize()) {
                ByteBuffer frames = file.bytes(load.fileOffset() + inside, load.fileSize() - inside, ".eh_frame");
                return new FrameSection(".eh_frame", frames, address, false, false);
            }
        }
        return null;
    }
}
