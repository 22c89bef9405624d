package dev.javelin.agent.methods;

import java.util.ArrayList;
import java.util.List;

/** What a method has to do with tasks that are handed over to other threads, and which call of {@code Tasks} it gets for that. */
enum Hook {
    /** Hands its first argument over. */
    HAND_OVER("handOver", 1),
    /** Hands itself over. */
    START("handOver", 0),
    /** Will not have its first argument run. */
    FORGET("forget", 1),
    /** Is the task; see {@link RunCode}. */
    RUN("begin", 0),
    /** Is called by a pool's worker before it runs the second argument. */
    BEFORE("beginAlone", 2),
    /** Is called after that. */
    AFTER("endAlone", -1),
    /** Is what a pool's worker does. */
    WORK("work", -1);

    private static final String POOL = "java.util.concurrent.ThreadPoolExecutor";

    private final String method;
    private final int argument;

    Hook(String method, int argument) {
        this.method = method;
        this.argument = argument;
    }

    String method() {
        return method;
    }

    String descriptor() {
        return argument < 0 ? "()V" : "(Ljava/lang/Object;)V";
    }

    /** Number of the variable that it is given; -1 for none. */
    int argument() {
        return argument;
    }

    /**
     * Where they belong, in JDK 17 to 25. What runs tasks is never a method that a thread stays in, since a change reaches only calls
     * that begin later: a worker calls {@code beforeExecute} and {@code doExec} for each.
     */
    static List<Probe> all() {
        List<Probe> all = new ArrayList<>();
        all.add(probe(HAND_OVER, POOL, "execute", false));
        all.add(probe(HAND_OVER, "java.util.concurrent.ScheduledThreadPoolExecutor", "delayedExecute", false));
        all.add(probe(FORGET, POOL, "reject", false));
        all.add(probe(FORGET, POOL, "remove", false));
        all.add(probe(BEFORE, POOL, "beforeExecute", true));
        all.add(probe(AFTER, POOL, "afterExecute", true));
        all.add(probe(AFTER, POOL, "processWorkerExit", false)); // the one before may have thrown
        all.add(probe(WORK, POOL, "runWorker", false));
        all.add(probe(HAND_OVER, "java.util.concurrent.ForkJoinPool$WorkQueue", "push", false));
        all.add(probe(HAND_OVER, "java.util.concurrent.ForkJoinPool$WorkQueue", "lockedPush", false)); // until JDK 18
        all.add(probe(RUN, "java.util.concurrent.ForkJoinTask", "doExec", false));
        all.add(probe(START, "java.lang.Thread", "start", false));
        all.add(probe(RUN, "java.lang.Thread", "run", true));
        return all;
    }

    private static Probe probe(Hook hook, String type, String method, boolean subtypes) {
        return new Probe(new MethodPattern(type, method, parameters(method), subtypes), hook);
    }

    private static String parameters(String method) {
        switch (method) {
            case "beforeExecute":
                return "Thread,Runnable";
            case "afterExecute":
                return "Runnable,Throwable";
            case "remove":
                return "Runnable";
            case "run":
                return "";
            default:
                return "*";
        }
    }
}
