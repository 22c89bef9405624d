package dev.javelin.collector.attach;

import dev.javelin.bpf.PathFd;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * JFR in one JVM that runs, commanded as {@code jcmd} does, by HotSpot's attach protocol. It records into its own repository, and copies to a file
 * that is read here when it is stopped, by whomever, and when the JVM ends. Recordings of others go on.
 *
 * <p>Used by one thread.
 */
public final class FlightRecorder implements AutoCloseable {
    /**
     * What was recorded, in a file that is held until {@link #close}.
     *
     * @param file where it is; null if there is nothing. It is closed by whoever has read it
     * @param hadEnded whether it was over before it was told to end
     */
    public record Recorded(PathFd file, boolean hadEnded) {}

    private static final String SETTINGS = "settings.jfc";
    /** In turn: one is read while the next is recorded. */
    private static final String[] FILES = {"flight0.jfr", "flight1.jfr"};

    /** What a recording keeps if nobody ends it any more; those that are ended have less. */
    private static final String MOST = "256m";

    private static final Duration COMMAND = Duration.ofSeconds(30);
    private static final Duration LAST_STEPS = Duration.ofSeconds(5);

    /** For each thread with events 12 KB. */
    private static final int DEPTH = 512;

    private static final Pattern UNUSED = Pattern.compile("(?m)^Repository path: N/A\\s*$");
    private static final Pattern DEFAULT_DEPTH = Pattern.compile("(?m)^Stack depth: 64\\s*$");
    private static final Pattern AVAILABLE = Pattern.compile("(?m)^(No available recordings|Recording \\d)");
    private static final Pattern STARTED = Pattern.compile("Started recording \\d");
    private static final Pattern STOPPED = Pattern.compile("Stopped recording");
    private static final Recorded NOTHING = new Recorded(null, false);

    private final ProcessInfo process;
    private final TargetFiles files;
    private ProfilerDirectory directory;
    private HotSpotAttach jvm;
    private FlightRepository repository;
    private String name;
    private String runtime = "";
    private int parts;
    /** Null while nothing is recorded. */
    private String file;
    /** Whether it may go on in the process, where a start that nobody waits for any more may come late. */
    private boolean mayGoOn;

    private FlightRecorder(ProcessInfo process) throws IOException {
        this.process = process;
        this.files = new TargetFiles(process);
    }

    /**
     * Prepares a process for it; JFR is initialised then, if it was not, but nothing is recorded yet.
     *
     * @param settings a configuration (.jfc) with the events to record
     * @throws JavelinException if that is not possible, in one line; nothing is left then
     */
    public static FlightRecorder open(ProcessInfo process, String settings) {
        try {
            FlightRecorder recorder = new FlightRecorder(process);
            boolean complete = false;
            try {
                recorder.prepare(settings);
                complete = true;
                return recorder;
            } finally {
                if (!complete) {
                    recorder.close();
                }
            }
        } catch (IOException e) {
            throw TargetFiles.notRecorded(process, e);
        }
    }

    private void prepare(String settings) throws IOException {
        LoadedLibraries.of(process.pid()).requireHotSpot();
        FlightRepository.requireLongFiles(process);
        String directoryName = ProfilerDirectory.name(process);
        name = recordingName(directoryName);
        PathFd root = files.root();
        files.run(COMMAND, files.late(COMMAND), () -> {
            try (root) {
                put(files.tmp(root), directoryName, settings);
                runtime = jvm.version();
                deepen(jvm.diagnose("JFR.configure"));
                String recordings = jvm.diagnose("JFR.check");
                requireAvailable(recordings);
                repository = FlightRepository.open(process, root, jvm.diagnose("JFR.configure"));
                if (recordings.contains(name)) {
                    endLeftBehind();
                }
            }
            return null;
        });
    }

    /** No other recording has this name, unless Javelin was killed. */
    private static String recordingName(String directoryName) {
        return directoryName.substring(1);
    }

    /** JFR complains on the application's stdout if the file is gone that it wants to write. */
    private void endLeftBehind() throws IOException, InterruptedException {
        for (String written : FILES) {
            if (!Files.exists(directory.file(written), LinkOption.NOFOLLOW_LINKS)) {
                Files.createFile(directory.file(written));
            }
        }
        stopNow();
    }

    /** Ends what a recording has left behind that was killed, before its files are removed. */
    static void endLeftBehind(ProfilerDirectory directory, HotSpotAttach jvm) throws IOException, InterruptedException {
        if (Files.exists(directory.file(SETTINGS), LinkOption.NOFOLLOW_LINKS)) {
            jvm.diagnose("JFR.stop name=" + recordingName(directory.name()));
        }
    }

