package dev.javelin.collector.attach;

import dev.javelin.bpf.PathFd;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The directory where a process's JFR writes. What matters most is the room there: HotSpot shuts itself down where JFR can no longer write
 * (jfrStreamWriterHost.inline.hpp, Repository.java of JDK 8 to 25). So there must be plenty, and a recording ends when it becomes less.
 *
 * <p>Used by one thread at a time.
 */
final class FlightRepository implements Closeable {
    private static final Pattern PATH = Pattern.compile("(?m)^Repository path: (/.*)/([^/\\s]+)\\s*$");
    /** Soft and hard limit in bytes: proc(5). */
    private static final Pattern FILE_SIZE = Pattern.compile("(?m)^Max file size\\s+(\\S+)");

    private static final long LEAST_TO_BEGIN = 128 << 20;
    private static final long LEAST_TO_GO_ON = 64 << 20;
    private static final int MOST_FILES = 1000;
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ProcessInfo process;
    private final String shown;
    private final PathFd base;
    private final String chunks;
    private long before;
    private long now;
    private long lookedAt;

    private FlightRepository(ProcessInfo process, String shown, PathFd base, String chunks) {
        this.process = process;
        this.shown = shown;
        this.base = base;
        this.chunks = chunks;
    }

    /**
     * Finds it.
     *
     * @param root of the process
     * @param configuration what {@code JFR.configure} says
     * @throws JavelinException if there is none, or too little space in it
     * @throws IOException if it may not be looked at
     */
    static FlightRepository open(ProcessInfo process, PathFd root, String configuration) throws IOException {
        Matcher path = PATH.matcher(configuration);
        if (!path.find()) {
            throw JavelinException.failed("JFR of process " + process.pid() + " does not say where it writes: '"
                    + HotSpotAttach.oneLine(configuration) + "'");
        }
        PathFd base = root.directory(path.group(1));
        boolean complete = false;
        try {
            FlightRepository repository = new FlightRepository(process, path.group(1), base, path.group(2));
            repository.requireSpace();
            complete = true;
            return repository;
        } finally {
            if (!complete) {
                base.close();
            }
        }
    }

    /**
     * Fails if the process may not write files as long as JFR's.
     *
     * @throws IOException if it is gone
     */
    static void requireLongFiles(ProcessInfo process) throws IOException {
        Path limits = Path.of("/proc/" + process.pid() + "/limits");
        Matcher limit = FILE_SIZE.matcher(Files.readString(limits, StandardCharsets.ISO_8859_1));
        if (limit.find() && limit.group(1).matches("\\d{1,9}")) {
            throw JavelinException.failed(
                    "JFR cannot be used in process " + process.pid() + ", which may write files of " + limit.group(1)
                            + " bytes only (ulimit -f): it would end the application at that size");
        }
    }

    /**
     * Fails if there is too little space for a recording.
     *
     * @throws JavelinException that says so
     */
    void requireSpace() {
        long space = space();
        if (space < LEAST_TO_BEGIN) {
            throw JavelinException.failed("JFR cannot be used in process " + process.pid() + ": its " + shown + " has "
                    + (space >> 20) + " MB left, and JFR ends the application where it cannot write;"
                    + " there must be 128 MB: free some");
        }
    }

    /** 0 if it is unknown. */
    private long space() {
        try {
            return base.path().toFile().getUsableSpace();
        } catch (IOException e) {
            return 0;
        }
    }

    /** What is written from now on is {@link #grown}. */
    void begin() {
        before = bytes();
        now = before;
    }

    /** Bytes that were written since {@link #begin}; looks about once a second. {@link Long#MAX_VALUE} if space is short. */
    long grown() {
        if (space() < LEAST_TO_GO_ON) {
            return Long.MAX_VALUE;
        }
        if (System.nanoTime() - lookedAt > LOOK_NANOS) {
            lookedAt = System.nanoTime();
            now = bytes();
        }
        return Math.max(0, now - before);
    }

    private long bytes() {
        long bytes = 0;
        int files = 0;
        try (PathFd directory = base.entry(chunks);
                DirectoryStream<Path> entries = Files.newDirectoryStream(directory.path())) {
            for (Path entry : entries) {
                bytes += Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                        .size();
                if (++files == MOST_FILES) {
                    break;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // chunks come and go
        }
        return bytes;
    }

    @Override
    public void close() {
        base.close();
    }
}
