package dev.javelin.collector.session;

import dev.javelin.collector.walker.NativeObjects;
import dev.javelin.collector.walker.Programs;
import dev.javelin.collector.walker.WalkerSettings;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * The beginning of a recording of one process, before its options are read: the programs are loaded as most options want them, and the process is
 * looked at, both at once. What does not come about here is done again by the recording, which says what is wrong. The three methods are for
 * one thread; {@link #close} ends what was not taken.
 */
public final class Ahead implements AutoCloseable {
    private final int pid;
    private final NativeObjects objects = new NativeObjects();
    private final FutureTask<Programs> programs = new FutureTask<>(new Loading());
    private final FutureTask<Target> target = new FutureTask<>(new Opening());
    private boolean programsTaken;
    private boolean targetTaken;

    private Ahead(int pid) {
        this.pid = pid;
    }

    /** Begins. */
    public static Ahead of(int pid) {
        Ahead ahead = new Ahead(pid);
        start(ahead.programs, "javelin-load");
        start(ahead.target, "javelin-targets");
        return ahead;
    }

    private static void start(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** No lambda: the first one of a JVM takes 5 ms, for which both would wait. */
    private static final class Loading implements Callable<Programs> {
        @Override
        public Programs call() {
            return Programs.load(RecordSession.usualSettings());
        }
    }

    private final class Opening implements Callable<Target> {
        @Override
        public Target call() throws IOException {
            Target opened = Target.open(pid);
            try {
                opened.prepare(objects);
                return opened;
            } catch (IOException | RuntimeException e) {
                opened.close();
                throw e;
            }
        }
    }

    /** The programs, which the caller has to close; null if these settings want others, or they could not be loaded. */
    Programs programs(WalkerSettings wanted) {
        Programs loaded = programsTaken ? null : result(programs);
        if (loaded == null || !loaded.fit(wanted)) {
            return null;
        }
        programsTaken = true;
        return loaded;
    }

    /** The process, which the caller has to close; null if it is another one, or could not be looked at. */
    Target target(int wanted) {
        Target opened = targetTaken || wanted != pid ? null : result(target);
        targetTaken = targetTaken || opened != null;
        return opened;
    }

    /** The files of that process. */
    NativeObjects objects() {
        return objects;
    }

    private static <T> T result(FutureTask<T> task) {
        try {
            return task.get();
        } catch (ExecutionException e) {
            return null; // tried again by whoever needs it, and told there
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    /** Waits for what has begun, and drops what was not taken. */
    @Override
    public void close() {
        Programs loaded = programsTaken ? null : result(programs);
        if (loaded != null) {
            loaded.close();
        }
        Target opened = targetTaken ? null : result(target);
        if (opened != null) {
            opened.close();
        }
    }
}
