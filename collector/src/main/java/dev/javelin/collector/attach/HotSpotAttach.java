package dev.javelin.collector.attach;

import dev.javelin.bpf.PathFd;
import dev.javelin.bpf.Posix;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * HotSpot's attach protocol (attachListener_linux.cpp of JDK 17, attachListener_posix.cpp of 25): a JVM that finds a file {@code
 * .attach_pidN} when it gets SIGQUIT opens a UNIX domain socket, {@code .java_pidN}; a command there is a version and four words, each
 * with a zero behind it, and the answer a number, and text up to the end.
 *
 * <p>A JVM that does not know the signal in this way would end by it, or print a thread dump: it is not sent to such a one.
 */
final class HotSpotAttach {
    private static final int POLL_MILLIS = 20;
    /** Of HotSpot's, some hundred bytes; who else answers may say what he likes. */
    private static final int LONGEST_ANSWER = 4096;

    private static final int SIGQUIT_BIT = 1 << 2;
    private static final Pattern CAUGHT = Pattern.compile("(?m)^SigCgt:\\s*([0-9a-f]+)$");
    private static final Pattern STATE = Pattern.compile("(?m)^State:\\s*(\\S)");
    private static final Pattern VERSION = Pattern.compile("0\\n(.{1,80}?) version (.{1,80})");
    private static final Pattern CODE = Pattern.compile("\\A0\\n(?:return code: )?(-?\\d+)\\s*\\z");

    private final ProcessInfo process;
    private final PathFd tmp;
    private final String loss;

    /**
     * Prepares it.
     *
     * @param tmp the process's directory for temporary files
     * @param loss what is not possible without, for messages: {@code "methods cannot be probed"}
     */
    HotSpotAttach(ProcessInfo process, PathFd tmp, String loss) {
        this.process = process;
        this.tmp = tmp;
        this.loss = loss;
    }

    /**
     * Loads a Java agent, and returns when its {@code agentmain} has.
     *
     * @param jar as the process itself sees it
     * @throws JavelinException if the JVM refuses
     * @throws IOException if it cannot be talked to
     */
    void loadAgent(String jar, String arguments) throws IOException, InterruptedException {
        String answer = command("load", "instrument", "false", jar + "=" + arguments);
        if (!"0".equals(returned(answer))) {
            throw refused(answer);
        }
    }

    /**
     * Loads a native agent, or calls it again if it is loaded by this path already.
     *
     * @param library as the process itself sees it
     * @return what its {@code Agent_OnAttach} returns
     * @throws LibraryRefused if the library cannot be loaded
     * @throws JavelinException if the JVM refuses; because of a {@link LibraryRefused} if it lets itself be talked to nevertheless
     * @throws IOException if it cannot be talked to
     */
    int loadLibrary(String library, String options) throws IOException, InterruptedException {
        String answer = command("load", library, "true", options);
        String code = returned(answer);
        if (code != null) {
            return Integer.parseInt(code);
        }
        if (answer.contains(" was not loaded.")) {
            String said = oneLine(answer);
            String linker = said.replaceFirst(".* was not loaded\\.[; ]*", "");
            throw new LibraryRefused(linker.isEmpty() ? said : linker);
        }
        JavelinException refused = refused(answer);
        throw answer.isEmpty() ? refused : JavelinException.failed(refused.getMessage(), new LibraryRefused(answer));
    }

    /** The JVM's own name and version, such as {@code OpenJDK 64-Bit Server VM 17.0.15+6}; empty if it does not tell. */
    String version() throws IOException, InterruptedException {
        Matcher version = VERSION.matcher(command("jcmd", "VM.version", "", ""));
        return version.lookingAt() ? version.group(1) + " " + version.group(2) : "";
    }

    /**
     * Runs one of the commands that {@code jcmd} knows.
     *
     * @param command with its arguments; at most 1,023 bytes
     * @return what it says, failures too; up to 4 KB of it
     * @throws JavelinException if the JVM does not answer
     */
    String diagnose(String command) throws IOException, InterruptedException {
        String answer = command("jcmd", command, "", "");
        if (answer.isEmpty()) {
            throw refused(answer);
        }
        return answer.replaceFirst("\\A-?\\d+\\n", "");
    }

