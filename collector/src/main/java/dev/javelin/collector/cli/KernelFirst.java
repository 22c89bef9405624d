package dev.javelin.collector.cli;

import dev.javelin.bpf.BpfException;
import dev.javelin.bpf.KernelFeatures;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import dev.javelin.collector.session.RecordResult;
import dev.javelin.collector.session.Session;
import java.util.function.Supplier;

/** A recording in kernel mode. Where the kernel does not let it, user-space mode is named; an agent that was told so takes it by itself. */
final class KernelFirst implements Session {
    private final Supplier<Session> user;
    private final Messages messages;
    private final boolean automatic;
    private final String option;
    private Session current;
    private boolean stopped;

    /**
     * Prepares it.
     *
     * @param user the same in user-space mode
     * @param automatic whether to go on with that
     * @param option what a user has to say for it
     */
    KernelFirst(Session kernel, Supplier<Session> user, Messages messages, boolean automatic, String option) {
        this.current = kernel;
        this.user = user;
        this.messages = messages;
        this.automatic = automatic;
        this.option = option;
    }

    @Override
    public RecordResult run() {
        try {
            return current().run();
        } catch (JavelinException e) {
            String obstacle = obstacle(e);
            if (obstacle.isEmpty()) {
                throw e;
            }
            if (!automatic) {
                throw refused(Failure.of(e).text() + daemon(), e);
            }
            return inUserSpace(obstacle);
        } catch (LinkageError e) { // user-space mode does without native libraries
            String obstacle = Failure.of(e).text();
            if (!automatic) {
                throw refused(obstacle, e);
            }
            return inUserSpace(obstacle);
        }
    }

    private JavelinException refused(String reason, Throwable cause) {
        return JavelinException.failed(
                reason + "; or, without any of that: " + option
                        + ", which loads async-profiler into the process and shows no kernel frames",
                cause);
    }

    private RecordResult inUserSpace(String obstacle) {
        messages.line(
                "javelin: kernel mode is not possible here: " + obstacle + "; recording in user-space mode instead");
        return next().run();
    }

    /** Why kernel mode is not possible here at all; empty if something else is wrong. */
    private static String obstacle(JavelinException failure) {
        if (!ProcessInfo.seesHostNumbers()) {
            return failure.getMessage();
        }
        if (!(failure.getCause() instanceof BpfException)) {
            return "";
        }
        String tooOld = KernelFeatures.tooOld();
        return tooOld.isEmpty() ? KernelFeatures.probe().obstacle() : tooOld;
    }

    /** The other remedy, where nothing but the privilege is missing; that of a container is in its own message. */
    private static String daemon() {
        if (!ProcessInfo.seesHostNumbers() || !KernelFeatures.tooOld().isEmpty()) {
            return "";
        }
        KernelFeatures features = KernelFeatures.probe();
        return features.btf() && !features.missing().isEmpty() && features.initialUserNamespace()
                ? "; or let root start 'javelin daemon', which records for you"
                : "";
    }

    private synchronized Session current() {
        return current;
    }

    private synchronized Session next() {
        current = user.get();
        if (stopped) {
            current.stop();
        }
        return current;
    }

    @Override
    public synchronized void stop() {
        stopped = true;
        current.stop();
    }
}
