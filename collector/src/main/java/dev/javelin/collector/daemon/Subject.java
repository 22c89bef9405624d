package dev.javelin.collector.daemon;

import dev.javelin.bpf.Pidfd;
import dev.javelin.collector.proc.Credentials;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import java.io.IOException;

/** The process that a client may have recorded: the one that the request meant, and no other that has got its number. */
final class Subject implements AutoCloseable {
    private final Client client;
    private final int pid;
    private final Pidfd process;

    private Subject(Client client, int pid, Pidfd process) {
        this.client = client;
        this.pid = pid;
        this.process = process;
    }

    /**
     * Finds it.
     *
     * @throws JavelinException if it is gone, or the client may not have it recorded
     */
    static Subject of(Client client, Request request) {
        Pidfd process = null;
        try {
            if (request.pid() <= 0) {
                throw new IOException("no such number");
            }
            int pid = client.numberHere(request.pid());
            process = Pidfd.open(pid);
            Subject subject = new Subject(client, pid, process);
            if (ProcessInfo.startTicks(pid) != request.startTicks()) {
                throw JavelinException.failed("process " + request.pid()
                        + " is not the one that was meant: that one has ended, and its number was given to another");
            }
            subject.check();
            return subject;
        } catch (IOException e) {
            close(process);
            throw JavelinException.failed("there is no process " + request.pid() + ": it has ended", e);
        } catch (RuntimeException e) {
            close(process);
            throw e;
        }
    }

    private static void close(Pidfd process) {
        if (process != null) {
            process.close();
        }
    }

    /** Its number here. */
    int pid() {
        return pid;
    }

    /**
     * Fails unless the process is still there and the client's: then it has been so since {@link #of}, under the same number.
     *
     * @throws JavelinException if it has ended, or become another user's by what it executes
     */
    void check() {
        boolean lost = isLost();
        if (!process.ownsItsNumber() || process.hasEnded()) {
            throw JavelinException.failed("process " + pid + " has ended");
        }
        if (lost) {
            throw JavelinException.failed("process " + pid
                    + " is not this user's alone: through the daemon a user may have their own processes recorded, with"
                    + " no more rights than theirs, and root all");
        }
    }

    /** Whether it is another user's now; false if it is just ending, and cannot be looked at any more. */
    boolean isLost() {
        try {
            return !client.mayLookAt(Credentials.read(pid)) && process.ownsItsNumber();
        } catch (IOException e) {
            return false;
        }
    }

    boolean hasEnded() {
        return process.hasEnded();
    }

    @Override
    public void close() {
        process.close();
    }
}
