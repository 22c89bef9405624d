package dev.javelin.collector.attach;

import dev.javelin.bpf.PathFd;
import dev.javelin.collector.hotspot.HotSpot;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Loads the agent that records its application ({@code -javaagent:javelin.jar}) into a JVM that runs, and hears from it what came of that, by a FIFO
 * in a directory for that process's user alone. Used by one thread.
 */
public final class RecordingAgent {
    /** The agent waits for its collector for 10 s. */
    private static final Duration LOAD = Duration.ofSeconds(30);

    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final Duration FILES = Duration.ofSeconds(5);

    private final ProcessInfo process;
    private final Path jar;
    private final Object jarFile;
    private final TargetFiles files;
    private AgentDirectory directory;
    private AgentLink agent;

    private RecordingAgent(ProcessInfo process, Path jar) throws IOException {
        this.process = process;
        this.jar = jar;
        this.jarFile = file(jar);
        this.files = new TargetFiles(process);
    }

    /**
     * Loads it.
     *
     * @param jar Javelin's, without links in its path; it is loaded by this path
     * @param arguments the agent's
     * @return what users should know, hostile text; "" for nothing
     * @throws JavelinException if the process is not recorded, in one line; usage, if the arguments are wrong
     */
    public static String load(ProcessInfo process, Path jar, String arguments) {
        try {
            HotSpot.find(process.pid()).close(); // other JVMs take the signal for something else
            RecordingAgent loading = new RecordingAgent(process, jar);
            try {
                return understood(loading.answer(arguments));
            } finally {
                loading.close();
            }
        } catch (IOException e) {
            throw JavelinException.failed(
                    "cannot load the agent into " + process.pid() + ": " + TargetFiles.reason(e), e);
        }
    }

    private static String understood(List<String> answer) {
        String text = answer.size() > 1 ? answer.get(1) : "";
        return switch (answer.get(0)) {
            case "recording", "late" -> text;
            case "wrong" -> throw JavelinException.usage(text);
            default -> throw JavelinException.failed(text.isEmpty() ? "the agent says nothing of use" : text);
        };
    }

    private List<String> answer(String arguments) throws IOException {
        String name = AgentDirectory.name(process);
        String late = "process " + process.pid() + " has not answered for " + LOAD.toSeconds()
                + " s: its JVM hangs, or a safepoint takes that long; if it goes on, the agent may be loaded then";
        PathFd root = files.root();
        files.run(LOAD, late, () -> {
            try (root) {
                requireJar(root);
                load(files.tmp(root), name, arguments);
            }
            return null;
        });
        agent.listen();
        return agent.answer(ANSWER);
    }

    private void load(PathFd tmp, String name, String arguments) throws IOException, InterruptedException {
        directory = AgentDirectory.create(tmp, name, process, Map.of());
        agent = new AgentLink(
                process, directory.openFifo(AgentDirectory.COMMANDS), directory.openFifo(AgentDirectory.ANSWERS));
        String answer = "answer=" + directory.inside() + "/" + AgentDirectory.ANSWERS;
        new HotSpotAttach(process, tmp, "it cannot record itself").loadAgent(jar.toString(), answer + "," + arguments);
    }

    /** The JVM finds the jar by its path, from its own root directory on and with the rights of its user. */
    private void requireJar(PathFd root) throws IOException {
        String parent = jar.getParent().toString().substring(1);
        try (PathFd place = root.directory(parent.isEmpty() ? "." : parent);
                PathFd seen = place.entry(jar.getFileName().toString())) {
            if (!jarFile.equals(file(seen.path()))) {
                throw notSeen("another file there");
            }
            Files.newInputStream(seen.path()).close();
        } catch (AccessDeniedException e) {
            throw JavelinException.failed(
                    "user " + process.uid() + " of process " + process.pid() + " may not read " + jar
                            + ", which the agent is in: put javelin.jar where that user may",
                    e);
        } catch (FileSystemException e) {
            throw notSeen("no such file");
        }
    }

    private JavelinException notSeen(String what) {
        return JavelinException.failed("process " + process.pid() + " sees " + what + ": " + jar
                + ", which the agent is in; it has another root directory, as in a container: mount the file there, or record"
                + " from here, 'javelin record " + process.pid() + "'");
    }

    /** What makes a file the same as another. */
    private static Object file(Path path) throws IOException {
        return Files.readAttributes(path, "unix:dev,ino");
    }

    private void close() {
        try {
            if (agent != null) {
                agent.close();
            }
            if (directory != null) {
                files.run(FILES, "", () -> {
                    directory.delete();
                    return null;
                });
            }
        } catch (IOException | JavelinException e) {
            // the process has gone, or its files have
        }
    }
}
