package dev.javelin.flamegraph;

import java.util.Arrays;

/** Sample count and summed value per (stack, thread), in arrays. Written by one thread. */
final class Aggregate {
    private long[] keys = new long[512]; // stack << 32 | thread
    private long[] counts = new long[512];
    private long[] values = new long[512];
    private int[] table = new int[2048]; // entry + 1
    private int size;

    void add(int stack, int thread, long count, long value) {
        int entry = entry((long) stack << 32 | thread);
        counts[entry] += count;
        values[entry] += value;
    }

    int size() {
        return size;
    }

    int stack(int entry) {
        return (int) (keys[entry] >>> 32);
    }

    int thread(int entry) {
        return (int) keys[entry];
    }

    long count(int entry) {
        return counts[entry];
    }

    long value(int entry) {
        return values[entry];
    }

    private int entry(long key) {
        int mask = table.length - 1;
        int slot = hash(key) & mask;
        for (; table[slot] != 0; slot = (slot + 1) & mask) {
            int entry = table[slot] - 1;
            if (keys[entry] == key) {
                return entry;
            }
        }
        return append(key, slot);
    }

    private int append(long key, int slot) {
        if (size == keys.length) {
            int capacity = size + (size >> 1);
            keys = Arrays.copyOf(keys, capacity);
            counts = Arrays.copyOf(counts, capacity);
            values = Arrays.copyOf(values, capacity);
        }
        keys[size] = key;
        table[slot] = ++size;
        if (size * 2L > table.length) {
            rehash();
        }
        return size - 1;
    }

    private void rehash() {
        int[] larger = new int[table.length * 2];
        int mask = larger.length - 1;
        for (int entry = 0; entry < size; entry++) {
            int slot = hash(keys[entry]) & mask;
            while (larger[slot] != 0) {
                slot = (slot + 1) & mask;
            }
            larger[slot] = entry + 1;
        }
        table = larger;
    }

    private static int hash(long key) {
        long h = key * 0x9E3779B97F4A7C15L;
        return (int) (h >>> 32) ^ (int) (h >>> 17);
    }
}