    private String command(String... words) throws IOException, InterruptedException {
        String status = Files.readString(Path.of("/proc/" + process.pid() + "/status"), StandardCharsets.UTF_8);
        checkThatItRuns(status);
        String name = ".java_pid" + process.nsPid();
        Path place = tmp.path().resolve(name);
        if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            checkThatSignalIsKnown(status);
            open(place);
        }
        try (PathFd socket = tmp.entry(name)) {
            if (!socket.is(PathFd.Type.SOCKET, process.uid())) {
                throw JavelinException.failed("/tmp/" + name + " of process " + process.pid()
                        + " is not its JVM's socket: somebody else has put it there; remove it");
            }
            return command(socket.path(), words);
        }
    }

    private void open(Path socket) throws IOException, InterruptedException {
        Path file = tmp.path().resolve(".attach_pid" + process.nsPid());
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            // another attach is going on, or was given up
        }
        try {
            quit();
            while (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
                Thread.sleep(POLL_MILLIS);
            }
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** Where Javelin's native libraries cannot be loaded, as with an old C library, the command of that name does it. */
    private void quit() throws IOException, InterruptedException {
        try {
            Posix.quit(process.pid());
        } catch (LinkageError e) {
            Process kill = new ProcessBuilder("kill", "-QUIT", Integer.toString(process.pid()))
                    .redirectErrorStream(true)
                    .start();
            if (kill.waitFor() != 0) {
                throw new IOException(name() + " cannot be sent SIGQUIT", e);
            }
        }
    }

    private void checkThatItRuns(String status) {
        Matcher state = STATE.matcher(status);
        if (state.find() && state.group(1).matches("[Tt]")) {
            throw JavelinException.failed(
                    name() + " is stopped, and cannot answer: continue it (kill -CONT " + process.pid() + ")");
        }
    }

    private void checkThatSignalIsKnown(String status) {
        Matcher caught = CAUGHT.matcher(status);
        if (!caught.find() || (Long.parseUnsignedLong(caught.group(1), 16) & SIGQUIT_BIT) == 0) {
            throw JavelinException.failed(
                    name() + " does not take the signal by which a JVM is attached to: it was started"
                            + " with -Xrs (-XX:+ReduceSignalUsage), or is just starting");
        }
        if (isDisabled(environment(), process.arguments())) {
            throw JavelinException.failed(
                    name() + " was started with -XX:+DisableAttachMechanism: without attaching, " + loss);
        }
    }

    /** As it was at the start; empty if it may not be read. */
    private String environment() {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/environ"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    /**
     * Whether a JVM was told not to let itself be attached to: it prints a thread dump then when it gets the signal.
     *
     * @param environment its variables, a zero behind each
     * @param arguments its command line
     */
    static boolean isDisabled(String environment, List<String> arguments) {
        List<String> all = new ArrayList<>(options(environment, "JAVA_TOOL_OPTIONS"));
        all.addAll(options(environment, "JDK_JAVA_OPTIONS"));
        all.addAll(arguments);
        all.addAll(options(environment, "_JAVA_OPTIONS"));
        return all.lastIndexOf("-XX:+DisableAttachMechanism") > all.lastIndexOf("-XX:-DisableAttachMechanism");
    }

    private static List<String> options(String environment, String name) {
        for (String variable : environment.split("\0", -1)) {
            if (variable.startsWith(name + "=")) {
                return List.of(variable.substring(name.length() + 1).split("[\\s'\"]+", -1));
            }
        }
        return List.of();
    }

    private String name() {
        return "process " + process.pid();
    }

    private static String command(Path socket, String... words) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            ByteBuffer request =
                    ByteBuffer.wrap(("1\0" + String.join("\0", words) + "\0").getBytes(StandardCharsets.UTF_8));
            while (request.hasRemaining()) {
                channel.write(request);
            }
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            ByteBuffer part = ByteBuffer.allocate(LONGEST_ANSWER);
            while (answer.size() < LONGEST_ANSWER && channel.read(part) >= 0) {
                answer.write(part.array(), 0, part.position());
                part.clear();
            }
            return answer.toString(StandardCharsets.UTF_8);
        }
    }

    /** What an agent returned; null if it was not called. */
    private static String returned(String answer) {
        Matcher code = CODE.matcher(answer);
        return code.matches() ? code.group(1) : null;
    }

    /** An answer without its number, in one line. */
    static String oneLine(String answer) {
        return answer.replaceFirst("\\A-?\\d+\\n", "").strip().replaceAll("\\s*\\n\\s*", "; ");
    }

    private JavelinException refused(String answer) {
        String said = oneLine(answer);
        if (said.contains("Dynamic agent loading is not enabled")) {
            return JavelinException.failed(
                    name() + " was started with -XX:-EnableDynamicAgentLoading: without an agent, " + loss);
        }
        if (said.contains("java.instrument")) {
            return JavelinException.failed(
                    name() + " runs on a Java without the module java.instrument: without it, " + loss);
        }
        return JavelinException.failed(name() + " refuses the agent: "
                + (answer.isEmpty()
                        ? "it ended the connection; only its own user and root may attach"
                        : "'" + said + "'"));
    }
}
