package dev.javelin.collector.daemon;

import dev.javelin.bpf.Pidfd;
import dev.javelin.bpf.UnixSocket;
import dev.javelin.collector.proc.Credentials;
import dev.javelin.collector.session.JavelinException;
import java.io.IOException;
import java.util.List;

/** The process that asks, by the kernel's account of it. */
final class Client {
    /** include/uapi/linux/capability.h */
    private static final long CAP_SYS_PTRACE = 1L << 19;

    private final Credentials credentials;
    private final int pid;
    private final boolean mayLookAtAll;

    /**
     * A client.
     *
     * @param mayLookAtAll whether it may have every process recorded
     */
    Client(int pid, Credentials credentials, boolean mayLookAtAll) {
        this.pid = pid;
        this.credentials = credentials;
        this.mayLookAtAll = mayLookAtAll;
    }

    /**
     * Who is at the other end of a connection.
     *
     * @throws JavelinException if that cannot be told for sure
     */
    static Client of(UnixSocket connection) {
        try (Pidfd process = connection.peerProcess()) {
            UnixSocket.Peer peer = connection.peer();
            Credentials credentials = Credentials.read(peer.pid());
            long uid = Integer.toUnsignedLong(peer.uid());
            if (!process.ownsItsNumber()
                    || credentials.uids().stream().anyMatch(id -> id != uid)
                    || !credentials.gids().contains(Integer.toUnsignedLong(peer.gid()))) {
                throw JavelinException.failed(
                        "who asks is not to be told: the client has ended, or changed its user, since it connected");
            }
            return new Client(peer.pid(), credentials, mayLookAtAll(uid, credentials));
        } catch (IOException e) {
            throw JavelinException.failed("who asks is not to be told: " + e.getMessage(), e);
        }
    }

    /** Root of the host may. That of a container may if it was given the capability, and sees the processes of its own pid namespace. */
    private static boolean mayLookAtAll(long uid, Credentials credentials) throws IOException {
        return uid == 0
                && (credentials.effective() & CAP_SYS_PTRACE) != 0
                && credentials.userNamespace().equals(self().userNamespace());
    }

    private static Credentials self() throws IOException {
        return Credentials.read((int) ProcessHandle.current().pid());
    }

    /** Its number here. */
    int pid() {
        return pid;
    }

    long uid() {
        return credentials.uids().get(0);
    }

    boolean isRoot() {
        return uid() == 0;
    }

    /**
     * The number here of the process that has that number for the client.
     *
     * @throws IOException if there is none
     */
    int numberHere(int number) throws IOException {
        return credentials.pidNamespace().equals(self().pidNamespace())
                ? number
                : Credentials.find(credentials.pidNamespace(), number);
    }

    /**
     * Whether it may have a process recorded: the kernel's rule for looking at a process ({@code ptrace_may_access}). All users and groups of
     * the process are the client's, it holds no capability that the client lacks, and has not become another by what it executes.
     */
    boolean mayLookAt(Credentials process) {
        return mayLookAtAll
                || (areAll(process.uids(), credentials.uids().get(3))
                        && areAll(process.gids(), credentials.gids().get(3))
                        && process.owner() == uid()
                        && (process.permitted() & ~credentials.permitted()) == 0
                        && process.userNamespace().equals(credentials.userNamespace()));
    }

    private static boolean areAll(List<Long> ids, long id) {
        return ids.stream().limit(3).allMatch(each -> each == id); // real, effective and saved
    }
}
