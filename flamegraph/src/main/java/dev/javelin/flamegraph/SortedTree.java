package dev.javelin.flamegraph;

import java.util.Arrays;
import java.util.Comparator;

/** A call tree with the children of each node in the order of their names. */
final class SortedTree {
    /** Receives nodes, each before its children. */
    interface Visitor<E extends Exception> {
        /** {@code depth} is 0 for the root. False leaves out what is below the node. */
        boolean node(int node, int depth) throws E;
    }

    private final CallTree tree;
    private final int[] firstChild;
    private final int[] nextSibling;

    SortedTree(CallTree tree, FrameNames names) {
        this.tree = tree;
        this.firstChild = new int[tree.size()];
        this.nextSibling = new int[tree.size()];
        int[] byName = nodesByName(tree, ranks(names));
        for (int i = byName.length - 1; i >= 0; i--) {
            int node = byName[i];
            nextSibling[node] = firstChild[tree.parent(node)];
            firstChild[tree.parent(node)] = node;
        }
    }

    int firstChild(int node) {
        return firstChild[node];
    }

    int nextSibling(int node) {
        return nextSibling[node];
    }

    /** Visits the tree, parents first, without recursion: stacks may be thousands of frames deep. */
    <E extends Exception> void visit(Visitor<E> visitor) throws E {
        int node = 0;
        int depth = 0;
        while (true) {
            if (visitor.node(node, depth) && firstChild[node] != 0) {
                node = firstChild[node];
                depth++;
                continue;
            }
            while (node != 0 && nextSibling[node] == 0) {
                node = tree.parent(node);
                depth--;
            }
            if (node == 0) {
                return;
            }
            node = nextSibling[node];
        }
    }

    /** The position of each name among all names, in the order of their texts. */
    static int[] ranks(FrameNames names) {
        Integer[] ids = new Integer[names.size()];
        Arrays.setAll(ids, i -> i);
        Comparator<Integer> byText = Comparator.comparing(id -> names.name(id).text());
        Arrays.sort(ids, byText.thenComparing(id -> names.name(id).category()));
        int[] ranks = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            ranks[ids[i]] = i;
        }
        return ranks;
    }

    /** All nodes but the root, sorted by counting. */
    private static int[] nodesByName(CallTree tree, int[] ranks) {
        int[] starts = new int[ranks.length + 1];
        for (int node = 1; node < tree.size(); node++) {
            starts[ranks[tree.name(node)] + 1]++;
        }
        for (int i = 0; i < ranks.length; i++) {
            starts[i + 1] += starts[i];
        }
        int[] sorted = new int[tree.size() - 1];
        for (int node = 1; node < tree.size(); node++) {
            sorted[starts[ranks[tree.name(node)]]++] = node;
        }
        return sorted;
    }
}
