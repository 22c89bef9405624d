package dev.javelin.collector.session;

/** A map from well-mixed 64-bit keys to ids from 0 on, without objects. Used by one thread. */
final class HashIndex {
    private static final int FIRST_SIZE = 1 << 12;
    /** About 12 MB; then it starts anew, which costs time and nothing else. */
    private static final int MAX_SIZE = 1 << 20;

    private long[] hashes = new long[FIRST_SIZE];
    private int[] ids = new int[FIRST_SIZE];
    private int used;

    /** The id, or -1. */
    int get(long hash) {
        int mask = hashes.length - 1;
        long key = hash == 0 ? 1 : hash;
        for (int i = (int) key & mask; hashes[i] != 0; i = (i + 1) & mask) {
            if (hashes[i] == key) {
                return ids[i];
            }
        }
        return -1;
    }

    /** Adds a hash that is not there. */
    void put(long hash, int id) {
        if (used * 2 >= hashes.length) {
            grow();
        }
        insert(hash == 0 ? 1 : hash, id);
        used++;
    }

    void clear() {
        if (used > 0) {
            hashes = new long[FIRST_SIZE];
            ids = new int[FIRST_SIZE];
            used = 0;
        }
    }

    private void grow() {
        if (hashes.length >= MAX_SIZE) {
            clear();
            return;
        }
        long[] oldHashes = hashes;
        int[] oldIds = ids;
        hashes = new long[oldHashes.length * 2];
        ids = new int[oldIds.length * 2];
        for (int i = 0; i < oldHashes.length; i++) {
            if (oldHashes[i] != 0) {
                insert(oldHashes[i], oldIds[i]);
            }
        }
    }

    private void insert(long key, int id) {
        int mask = hashes.length - 1;
        int i = (int) key & mask;
        while (hashes[i] != 0) {
            i = (i + 1) & mask;
        }
        hashes[i] = key;
        ids[i] = id;
    }
}
