package dev.javelin.collector.daemon;

import dev.javelin.bpf.UnixSocket;
import dev.javelin.collector.session.JavelinException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Listens on a Unix socket, and records processes for their users: see {@link Frame} for what is said there, and {@link Client} for who
 * may have what recorded. {@link #run} is called once; {@link #stop} by any thread.
 */
public final class Daemon {
    /** Where it listens if nothing else is said. */
    public static final Path SOCKET = Path.of("/run/javelin/daemon.sock");

    private static final long LOOK_MILLIS = 500;
    private static final int CONNECTIONS = 64;
    private static final int CONNECTIONS_OF_ONE = 16;
    /** What the reports may take at the end. */
    private static final long REPORTS_NANOS = TimeUnit.SECONDS.toNanos(20);

    private static final int SOCKET_TYPE = 0140000;
    private static final int TYPE_MASK = 0170000;

    private final Path path;
    private final Rules rules;
    private final Places recordings;
    private final Places connections = new Places("connections", CONNECTIONS, CONNECTIONS_OF_ONE);
    private final Consumer<String> log;
    private final Map<Thread, Conversation> running = new ConcurrentHashMap<>();
    private volatile boolean stopped;

    /**
     * What is done for a client.
     *
     * @param options of {@code javelin record}, each with its value in one word
     * @param duration the longest that it may record
     */
    public record Task(List<String> options, Duration duration) {
        public Task {
            options = List.copyOf(options);
        }
    }

    /** What clients may ask for. */
    public interface Rules {
        /**
         * What is to be done for a request.
         *
         * @throws JavelinException if it asks for something else than what is allowed, or for more
         */
        Task check(Request request);
    }

    /**
     * Prepares it.
     *
     * @param socket where it listens
     * @param most recordings at once; one user may have half of them, root all
     * @param log takes a line of all that happens, from several threads
     */
    public Daemon(Path socket, int most, Rules rules, Consumer<String> log) {
        this.path = socket.toAbsolutePath();
        this.rules = rules;
        this.recordings = new Places("recordings", most, (most + 1) / 2);
        this.log = log;
    }

    /** Ends everything: the recordings that run, whose clients get their reports, and then {@link #run}. */
    public void stop() {
        stopped = true;
    }

    /**
     * Listens until {@link #stop}.
     *
     * @throws JavelinException if it cannot, as another one does
     */
    public void run() {
        makeDirectory();
        try (FileChannel lockFile = FileChannel.open(
                        path.resolveSibling(path.getFileName() + ".lock"),
                        Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                FileLock lock = lockFile.tryLock()) {
            if (lock == null) {
                throw anotherOne();
            }
            removeStale();
            listen();
        } catch (IOException e) {
            throw JavelinException.failed("cannot listen on " + path + ": " + e.getMessage(), e);
        }
    }

    private JavelinException anotherOne() {
        return JavelinException.failed(
                "another daemon listens on " + path + " already: end that, or choose another --socket");
    }

    /** Others must not be able to put a socket of theirs in its place. */
    private void makeDirectory() {
        Path directory = path.getParent();
        try {
            if (!Files.exists(directory)) {
                Files.createDirectory(directory);
                Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
            boolean ours = (Integer) Files.getAttribute(directory, "unix:uid") == 0;
            if (!ours
                    || permissions.contains(PosixFilePermission.GROUP_WRITE)
                    || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
                throw JavelinException.failed(
                        "cannot listen on " + path + ": others than root may write to " + directory
                                + " and could put a socket of theirs there; choose a directory of root's with --socket");
            }
        } catch (IOException e) {
            throw JavelinException.failed("cannot use the directory " + directory + ": " + e, e);
        }
    }

    /** Removes the socket of a daemon that was killed. */
    private void removeStale() throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        if ((mode & TYPE_MASK) != SOCKET_TYPE) {
            throw JavelinException.failed(
                    path + " is there, and no socket: it is not touched; choose another --socket");
        }
        if (isAnswered()) {
            throw anotherOne();
        }
        Files.delete(path);
    }

    private boolean isAnswered() {
        try {
            UnixSocket.connect(path).close();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void listen() throws IOException {
        try (UnixSocket socket = UnixSocket.listen(path)) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
            log.accept("listening on " + path);
            while (!stopped) {
                acceptNext(socket);
            }
        } finally {
            Files.deleteIfExists(path);
            finish();
        }
        log.accept("ended");
    }

    private void acceptNext(UnixSocket socket) {
        try {
            Optional<UnixSocket> connection = socket.accept(LOOK_MILLIS);
            if (connection.isPresent()) {
                serve(connection.get());
            }
        } catch (IOException e) {
            log.accept("a connection cannot be taken: " + e.getMessage());
            pause();
        }
    }

    private void serve(UnixSocket connection) throws IOException {
        try {
            UnixSocket.Peer peer = connection.peer();
            Places.Place place = connections.take(Integer.toUnsignedLong(peer.uid()), true);
            Conversation conversation = new Conversation(connection, rules, recordings, log);
            Thread thread = new Thread(() -> converse(conversation, connection, place), "javelin-client-" + peer.pid());
            thread.setDaemon(true);
            running.put(thread, conversation);
            thread.start();
        } catch (JavelinException e) { // too many, which is not worth a thread
            log.accept(e.getMessage());
            try (connection) {
                new Frames(connection).end(e.exitStatus(), e.getMessage());
            }
        }
    }

    private void converse(Conversation conversation, UnixSocket connection, Places.Place place) {
        try (place;
                connection) {
            conversation.run();
            conversation.awaitListener();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            running.remove(Thread.currentThread());
        }
    }

    /** Lets the recordings write their reports. */
    private void finish() {
        long end = System.nanoTime() + REPORTS_NANOS;
        while (!running.isEmpty() && System.nanoTime() - end < 0) {
            running.values().forEach(Conversation::stop);
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