    private void put(PathFd tmp, String directoryName, String settings) throws IOException {
        try {
            directory = ProfilerDirectory.open(tmp, directoryName, process);
        } finally {
            if (directory == null) {
                tmp.close();
            }
        }
        Files.deleteIfExists(directory.file(SETTINGS));
        Files.writeString(directory.file(SETTINGS), settings, StandardCharsets.US_ASCII, StandardOpenOption.CREATE_NEW);
        jvm = new HotSpotAttach(process, tmp, "user-space mode is not possible");
    }

    /** Threads have room for so many frames once JFR is in use, or have had it; and who has set a number meant it. */
    private void deepen(String configuration) throws IOException, InterruptedException {
        if (UNUSED.matcher(configuration).find()
                && DEFAULT_DEPTH.matcher(configuration).find()) {
            jvm.diagnose("JFR.configure stackdepth=" + DEPTH);
        }
    }

    private void requireAvailable(String recordings) {
        if (!AVAILABLE.matcher(recordings).find()) {
            throw JavelinException.failed(
                    "process " + process.pid() + " has no JFR: '" + HotSpotAttach.oneLine(recordings) + "'");
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
     * @param longest when it ends by itself, in whole seconds; this process may have been killed
     * @throws JavelinException if it refuses, in one line
     */
    public void start(Duration longest) {
        repository.requireSpace();
        String next = FILES[parts++ % FILES.length];
        mayGoOn = true;
        try {
            files.run(COMMAND, files.late(COMMAND), () -> {
                Files.deleteIfExists(directory.file(next));
                String said = jvm.diagnose("JFR.start name=" + name + " settings=" + inside(SETTINGS) + " filename="
                        + inside(next) + " dumponexit=true maxsize=" + MOST + " duration=" + longest.toSeconds() + "s");
                if (!STARTED.matcher(said).find()) {
                    throw JavelinException.failed("JFR refuses to record process " + process.pid() + ": '"
                            + HotSpotAttach.oneLine(said) + "'");
                }
                repository.begin();
                return null;
            });
            file = next;
        } catch (IOException e) {
            throw TargetFiles.notRecorded(process, e);
        }
    }

    /** A file of the directory as the process sees it. */
    private String inside(String inDirectory) {
        return directory.inside() + "/" + inDirectory;
    }

    /** Whether there was something to be stopped. */
    private boolean stopNow() throws IOException, InterruptedException {
        return STOPPED.matcher(jvm.diagnose("JFR.stop name=" + name)).find();
    }

    /**
     * Ends the recording.
     *
     * @throws JavelinException if the process does not answer, or has not written what it recorded
     */
    public Recorded stop() {
        if (file == null) {
            return NOTHING;
        }
        String last = file;
        file = null;
        try {
            boolean hadEnded = end();
            return new Recorded(directory.hold(last), hadEnded);
        } catch (IOException e) {
            throw TargetFiles.notRecorded(process, e);
        }
    }

    /** Whether it was over before, in a process that goes on. One that ends has it written, if it has time to. */
    private boolean end() throws IOException {
        try {
            boolean stopped = files.run(COMMAND, files.late(COMMAND), this::stopNow);
            mayGoOn = false;
            return !stopped && !AgentLink.hasEnded(process);
        } catch (IOException | JavelinException e) {
            if (!AgentLink.hasEnded(process)) {
                throw e;
            }
            return false;
        }
    }

    /**
     * Bytes that JFR has written since the last start, as far as that is known; of all recordings.
     *
     * @return {@link Long#MAX_VALUE} if it should be ended for want of space
     */
    public long recordedBytes() {
        return file == null ? 0 : repository.grown();
    }

    /** Whether the process still runs. */
    public boolean isAlive() {
        return AgentLink.isAlive(process);
    }

    /** Stops it, if it was not stopped, and removes its files. */
    @Override
    public void close() {
        try {
            if (mayGoOn && isAlive()) {
                files.run(LAST_STEPS, "", this::stopNow);
                mayGoOn = false;
            }
        } catch (IOException | JavelinException e) {
            // the JVM obeys when it comes to it, or the recording ends by itself
        }
        try {
            if (directory != null) {
                files.run(LAST_STEPS, "", () -> {
                    directory.close();
                    return null;
                });
            }
        } catch (IOException | JavelinException e) {
            // as far as it goes
        }
        if (repository != null) {
            repository.close();
        }
    }
}
