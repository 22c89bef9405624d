package dev.javelin.collector.attach;

import dev.javelin.bpf.PathFd;
import dev.javelin.bpf.Posix;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A directory below the application's {@code /tmp}, of its user and for nobody else, with the agent's jars and the FIFOs. Used by {@link
 * TargetFiles#run}. It is held, as {@code /tmp} is: nobody puts another in its place, and it is removed also when the process has ended.
 *
 * <p>The first one for a process always has the same name, since the JVM appends the jar's path to the application's class path each time,
 * unless it is there already. Nobody else can foresee it, and a directory that exists is not used.
 */
final class AgentDirectory {
    static final String COMMANDS = "commands";
    static final String ANSWERS = "answers";

    private static final String AGENT = "methods.jar";
    private static final List<String> JARS = List.of(AGENT, "asm.jar");
    private static final int OWNER_ONLY = 0700;
    private static final int NAME_BYTES = 16;
    private static final FileAttribute<?> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final PathFd tmp;
    private final String name;
    private final int uid;
    private final PathFd held;

    private AgentDirectory(PathFd tmp, String name, int uid) throws IOException {
        this.tmp = tmp;
        this.name = name;
        this.uid = uid;
        this.held = tmp.entry(name);
    }

    /** What is put there, by its names. Javelin's own files are to be read with Javelin's own rights. */
    static Map<String, byte[]> jars() throws IOException {
        Map<String, byte[]> jars = new TreeMap<>();
        for (String jar : JARS) {
            try (InputStream in = AgentDirectory.class.getResourceAsStream("/dev/javelin/agent/jars/" + jar)) {
                jars.put(jar, in.readAllBytes());
            }
        }
        return jars;
    }

    /**
     * What the first one for a process is called. It follows from the addresses that the kernel has chosen for the process (the auxiliary vector,
     * getauxval(3)), which no other user may read.
     */
    static String name(ProcessInfo process) throws IOException {
        byte[] addresses = Files.readAllBytes(Path.of("/proc/" + process.pid() + "/auxv"));
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(addresses);
            return ".javelin-" + process.nsPid() + "-" + HexFormat.of().formatHex(digest, 0, NAME_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    /**
     * Makes one.
     *
     * @param tmp the application's, which is closed with the directory
     * @param name what it is called if there is nothing of that name
     * @param jars see {@link #jars}
     * @throws JavelinException if that is not possible; nothing is left then
     */
    static AgentDirectory create(PathFd tmp, String name, ProcessInfo process, Map<String, byte[]> jars)
            throws IOException {
        try {
            AgentDirectory directory = new AgentDirectory(tmp, create(tmp, name), process.uid());
            directory.fill(jars);
            return directory;
        } catch (FileSystemException e) {
            tmp.close();
            throw notWritable(process, e);
        }
    }

    static JavelinException notWritable(ProcessInfo process, FileSystemException e) {
        return JavelinException.failed(
                "user " + process.uid() + " of process " + process.pid() + " cannot write to its /tmp ("
                        + TargetFiles.reason(e) + "), in which HotSpot's attach and what Javelin loads need a place",
                e);
    }

    private static String create(PathFd tmp, String name) throws IOException {
        try {
            Files.createDirectory(tmp.path().resolve(name), PRIVATE);
            return name;
        } catch (FileAlreadyExistsException e) {
            String other = name + "-" + UUID.randomUUID();
            Files.createDirectory(tmp.path().resolve(other), PRIVATE);
            return other;
        }
    }

    private void fill(Map<String, byte[]> jars) throws IOException {
        boolean complete = false;
        try {
            if (!held.is(PathFd.Type.DIRECTORY, uid) || held.permissions() != OWNER_ONLY) {
                throw new FileSystemException(name, null, "directories there are not their makers'");
            }
            for (Map.Entry<String, byte[]> jar : jars.entrySet()) {
                Files.write(inHere(jar.getKey()), jar.getValue(), StandardOpenOption.CREATE_NEW);
            }
            Posix.makeFifo(inHere(COMMANDS));
            Posix.makeFifo(inHere(ANSWERS));
            complete = true;
        } finally {
            if (!complete) {
                delete();
            }
        }
    }

    private Path inHere(String file) throws IOException {
        return held.path().resolve(file);
    }

    /** Opens a FIFO for both directions, so that this waits for nobody. */
    FileChannel openFifo(String file) throws IOException {
        try (PathFd fifo = held.entry(file)) {
            if (!fifo.is(PathFd.Type.FIFO, uid)) {
                throw new IOException("its " + file + " are no FIFO any more");
            }
            return FileChannel.open(fifo.path(), StandardOpenOption.READ, StandardOpenOption.WRITE);
        }
    }

    /** The directory as the application sees it. */
    String inside() {
        return "/tmp/" + name;
    }

    /** The agent's jar as the application sees it. */
    String agentJar() {
        return inside() + "/" + AGENT;
    }

    boolean exists() throws IOException {
        return Files.exists(tmp.path().resolve(name), LinkOption.NOFOLLOW_LINKS);
    }

    /** Removes it; what the agent has removed already is no failure. It is used no more then. */
    void delete() throws IOException {
        for (String jar : JARS) {
            Files.deleteIfExists(inHere(jar));
        }
        Files.deleteIfExists(inHere(COMMANDS));
        Files.deleteIfExists(inHere(ANSWERS));
        Files.deleteIfExists(tmp.path().resolve(name));
        held.close();
        tmp.close();
    }
}
