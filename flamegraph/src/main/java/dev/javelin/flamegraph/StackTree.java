package dev.javelin.flamegraph;

import java.util.Arrays;

/**
 * The stacks of a profile as a tree that grows from the root frames: a node is (parent node, frame). A stack's id is the
 * node of its leaf frame, so stacks share the nodes of their common callers; node 0 is the empty stack. A node takes about
 * 16 bytes, whatever the depth of the stack. Written by one thread.
 */
final class StackTree {
    private int[] parents = new int[1024];
    private int[] frames = new int[1024];
    private int[] table = new int[4096]; // node + 0 (0 = free: the root is never looked up)
    private int size = 1;

    StackTree() {
        frames[0] = -1;
        parents[0] = -1;
    }

    int size() {
        return size;
    }

    int parent(int node) {
        return parents[node];
    }

    int frame(int node) {
        return frames[node];
    }

    int depth(int node) {
        int depth = 0;
        for (int n = node; n != 0; n = parents[n]) {
            depth++;
        }
        return depth;
    }

    /** The node of {@code frame} called by {@code parent}; made if it is new. */
    int child(int parent, int frame) {
        int mask = table.length - 1;
        int slot = hash(parent, frame) & mask;
        for (int node; (node = table[slot]) != 0; slot = (slot + 1) & mask) {
            if (parents[node] == parent && frames[node] == frame) {
                return node;
            }
        }
        return add(parent, frame, slot);
    }

    private int add(int parent, int frame, int slot) {
        if (size == parents.length) {
            int capacity = size + (size >> 1);
            parents = Arrays.copyOf(parents, capacity);
            frames = Arrays.copyOf(frames, capacity);
        }
        int node = size++;
        parents[node] = parent;
        frames[node] = frame;
        table[slot] = node;
        if (size * 2L > table.length) {
            rehash();
        }
        return node;
    }

    private void rehash() {
        int[] larger = new int[table.length * 2];
        int mask = larger.length - 1;
        for (int node = 1; node < size; node++) {
            int slot = hash(parents[node], frames[node]) & mask;
            while (larger[slot] != 0) {
                slot = (slot + 1) & mask;
            }
            larger[slot] = node;
        }
        table = larger;
    }

    private static int hash(int parent, int frame) {
        long h = ((long) parent << 32 | frame) * 0x9E3779B97F4A7C15L;
        return (int) (h >>> 32) ^ (int) (h >>> 17);
    }
}
