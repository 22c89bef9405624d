package dev.javelin.collector.proc;

import java.nio.charset.StandardCharsets;

/**
 * Sorted addresses (lower halves; the upper is all ones) with names as bytes: a name ends with 0 or, where a module's name follows, with
 * a tab. Immutable.
 */
final class KallsymsTable {
    private final int[] addresses;
    private final int[] offsets;
    private final byte[] names;

    KallsymsTable(int[] addresses, int[] offsets, byte[] names) {
        this.addresses = addresses;
        this.offsets = offsets;
        this.names = names;
    }

    int size() {
        return addresses.length;
    }

    long address(int index) {
        return addresses[index] | 0xffffffff00000000L;
    }

    /** Index of the last symbol at or below an address; -1 if there is none. */
    int floor(int address) {
        int low = 0;
        int high = addresses.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (Integer.compareUnsigned(addresses[middle], address) <= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    String name(int index) {
        int from = offsets[index];
        int end = from;
        while (names[end] != 0 && names[end] != '\t') {
            end++;
        }
        return new String(names, from, end - from, StandardCharsets.UTF_8);
    }

    /** The module's name; null if it has none. */
    String module(int index) {
        int from = offsets[index];
        while (names[from] != 0 && names[from] != '\t') {
            from++;
        }
        if (names[from] == 0) {
            return null;
        }
        int end = ++from;
        while (names[end] != 0) {
            end++;
        }
        return new String(names, from, end - from, StandardCharsets.UTF_8);
    }
}
