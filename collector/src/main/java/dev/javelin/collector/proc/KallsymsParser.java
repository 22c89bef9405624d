package dev.javelin.collector.proc;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Parses kallsyms by bytes, a line at a time, without objects: there are some 120,000 lines and the JVM has just started. Of several names
 * at one address the first global one stays, else the first.
 */
final class KallsymsParser {
    private static final int CHUNK = 1 << 16;
    private static final int NAME_AT = 19;
    private static final int INDEX_BITS = 24;

    private final byte[] buffer = new byte[CHUNK];
    private int[] addresses = new int[1 << 15];
    private int[] offsets = new int[1 << 15];
    private boolean[] global = new boolean[1 << 15];
    private byte[] names = new byte[1 << 20];
    private int count;
    private int used;
    private int lines;
    private boolean sorted = true;

    void read(InputStream in) throws IOException {
        int filled = 0;
        while (true) {
            int got = in.read(buffer, filled, CHUNK - filled);
            if (got <= 0) {
                break;
            }
            filled += got;
            int done = lines(filled);
            if (done == 0 && filled == CHUNK) {
                throw new IOException("a line longer than " + CHUNK + " bytes");
            }
            System.arraycopy(buffer, done, buffer, 0, filled - done);
            filled -= done;
        }
    }

    /** Parses the whole lines of the buffer and returns where the last one ends. */
    private int lines(int filled) {
        int from = 0;
        while (true) {
            int end = from + Math.min(NAME_AT, filled - from);
            while (end < filled && buffer[end] != '\n') {
                end++;
            }
            if (end >= filled) {
                return from;
            }
            line(from, end);
            from = end + 1;
        }
    }

    private void line(int from, int end) {
        lines++;
        int type = buffer[from + 17];
        if ((type != 'T' && type != 't' && type != 'W' && type != 'w') || padding(from + NAME_AT, end)) {
            return;
        }
        long address = hex(from);
        if (address >>> 32 != 0xffffffffL || count == 1 << INDEX_BITS) {
            return;
        }
        put((int) address, type == 'T', from + NAME_AT, end);
    }

    private boolean padding(int at, int end) {
        return end - at > 5
                && buffer[at] == '_'
                && buffer[at + 1] == '_'
                && buffer[at + 2] == 'p'
                && buffer[at + 3] == 'f'
                && buffer[at + 4] == 'x';
    }

    private long hex(int from) {
        long value = 0;
        for (int i = from; i < from + 16; i++) {
            int c = buffer[i];
            value = value << 4 | (c <= '9' ? c - '0' : c - 'a' + 10);
        }
        return value;
    }

    private void put(int address, boolean isGlobal, int from, int end) {
        if (count > 0 && addresses[count - 1] == address) {
            if (global[count - 1] || !isGlobal) {
                return;
            }
            count--;
        }
        if (count == addresses.length) {
            addresses = Arrays.copyOf(addresses, count * 2);
            offsets = Arrays.copyOf(offsets, count * 2);
            global = Arrays.copyOf(global, count * 2);
        }
        sorted &= count == 0 || Integer.compareUnsigned(addresses[count - 1], address) < 0;
        addresses[count] = address;
        global[count] = isGlobal;
        offsets[count++] = used;
        name(from, end);
    }

    /** Copies "name" or "name TAB [module]", as "name" or "name TAB module", with a 0 after it. */
    private void name(int from, int end) {
        if (used + end - from + 1 > names.length) {
            names = Arrays.copyOf(names, names.length * 2);
        }
        for (int i = from; i < end; i++) {
            byte b = buffer[i];
            if (b != '[' && b != ']') {
                names[used++] = b;
            }
        }
        names[used++] = 0;
    }

    int lines() {
        return lines;
    }

    KallsymsTable table() {
        byte[] text = Arrays.copyOf(names, used);
        if (sorted) {
            return new KallsymsTable(Arrays.copyOf(addresses, count), Arrays.copyOf(offsets, count), text);
        }
        return sort(text);
    }

    /** Modules come after the kernel's image, unsorted. */
    private KallsymsTable sort(byte[] text) {
        long[] keys = new long[count];
        for (int i = 0; i < count; i++) {
            keys[i] = (addresses[i] & 0xffffffffL) << INDEX_BITS | i;
        }
        Arrays.sort(keys);
        int[] sortedAddresses = new int[count];
        int[] sortedOffsets = new int[count];
        for (int i = 0; i < count; i++) {
            sortedAddresses[i] = (int) (keys[i] >>> INDEX_BITS);
            sortedOffsets[i] = offsets[(int) keys[i] & ((1 << INDEX_BITS) - 1)];
        }
        return new KallsymsTable(sortedAddresses, sortedOffsets, text);
    }
}
