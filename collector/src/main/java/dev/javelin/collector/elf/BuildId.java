package dev.javelin.collector.elf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Finds the build id: a note of owner "GNU" and type 3 (NT_GNU_BUILD_ID), in note sections or PT_NOTE segments. */
final class BuildId {
    private static final int NT_GNU_BUILD_ID = 3;
    private static final int GNU = 0x00554e47;
    private static final int LONGEST = 64;

    private final ByteBuffer image;
    private final List<ElfSection> sections;
    private final List<long[]> segments;

    BuildId(ByteBuffer image, List<ElfSection> sections, List<long[]> segments) {
        this.image = image;
        this.sections = sections;
        this.segments = segments;
    }

    String find() {
        for (ElfSection section : sections) {
            if (section.type() == ElfSection.NOTE) {
                String id = in(section.offset(), section.size(), 4);
                if (id != null) {
                    return id;
                }
            }
        }
        for (long[] segment : segments) {
            String id = in(segment[0], segment[1], segment[2] == 8 ? 8 : 4);
            if (id != null) {
                return id;
            }
        }
        return null;
    }

    private String in(long offset, long size, int align) {
        if (offset < 0 || size < 0 || offset > image.limit() || size > image.limit() - offset) {
            return null;
        }
        ByteBuffer notes = image.slice((int) offset, (int) size).order(ByteOrder.LITTLE_ENDIAN);
        long at = 0;
        while (at + 12 <= size) {
            long nameSize = notes.getInt((int) at) & 0xffffffffL;
            long idSize = notes.getInt((int) at + 4) & 0xffffffffL;
            int type = notes.getInt((int) at + 8);
            long id = at + 12 + aligned(nameSize, align);
            if (id + idSize > size) {
                return null;
            }
            if (type == NT_GNU_BUILD_ID && nameSize == 4 && notes.getInt((int) at + 12) == GNU) {
                return idSize == 0 || idSize > LONGEST ? null : hex(notes, (int) id, (int) idSize);
            }
            at = id + aligned(idSize, align);
        }
        return null;
    }

    private static long aligned(long size, int align) {
        return (size + align - 1) & -align;
    }

    private static String hex(ByteBuffer bytes, int from, int length) {
        StringBuilder text = new StringBuilder(length * 2);
        for (int i = from; i < from + length; i++) {
            text.append(Character.forDigit((bytes.get(i) >> 4) & 15, 16))
                    .append(Character.forDigit(bytes.get(i) & 15, 16));
        }
        return text.toString();
    }
}
