package dev.javelin.flamegraph;

import dev.javelin.flamegraph.ReportOptions.Flag;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The stacks that a report shows, merged by name: nodes with a weight of their own and, for Java methods, how much of the
 * whole weight was interpreted, compiled by C1, and inlined. Node 0 is the root; a node's parent has a smaller number.
 */
final class CallTree {
    private final Profile profile;
    private final FrameNames names;
    private final boolean total;
    private final boolean reverse;
    private final boolean threads;
    private final boolean processes;
    private final Map<Integer, String> commands = new HashMap<>();

    private final StackTree nodes = new StackTree();
    private long[] self = new long[1024];
    private long[] interpreted = new long[1024];
    private long[] c1 = new long[1024];
    private long[] inlined = new long[1024];
    private int[] path = new int[256];

    private CallTree(Profile profile, RecordingInfo info, ReportOptions options, FrameNames names) {
        this.profile = profile;
        this.names = names;
        this.total = options.has(Flag.TOTAL);
        this.reverse = options.has(Flag.REVERSE);
        this.threads = options.has(Flag.THREADS);
        this.processes = options.has(Flag.PROCESSES);
        info.targets().forEach(target -> commands.put(target.pid(), target.command()));
    }

    static CallTree of(Profile profile, RecordingInfo info, ReportOptions options, FrameNames names) {
        CallTree tree = new CallTree(profile, info, options, names);
        profile.forEachAggregate((stack, thread, count, value) -> {
            if (names.accepts(stack, thread)) {
                tree.add(stack, thread, tree.total ? value : count);
            }
        });
        return tree;
    }

    int size() {
        return nodes.size();
    }

    int parent(int node) {
        return nodes.parent(node);
    }

    /** Id of the node's name; -1 for the root. */
    int name(int node) {
        return nodes.frame(node);
    }

    long self(int node) {
        return self[node];
    }

    long interpreted(int node) {
        return interpreted[node];
    }

    long c1(int node) {
        return c1[node];
    }

    long inlined(int node) {
        return inlined[node];
    }

    /** The whole weight of each node. */
    long[] totals() {
        long[] totals = Arrays.copyOf(self, size());
        for (int node = size() - 1; node > 0; node--) {
            totals[parent(node)] += totals[node];
        }
        return totals;
    }

    private void add(int stack, int thread, long weight) {
        if (weight == 0) {
            return;
        }
        int node = root(thread);
        int depth = load(stack);
        for (int i = 0; i < depth; i++) {
            int frame = path[reverse ? i : depth - 1 - i];
            node = child(node, names.ofFrame(frame));
            count(node, profile.frame(frame).type(), weight);
        }
        self[node] += weight;
    }

    private int root(int thread) {
        int node = 0;
        if (processes) {
            int pid = profile.thread(thread).pid();
            node = child(node, names.ofProcess(pid, commands.getOrDefault(pid, "")));
        }
        return threads ? child(node, names.ofThread(profile.thread(thread))) : node;
    }

    private int child(int parent, int name) {
        int node = nodes.child(parent, name);
        if (node >= self.length) {
            int capacity = node + (node >> 1) + 1;
            self = Arrays.copyOf(self, capacity);
            interpreted = Arrays.copyOf(interpreted, capacity);
            c1 = Arrays.copyOf(c1, capacity);
            inlined = Arrays.copyOf(inlined, capacity);
        }
        return node;
    }

    private void count(int node, FrameType type, long weight) {
        switch (type) {
            case INTERPRETED -> interpreted[node] += weight;
            case C1_COMPILED -> c1[node] += weight;
            case INLINED -> inlined[node] += weight;
            default -> {}
        }
    }

    /** The stack's frames into {@link #path}, leaf first. */
    private int load(int stack) {
        int depth = 0;
        for (int s = stack; s != Profile.EMPTY_STACK; s = profile.callerStack(s)) {
            if (depth == path.length) {
                path = Arrays.copyOf(path, depth * 2);
            }
            path[depth++] = profile.leafFrame(s);
        }
        return depth;
    }
}
