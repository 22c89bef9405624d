package dev.javelin.agent;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What {@code -javaagent:javelin.jar} starts in an application: a recording of the application, from its first line to its
 * exit. Whatever goes wrong is told in one line on stderr, and the application goes on.
 */
public final class Agent {
    /** How long the application waits for the recording to begin. */
    private static final long START_MILLIS = 10_000;
    /** How long its exit waits for the report. */
    private static final long REPORT_MILLIS = 10_000;

    private static final AtomicBoolean LOADED = new AtomicBoolean();

    private Agent() {}

    /** Called by the JVM before {@code main}. */
    public static void premain(String arguments) {
        load(arguments);
    }

    /** Called by the JVM when the agent is loaded into an application that runs. */
    public static void agentmain(String arguments) {
        load(arguments);
    }

    private static void load(String arguments) {
        try {
            if (LOADED.getAndSet(true)) {
                throw new AgentException("the agent is loaded already: this second one, '"
                        + (arguments == null ? "" : arguments) + "', does nothing; load it once");
            }
            start(AgentArguments.parse(arguments));
        } catch (AgentException e) {
            tell(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            tell("the collector cannot be started, and the application is not recorded: " + e.getMessage());
        } catch (URISyntaxException | RuntimeException | Error e) {
            tell("the agent cannot start the collector: " + e);
        }
    }

    private static void start(AgentArguments arguments)
            throws AgentException, IOException, InterruptedException, URISyntaxException {
        Path java = CollectorJava.here()
                .find(Paths.get(System.getProperty("java.home")), System.getProperty("java.specification.version"));
        Path jar = Paths.get(Agent.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .toRealPath();
        // java.lang.management would tell as well, and costs tens of milliseconds
        String pid = Files.readSymbolicLink(Paths.get("/proc/self")).toString();
        Collector collector = Collector.start(java, jar, arguments.recordOptions(), pid, arguments.log());
        Thread exit = new Thread(new Exit(collector), "javelin-exit");
        Runtime.getRuntime().addShutdownHook(exit);
        awaitRecording(collector, exit, arguments.log());
    }

    private static void awaitRecording(Collector collector, Thread exit, String log)
            throws IOException, InterruptedException {
        switch (collector.await(START_MILLIS)) {
            case RECORDING:
                return;
            case STARTING:
                tell("the collector does not record yet after " + START_MILLIS / 1_000
                        + " s: the application starts, and its beginning will be missing");
                return;
            default:
                remove(exit);
                if (collector.endedSpeechless()) {
                    tell("the collector ended with status " + collector.exitStatus() + " before it recorded");
                } else if (log != null) {
                    tell("the application is not recorded: " + log + " says why");
                }
        }
    }

    private static void remove(Thread exit) {
        try {
            Runtime.getRuntime().removeShutdownHook(exit);
        } catch (IllegalStateException e) {
            // the application is ending already
        }
    }

    /** One line, whatever is in the text, to the process's stderr, whatever the application has made of {@code System.err}. */
    private static void tell(String text) {
        StringBuilder line = new StringBuilder("javelin: ");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            line.append(Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c);
        }
        try {
            new FileOutputStream(FileDescriptor.err)
                    .write(line.append('\n').toString().getBytes(Charset.defaultCharset()));
        } catch (IOException e) {
            // it is closed, and there is nobody to tell
        }
    }

    /** Ends the recording with the application. */
    private static final class Exit implements Runnable {
        private final Collector collector;

        Exit(Collector collector) {
            this.collector = collector;
        }

        @Override
        public void run() {
            collector.stop();
            try {
                if (!collector.awaitEnd(REPORT_MILLIS)) {
                    tell("the report is not written after " + REPORT_MILLIS / 1_000
                            + " s: the application ends, and the collector goes on with it");
                } else if (collector.endedSpeechless()) {
                    tell("the collector ended with status " + collector.exitStatus() + ": there is no report");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
