package dev.javelin.collector.elf;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Makes the rows of one section in two passes: the first lists where each description begins, in the file and in memory; it is sorted only
 * if linkers did not (they do not where functions have cold parts). The second runs them in order of address.
 */
final class FrameCompiler {
    private static final int OFFSET_BITS = 26;
    private static final long OFFSET_MASK = (1L << OFFSET_BITS) - 1;
    /** Linkers merge equal ones, so that a large library has a few dozen. */
    private static final int MOST_CIES = 1 << 16;

    private static final long SPAN = 1L << 32;

    private final ElfFile file;
    private final FrameSection section;
    private final FrameReader reader;
    private final RowSink rows;
    private final FrameMachine machine;
    private final Map<Integer, FrameCie> cies = new HashMap<>();
    private final long low;
    private final long high;
    private long dataBase;
    private int lastCieAt = -1;
    private FrameCie lastCie;
    private long[] index = new long[1024];
    private int count;
    private boolean sorted = true;

    /** Of the entry that {@link #header} read last. */
    private int entryEnd;

    private int cieAt;

    FrameCompiler(ElfFile file, FrameSection section) {
        this.file = file;
        this.section = section;
        byte[] bytes = new byte[section.size()];
        section.bytes().get(0, bytes);
        reader = new FrameReader(bytes, section.address());
        long lowest = Long.MAX_VALUE;
        long highest = 0;
        for (ElfSegment load : file.loads()) {
            if (load.executable() && load.vaddr() >= 0) {
                lowest = Math.min(lowest, load.vaddr());
                highest = Math.max(highest, load.vaddr() + load.memorySize());
            }
        }
        low = lowest == Long.MAX_VALUE ? 0 : lowest;
        high = Math.min(low + SPAN, highest <= low ? Long.MAX_VALUE : highest);
        rows = new RowSink(bytes.length / 8);
        machine = new FrameMachine(reader, rows, -low);
    }

    UnwindTable compile() throws ElfException {
        ElfSection header = file.section(".eh_frame_hdr");
        dataBase = header == null ? 0 : header.address();
        list();
        if (!sorted) {
            Arrays.sort(index, 0, count);
        }
        if (count > 0) {
            rows.add(0, 0);
        }
        long end = 0;
        for (int i = 0; i < count; i++) {
            end = describe(index[i], i + 1 < count ? index[i + 1] >>> OFFSET_BITS : high - low, end);
        }
        if (count > 0 && end < SPAN) {
            rows.add(end, 0);
        }
        if (rows.full()) {
            throw file.damaged(section.name() + " makes more than " + RowSink.MOST_ROWS + " rows");
        }
        return new UnwindTable(low, Arrays.copyOf(rows.rows(), rows.count()), rows.count());
    }

    private void list() {
        int at = 0;
        int length = reader.bytes.length;
        while (at + 8 <= length) {
            int next = header(at);
            if (next < 0) {
                return;
            }
            if (next > at + 4) {
                listEntry(at);
            }
            at = next;
        }
    }

    /**
     * Reads the head of an entry: afterwards the reader stands after the id, {@link #cieAt} is where its CIE is, or -1 if it is one itself.
     * Returns where the next entry begins; -1 if there is none.
     */
    private int header(int at) {
        reader.at = at;
        long length = reader.u4();
        if (length == 0) {
            return section.bounded() ? at + 4 : -1;
        }
        boolean wide = length == 0xffffffffL;
        if (wide) {
            if (at + 20 > reader.bytes.length) {
                return -1;
            }
            length = reader.s8();
        }
        if (length < (wide && section.debug() ? 8 : 4) || length > reader.bytes.length - reader.at) {
            return -1;
        }
        int idAt = reader.at;
        entryEnd = idAt + (int) length;
        long id = wide && section.debug() ? reader.s8() : reader.s4();
        if (section.debug()) {
            cieAt = id == -1 ? -1 : within(id & 0xffffffffL);
        } else {
            cieAt = id == 0 ? -1 : within(idAt - id);
        }
        return entryEnd;
    }

    private int within(long at) {
        return at >= 0 && at < reader.bytes.length ? (int) at : Integer.MAX_VALUE;
    }

    private void listEntry(int at) {
        if (cieAt < 0) {
            if (cies.size() == MOST_CIES) {
                return;
            }
            cies.put(at, FrameCie.read(reader, entryEnd, section.debug(), machine));
            return;
        }
        FrameCie cie = cie();
        if (cie == null) {
            return;
        }
        try {
            long pc = reader.pointer(cie.encoding, dataBase);
            if (pc >= low && pc < high) {
                add((pc - low) << OFFSET_BITS | at);
            }
        } catch (IndexOutOfBoundsException e) {
            // a damaged description counts as none
        }
    }

    /** The CIE of the entry read last; it must have come before. Null if there is none. */
    private FrameCie cie() {
        if (cieAt != lastCieAt) {
            lastCie = cies.get(cieAt);
            lastCieAt = cieAt;
        }
        return lastCie;
    }

    private void add(long key) {
        if (count == index.length) {
            index = Arrays.copyOf(index, count * 2);
        }
        if (count > 0 && key < index[count - 1]) {
            sorted = false;
        }
        index[count++] = key;
    }

    /** Adds the rows of one description and returns where it ends, relative to the base. */
    private long describe(long key, long nextBegin, long previousEnd) {
        long from = key >>> OFFSET_BITS;
        header((int) (key & OFFSET_MASK));
        FrameCie cie = cie();
        long end = from;
        try {
            reader.pointer(cie.encoding, dataBase);
            end = end(from, reader.number(cie.encoding), nextBegin);
            if (cie.augmented) {
                long length = reader.uleb();
                reader.at = (int) Math.min(reader.at + (length & 0xffffffffL), entryEnd);
            }
        } catch (IndexOutOfBoundsException e) {
            end = from;
        }
        if (end == from) {
            return previousEnd;
        }
        if (from > previousEnd) {
            rows.add(previousEnd, 0);
        }
        if (cie.damaged) {
            rows.add(from, 0);
        } else {
            machine.run(cie, entryEnd, from, end);
        }
        return end;
    }

    private static long end(long from, long size, long nextBegin) {
        return size < 0 || size > nextBegin - from ? nextBegin : from + size;
    }
}
