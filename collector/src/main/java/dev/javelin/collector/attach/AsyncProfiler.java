package dev.javelin.collector.attach;

import dev.javelin.bpf.PathFd;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * async-profiler in one JVM that runs: its library is loaded by HotSpot's attach protocol, and told there when to start and to stop, with which
 * options. It records into a file that is read here. What it would print goes to a file as well. The library stays loaded when it is no longer
 * used; it stops by itself if nobody else stops it.
 *
 * <p>Used by one thread.
 */
public final class AsyncProfiler implements AutoCloseable {
    /**
     * What was recorded, to be read by {@link #read}.
     *
     * @param file where it is; null if there is nothing
     * @param skipped samples that the profiler had no room for
     * @param hadEnded whether it was over before it was told to end
     */
    public record Recorded(FileChannel file, long skipped, boolean hadEnded) {}

    private static final String RESOURCE = "/linux-x64/libasyncProfiler.so";
    private static final String NAME = "libasyncProfiler";
    private static final String JFR = "recording.jfr";
    private static final String LOG = "log";
    private static final String METRICS = "metrics";
    /** What it tells of the system, of system properties, libraries, load and heap: none of it is needed. */
    private static final String ONLY_SAMPLES = "jfropts=31";

    private static final int MOST_BYTES = 128 << 20;
    private static final int SHORT_TEXT = 4096;
    /** At its start the profiler looks at every class that is loaded, and at every library. */
    private static final Duration COMMAND = Duration.ofSeconds(30);

    private static final Duration FILES = Duration.ofSeconds(5);

    private static final Pattern SKIPPED = Pattern.compile("(?m)^samples_skipped_total (\\d{1,15})$");

    /** With the process. */
    private static final Recorded ENDED = new Recorded(null, 0, false);

    private final ProcessInfo process;
    private final TargetFiles files;
    private ProfilerDirectory directory;
    private HotSpotAttach jvm;
    private String library;
    private String runtime = "";
    private FileChannel recording;
    /** Whether it may go on in the process, where a start that nobody waits for any more may come late. */
    private boolean mayGoOn;

    private AsyncProfiler(ProcessInfo process) throws IOException {
        this.process = process;
        this.files = new TargetFiles(process);
    }

