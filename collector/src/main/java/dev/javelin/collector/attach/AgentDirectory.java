package dev.javelin.collector.attach;

import dev.javelin.bpf.Posix;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A directory below the application's {@code /tmp}, of its user and for nobody else, with the agent's jars and the FIFOs. Used by {@link
 * TargetFiles#run}.
 *
 * <p>The first one for a process always has the same name: the JVM appends the jar's path to the application's class path each time, unless
 * it is there already. That the name can be foreseen does no harm, since a directory that exists is not used.
 */
final class AgentDirectory {
    static final String COMMANDS = "commands";
    static final String ANSWERS = "answers";

    private static final String AGENT = "methods.jar";
    private static final List<String> JARS = List.of(AGENT, "asm.jar");
    private static final FileAttribute<?> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path path;

    private AgentDirectory(Path path) {
        this.path = path;
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
     * Makes one.
     *
     * @param tmp the application's, as this process sees it
     * @param jars see {@link #jars}
     * @throws IOException if that is not possible; nothing is left then
     */
    static AgentDirectory create(Path tmp, ProcessInfo process, Map<String, byte[]> jars) throws IOException {
        if (!Files.isDirectory(tmp, LinkOption.NOFOLLOW_LINKS)) {
            throw JavelinException.failed("process " + process.pid()
                    + " has no directory /tmp, in which HotSpot's attach and Javelin's agent need a place: mount one");
        }
        AgentDirectory directory =
                new AgentDirectory(create(tmp, ".javelin-" + process.nsPid() + "-" + process.startTicks()));
        boolean complete = false;
        try {
            for (Map.Entry<String, byte[]> jar : jars.entrySet()) {
                Files.write(directory.path.resolve(jar.getKey()), jar.getValue(), StandardOpenOption.CREATE_NEW);
            }
            Posix.makeFifo(directory.path.resolve(COMMANDS));
            Posix.makeFifo(directory.path.resolve(ANSWERS));
            complete = true;
            return directory;
        } finally {
            if (!complete) {
                directory.delete();
            }
        }
    }

    private static Path create(Path tmp, String name) throws IOException {
        try {
            return Files.createDirectory(tmp.resolve(name), PRIVATE);
        } catch (FileAlreadyExistsException e) {
            return Files.createDirectory(tmp.resolve(name + "-" + UUID.randomUUID()), PRIVATE);
        }
    }

    Path file(String name) {
        return path.resolve(name);
    }

    /** The directory as the application sees it. */
    String inside() {
        return "/tmp/" + path.getFileName();
    }

    /** The agent's jar as the application sees it. */
    String agentJar() {
        return inside() + "/" + AGENT;
    }

    boolean exists() {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    /** Removes it; what the agent has removed already is no failure. */
    void delete() throws IOException {
        if (exists()) {
            for (String jar : JARS) {
                Files.deleteIfExists(path.resolve(jar));
            }
            Files.deleteIfExists(path.resolve(COMMANDS));
            Files.deleteIfExists(path.resolve(ANSWERS));
            Files.deleteIfExists(path);
        }
    }
}
