package dev.javelin.collector.session;

import dev.javelin.flamegraph.Profile;

/** Stacks of calls that the agent tells of: what it calls to do so stands above the probed method. */
final class ToldStacks {
    /** With what the names of the classes begin. */
    private static final String CALLS = "java.lang.Javelin_";
    /** JVM_HoldsLock, its Java method, and what an adapter may put between. */
    private static final int MOST_ABOVE = 8;

    private ToldStacks() {}

    /** The stack from the probed method on; the same if it is not such a stack. */
    static int fromMethod(Profile profile, int stack) {
        int node = stack;
        for (int i = 0; i < MOST_ABOVE && node != Profile.EMPTY_STACK && !isAgent(profile, node); i++) {
            node = profile.callerStack(node);
        }
        if (node == Profile.EMPTY_STACK || !isAgent(profile, node)) {
            return stack;
        }
        while (node != Profile.EMPTY_STACK && isAgent(profile, node)) {
            node = profile.callerStack(node);
        }
        return node;
    }

    private static boolean isAgent(Profile profile, int node) {
        String type = profile.frame(profile.leafFrame(node)).className();
        return type != null && type.replace('/', '.').startsWith(CALLS);
    }
}
