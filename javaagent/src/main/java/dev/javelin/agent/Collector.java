package dev.javelin.agent;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The collector, {@code javelin record}, as a child of the application. Two pipes lead to it. On its stdout it says a line when
 * it records, before that why what it tried first did not, or in the end why it will not, and nothing else. The end of its stdin, or a byte there, tells it to write its report and end; the kernel
 * makes that end when the application dies, however it does. What it has to say to users goes to the application's stderr.
 */
final class Collector {
    /** How often is looked whether it records, in milliseconds: little beside the start of a JVM. */
    private static final long POLL_MILLIS = 2;
    /** Those of the launcher {@code javelin}: a short start, without collections and with little compilation, and a small heap. */
    private static final List<String> JVM_OPTIONS = Arrays.asList(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:CompileThresholdScaling=3",
            "-Xms64m",
            "-XX:NewSize=40m",
            "-Xmx512m",
            "-XX:-UsePerfData");
    /** Options for the application's JVM: this agent, for one, which the collector must not load. */
    private static final List<String> JVM_VARIABLES =
            Arrays.asList("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

    private static final int WRITABLE_FOR_OTHERS = 0022;

    private static final String RECORDING = "recording";
    private static final String REFUSED = "refused\t";

    private final Process process;
    /** On its stdout. */
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    private Collector(Process process) {
        this.process = process;
    }

    /** What became of it after some time. */
    enum State {
        RECORDING,
        STARTING,
        /** It has ended. */
        ENDED
    }

    /**
     * Starts it.
     *
     * @param java the directory of the Java that it runs on
     * @param jar Javelin's
     * @param log the file that its messages go to; null for this process's stderr
     * @throws IOException if it cannot be started
     * @throws AgentException if there is no such log
     */
    static Collector start(Path java, Path jar, List<String> recordOptions, String pid, String log)
            throws IOException, AgentException {
        checkWritable(log);
        List<String> command = new ArrayList<>();
        command.add(java.resolve("bin/java").toString());
        command.addAll(JVM_OPTIONS);
        command.addAll(archive(java, jar));
        command.addAll(Arrays.asList("-jar", jar.toString(), "record", "--for-agent"));
        command.addAll(recordOptions);
        command.add(pid);
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> environment = builder.environment();
        environment.keySet().removeAll(JVM_VARIABLES);
        builder.redirectError(
                log == null ? ProcessBuilder.Redirect.INHERIT : ProcessBuilder.Redirect.appendTo(new File(log)));
        return new Collector(builder.start());
    }

    private static void checkWritable(String log) throws AgentException {
        if (log == null) {
            return;
        }
        try {
            new FileOutputStream(log, true).close();
        } catch (IOException e) {
            throw new AgentException("log=" + log + " cannot be written to, and the application is not recorded: "
                    + e.getMessage() + "; name another file");
        }
    }

    /** The launcher's archive of loaded classes for this jar and Java, if it has made one: it halves the start. */
    private static List<String> archive(Path java, Path jar) throws IOException {
        Path archive = archiveOf(java, jar);
        return archive == null
                ? new ArrayList<String>()
                : Arrays.asList(
                        "-XX:SharedArchiveFile=" + archive, "-Xshare:auto", "-Xlog:disable", "-Xlog:all=error:stderr");
    }

    /** Its file; null if there is none, or none to be trusted. */
    static Path archiveOf(Path java, Path jar) throws IOException {
        Path libjvm = java.resolve("lib/server/libjvm.so");
        if (!Files.exists(libjvm)) {
            return null;
        }
        FileTime modified = Files.getLastModifiedTime(libjvm);
        Path archive = jar.resolveSibling(
                "javelin-" + Files.getAttribute(libjvm, "unix:ino") + "-" + modified.to(TimeUnit.SECONDS) + ".jsa");
        return isTrusted(archive, jar) ? archive : null;
    }

    /**
     * Whether a file cannot have been put beside the jar by anybody but who may change the jar, this process's user, or root. What is in an archive
     * is run as code.
     */
    static boolean isTrusted(Path file, Path jar) throws IOException {
        if (!Files.isReadable(file)) {
            return false;
        }
        Map<String, Object> is = Files.readAttributes(file, "unix:uid,mode,isRegularFile", LinkOption.NOFOLLOW_LINKS);
        Object owner = is.get("uid");
        return Boolean.TRUE.equals(is.get("isRegularFile"))
                && ((Integer) is.get("mode") & WRITABLE_FOR_OTHERS) == 0
                && (owner.equals(0)
                        || owner.equals(Files.getAttribute(jar, "unix:uid"))
                        || owner.equals(Files.getAttribute(Paths.get("/proc/self"), "unix:uid")));
    }

    /** Waits until it records or has ended, at most so long. */
    State await(long millis) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (true) {
            boolean alive = process.isAlive();
            listen();
            if (lines().contains(RECORDING)) {
                return State.RECORDING;
            }
            if (!alive) {
                return State.ENDED;
            }
            if (System.nanoTime() - end >= 0) {
                return State.STARTING;
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private void listen() throws IOException {
        InputStream stdout = process.getInputStream();
        for (int there = stdout.available(); there > 0; there = stdout.available()) {
            byte[] bytes = new byte[there];
            said.write(bytes, 0, Math.max(0, stdout.read(bytes)));
        }
    }

    private List<String> lines() {
        return Arrays.asList(new String(said.toByteArray(), StandardCharsets.UTF_8).split("\n"));
    }

    /** Why it does not record, after it has ended; empty if it could not say. Of several reasons the last is the one that ended it. */
    String refusal() {
        String refusal = "";
        for (String line : lines()) {
            refusal =
                    line.startsWith(REFUSED) ? line.substring(REFUSED.length()).trim() : refusal;
        }
        return refusal;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Asks it to write the report and end; returns at once. */
    void stop() {
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write('\n');
        } catch (IOException e) {
            // it has ended already
        }
    }

    /** Waits for its end, at most so long; returns whether it came. */
    boolean awaitEnd(long millis) throws InterruptedException {
        return process.waitFor(millis, TimeUnit.MILLISECONDS);
    }

    /** Whether it has ended without having been able to say why: by a signal, or with its JVM. */
    boolean endedSpeechless() {
        return process.exitValue() > 2;
    }

    int exitStatus() {
        return process.exitValue();
    }
}
