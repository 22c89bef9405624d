package dev.javelin.bpf;

import dev.javelin.bpf.jna.LibC;
import dev.javelin.bpf.jna.NativeBlock;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A Unix stream socket that tells who is at its other end by number: Java's own tells names only, which several users may share, and a container
 * may know other names than the host.
 *
 * <p>One thread may read while another writes. {@link #shutdown} may be called by any thread while it is open; {@link #close} by the last
 * that uses it.
 */
public final class UnixSocket implements AutoCloseable {
    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_PEERCRED = 17;
    /** Since Linux 6.5. */
    private static final int SO_PEERPIDFD = 77;

    private static final int SHUT_RDWR = 2;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;
    /** {@code sun_path} with its 0 byte. */
    private static final int PATH_BYTES = 108;

    private static final int UCRED_BYTES = 12;
    private static final int BACKLOG = 64;
    private static final int CHUNK = 1 << 16;

    private final int fd;

    private UnixSocket(int fd) {
        this.fd = fd;
    }

    /**
     * The process at the other end, as this process's namespaces count: on the client's side who listens, on the server's who connected.
     *
     * @param pid 0 if it cannot be seen from here
     */
    public record Peer(int pid, int uid, int gid) {}

    /**
     * Makes a socket file and listens there; who may connect follows from its mode.
     *
     * @throws IOException if there is a file of that name, or it cannot be made
     */
    public static UnixSocket listen(Path path) throws IOException {
        UnixSocket socket = create();
        try (NativeBlock address = address(path)) {
            check(
                    LibC.bind(socket.fd, address.address(), address.buffer().capacity()),
                    "cannot make the socket " + path);
            check(LibC.listen(socket.fd, BACKLOG), "listen");
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Connects to the process that listens there.
     *
     * @throws IOException if nobody does, or that is not permitted
     */
    public static UnixSocket connect(Path path) throws IOException {
        UnixSocket socket = create();
        try (NativeBlock address = address(path)) {
            check(LibC.connect(socket.fd, address.address(), address.buffer().capacity()), "cannot connect to " + path);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static UnixSocket create() throws IOException {
        int fd = LibC.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        check(fd, "socket");
        return new UnixSocket(fd);
    }

    /** {@code struct sockaddr_un}: u16 family, the path, a zero. */
    private static NativeBlock address(Path path) throws IOException {
        byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
        if (name.length >= PATH_BYTES) {
            throw new IOException("the name of a socket may have " + (PATH_BYTES - 1) + " bytes, and that of " + path
                    + " has " + name.length);
        }
        NativeBlock block = new NativeBlock(2 + name.length + 1);
        block.buffer().putShort(0, (short) AF_UNIX).put(2, name);
        return block;
    }

    /**
     * Takes the next connection, if one comes in so many milliseconds.
     *
     * @throws IOException if it cannot be taken, for want of descriptors for example
     */
    public Optional<UnixSocket> accept(long millis) throws IOException {
        if (!Polling.await(fd, Polling.IN, millis)) {
            return Optional.empty();
        }
        int accepted = LibC.accept4(fd, SOCK_CLOEXEC);
        check(accepted, "accept");
        return Optional.of(new UnixSocket(accepted));
    }

    /**
     * Who is at the other end: the kernel's word, not the peer's.
     *
     * @throws IOException if it is not connected
     */
    public Peer peer() throws IOException {
        try (NativeBlock ucred = option(SO_PEERCRED, UCRED_BYTES)) {
            return new Peer(
                    ucred.buffer().getInt(0),
                    ucred.buffer().getInt(4),
                    ucred.buffer().getInt(8));
        }
    }

    /**
     * The process at the other end. Before Linux 6.5 that is the one which has its number now.
     *
     * @throws IOException if it is gone
     */
    public Pidfd peerProcess() throws IOException {
        try (NativeBlock number = option(SO_PEERPIDFD, Integer.BYTES)) {
            return Pidfd.of(number.buffer().getInt(0), "SO_PEERPIDFD");
        } catch (NoSuchOption e) {
            return Pidfd.open(peer().pid());
        }
    }

    private NativeBlock option(int name, int bytes) throws IOException {
        NativeBlock value = new NativeBlock(bytes);
        try (NativeBlock length = new NativeBlock(Integer.BYTES)) {
            length.buffer().putInt(0, bytes);
            if (LibC.getsockopt(fd, SOL_SOCKET, name, value.address(), length.address()) == 0) {
                return value;
            }
        }
        int errno = LibC.errno();
        value.close();
        throw errno == Errno.ENOPROTOOPT ? new NoSuchOption() : new IOException(Errno.describe(errno));
    }

    private static final class NoSuchOption extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** Waits until something can be read, or the connection ends; false if the time is over. */
    public boolean awaitInput(long millis) {
        return Polling.await(fd, Polling.IN, millis);
    }

    /**
     * Reads what has come, one byte at least.
     *
     * @param millis how long is waited for it
     * @return how many bytes; -1 at the end
     * @throws InterruptedIOException if the time is over
     * @throws IOException if the connection is broken
     */
    public int read(byte[] into, int from, int length, long millis) throws IOException {
        await(Polling.IN, millis);
        try (NativeBlock block = new NativeBlock(Math.min(length, CHUNK))) {
            long count = LibC.recv(fd, block.address(), block.buffer().capacity(), MSG_DONTWAIT);
            check(count, "read");
            block.buffer().get(into, from, (int) count);
            return count == 0 ? -1 : (int) count;
        }
    }

    /**
     * Writes all of it.
     *
     * @param millis how long is waited at most while the other side takes nothing
     * @throws InterruptedIOException if the time is over
     * @throws IOException if the connection is broken
     */
    public void write(byte[] bytes, int from, int length, long millis) throws IOException {
        try (NativeBlock block = new NativeBlock(Math.min(length, CHUNK))) {
            for (int at = from; at < from + length; ) {
                await(Polling.OUT, millis);
                int size = Math.min(block.buffer().capacity(), from + length - at);
                block.buffer().put(0, bytes, at, size);
                long count = LibC.send(fd, block.address(), size, MSG_DONTWAIT | MSG_NOSIGNAL);
                if (count < 0 && LibC.errno() == Errno.EAGAIN) {
                    continue;
                }
                check(count, "write");
                at += (int) count;
            }
        }
    }

    private void await(int event, long millis) throws IOException {
        if (!Polling.await(fd, event, millis)) {
            throw new InterruptedIOException("the other side is silent");
        }
    }

    /** Ends the connection; who reads or writes here is woken. */
    public void shutdown() {
        LibC.shutdown(fd, SHUT_RDWR);
    }

    @Override
    public void close() {
        LibC.close(fd);
    }

    private static void check(long result, String what) throws IOException {
        if (result < 0) {
            throw new IOException(what + ": " + Errno.describe(LibC.errno()));
        }
    }
}