    /** The version that the jar carries, such as {@code 4.6}. */
    public static String version() {
        Properties properties = new Properties();
        try (InputStream in = AsyncProfiler.class.getResourceAsStream("/dev/javelin/collector/version.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return properties.getProperty("async-profiler");
    }

    /**
     * Prepares a process for it; nothing is loaded yet.
     *
     * @throws JavelinException if that is not possible, in one line; nothing is left then
     */
    public static AsyncProfiler open(ProcessInfo process) {
        try {
            AsyncProfiler profiler = new AsyncProfiler(process);
            boolean complete = false;
            try {
                profiler.prepare();
                complete = true;
                return profiler;
            } finally {
                if (!complete) {
                    profiler.close();
                }
            }
        } catch (IOException e) {
            throw failed(process, e);
        }
    }

    /** Whether only async-profiler cannot work in a process: what needs no library may. */
    public static boolean isRefused(JavelinException failure) {
        return failure.getCause() instanceof LibraryRefused;
    }

    private static JavelinException failed(ProcessInfo process, IOException e) {
        if (e instanceof LibraryRefused) {
            return JavelinException.failed(
                    "process " + process.pid() + " cannot load async-profiler (is its /tmp mounted noexec?): "
                            + e.getMessage(),
                    e);
        }
        return TargetFiles.notRecorded(process, e);
    }

    private void prepare() throws IOException {
        library = NAME + "-" + version() + ".so";
        LoadedLibraries loaded = LoadedLibraries.of(process.pid());
        loaded.requireHotSpot();
        loaded.requireNoOther(NAME, library);
        boolean loadedBefore = loaded.hasOwn(library);
        byte[] carried = carried();
        String name = ProfilerDirectory.name(process);
        PathFd root = files.root();
        files.run(COMMAND, files.late(COMMAND), () -> {
            try (root) {
                put(files.tmp(root), name, carried);
            }
            runtime = jvm.version();
            if (directory.isLeftBehind() || loadedBefore) {
                command("stop");
            }
            return null;
        });
    }

    /** Javelin's own file is to be read with Javelin's own rights. */
    private static byte[] carried() throws IOException {
        try (InputStream in = AsyncProfiler.class.getResourceAsStream(RESOURCE)) {
            return in.readAllBytes();
        }
    }

    private void put(PathFd tmp, String name, byte[] carried) throws IOException, InterruptedException {
        try {
            directory = ProfilerDirectory.open(tmp, name, process);
        } finally {
            if (directory == null) {
                tmp.close();
            }
        }
        jvm = new HotSpotAttach(process, tmp, "user-space mode is not possible");
        FlightRecorder.endLeftBehind(directory, jvm);
        write(carried);
    }

    /** What else is written there is much smaller than the library: a place that has no room for it may have some for that. */
    private void write(byte[] carried) throws IOException {
        Files.deleteIfExists(directory.file(library));
        try {
            Files.write(directory.file(library), carried, StandardOpenOption.CREATE_NEW);
        } catch (IOException e) {
            String reason = TargetFiles.reason(e);
            throw JavelinException.failed(
                    "async-profiler cannot be put where process " + process.pid() + " could load it: " + reason,
                    new LibraryRefused(reason, e));
        }
    }

    /** The process. */
    public ProcessInfo process() {
        return process;
    }

    /** The process's JVM and its version; empty if unknown. A text of the process. */
    public String runtime() {
        return runtime;
    }

    /**
     * Records from now on.
     *
     * @param options what and how, as async-profiler takes them
     * @param longest when it ends by itself, in whole seconds; this process may have been killed
     * @throws JavelinException if it refuses, in one line
     */
    public void start(String options, Duration longest) {
        mayGoOn = true;
        try {
            files.run(COMMAND, files.late(COMMAND), () -> {
                // a later one never takes an earlier file for its own
                Files.deleteIfExists(directory.file(JFR));
                int status = command("start," + options + ",jfr," + ONLY_SAMPLES + ",clock=monotonic,timeout="
                        + longest.toSeconds() + ",file=" + inside(JFR));
                if (status != 0) {
                    String said = said(LOG).strip().replaceAll("\\s*\\R\\s*", "; ");
                    throw JavelinException.failed(
                            "async-profiler refuses to record process " + process.pid() + ": " + said,
                            new LibraryRefused(said));
                }
                recording = directory.openToRead(JFR);
                return null;
            });
        } catch (IOException e) {
            throw failed(process, e);
        }
    }

    private int command(String command) throws IOException, InterruptedException {
        return jvm.loadLibrary(inside(library), command + ",log=" + inside(LOG));
    }

    /** A file of the directory as the process sees it. */
    private String inside(String file) {
        return directory.inside() + "/" + file;
    }

    private String said(String name) throws IOException {
        try (FileChannel channel = directory.openToRead(name)) {
            return StandardCharsets.UTF_8.decode(readUpTo(channel, SHORT_TEXT)).toString();
        }
    }

    /**
     * Ends the recording.
     *
     * @throws JavelinException if the process does not answer
     */
    public Recorded stop() {
        if (recording == null) {
            return ENDED;
        }
        boolean ended = false;
        try {
            Recorded last = end();
            ended = true;
            Recorded recorded = new Recorded(recording, last.skipped, last.hadEnded);
            recording = null;
            return recorded;
        } catch (IOException e) {
            throw failed(process, e);
        } finally {
            if (!ended) {
                closeRecording();
            }
        }
    }

    /**
     * Reads what was recorded, once; a later recording may have begun. Another thread may do it.
     *
     * @return a JFR file, empty if there is none
     * @throws JavelinException if it is too large, or cannot be read
     */
    public ByteBuffer read(Recorded recorded) {
        if (recorded.file == null) {
            return ByteBuffer.allocate(0);
        }
        try (FileChannel file = recorded.file) {
            long size = file.size();
            if (size > MOST_BYTES) {
                throw tooLarge(size, ": record less often, with a longer -i", null);
            }
            return read(file, size);
        } catch (IOException e) {
            throw failed(process, e);
        }
    }

    private JavelinException tooLarge(long size, String what, Throwable cause) {
        return JavelinException.failed(
                "what async-profiler has recorded of process " + process.pid() + " takes " + (size >> 20) + " MB"
                        + what,
                cause);
    }

    private void closeRecording() {
        try {
            if (recording != null) {
                recording.close();
            }
        } catch (IOException e) {
            // it was only read
        }
        recording = null;
    }

    /** Bytes that were written since the last start, as far as that is known. */
    public long recordedBytes() {
        try {
            return recording == null ? 0 : recording.size();
        } catch (IOException e) {
            return 0;
        }
    }

    /** A process that has ended has completed its file, if it had time to. The profiler's counters begin anew with each start. */
    private Recorded end() throws IOException {
        try {
            Recorded last = files.run(COMMAND, files.late(COMMAND), () -> {
                int status = command("stop"); // without a file: that would make it 0 always
                command("metrics,file=" + inside(METRICS));
                Matcher skipped = SKIPPED.matcher(said(METRICS));
                return new Recorded(null, skipped.find() ? Long.parseLong(skipped.group(1)) : 0, status != 0);
            });
            mayGoOn = false;
            return last.hadEnded && AgentLink.hasEnded(process) ? ENDED : last;
        } catch (IOException | JavelinException e) {
            if (!AgentLink.hasEnded(process)) {
                throw e;
            }
            return ENDED;
        }
    }

    private ByteBuffer read(FileChannel file, long size) throws IOException {
        try {
            return readUpTo(file, (int) size);
        } catch (OutOfMemoryError e) {
            throw tooLarge(size, ", for which there is no memory: " + JavelinException.MORE_MEMORY, e);
        }
    }

    private static ByteBuffer readUpTo(FileChannel file, int most) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(most);
        while (bytes.hasRemaining() && file.read(bytes, bytes.position()) > 0) {
            // until the end
        }
        return bytes.flip();
    }

    /** Whether the process still runs. */
    public boolean isAlive() {
        return AgentLink.isAlive(process);
    }

    /** Stops it, if it was not stopped, and removes its files. */
    @Override
    public void close() {
        closeRecording();
        try {
            if (mayGoOn && isAlive()) {
                files.run(FILES, "", () -> command("stop"));
                mayGoOn = false;
            }
        } catch (IOException | JavelinException e) {
            // the JVM obeys when it comes to it, or the profiler stops by itself
        }
        try {
            if (directory != null) {
                files.run(FILES, "", () -> {
                    directory.close();
                    return null;
                });
            }
        } catch (IOException | JavelinException e) {
            // as far as it goes
        }
    }
}
