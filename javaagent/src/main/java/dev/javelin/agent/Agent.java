package dev.javelin.agent;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;

/**
 * What {@code -javaagent:javelin.jar} starts in an application: a recording of the application, from its first line to its
 * exit. Whatever goes wrong is told in one line on stderr, and the application goes on.
 */
public final class Agent {
    /** How long the application waits for the recording to begin. */
    private static final long START_MILLIS = 10_000;
    /** How long its exit waits for the report. */
    private static final long REPORT_MILLIS = 10_000;

    /** With the arguments of {@link #agentmain}: the FIFO of the one that attaches. */
    private static final String ANSWER = "answer=";

    /** Null before the first one. */
    private static Collector last;
    /** Of that one. */
    private static Thread lastExit;

    private Agent() {}

    /** Called by the JVM before {@code main}. */
    public static void premain(String arguments) {
        load(arguments == null ? "" : arguments, Answer.onStderr());
    }

    /** Called by the JVM when the agent is loaded into an application that runs, as by {@code javelin attach}. */
    public static void agentmain(String arguments) {
        String all = arguments == null ? "" : arguments;
        int end = all.indexOf(',');
        if (all.startsWith(ANSWER) && end > 0) {
            load(all.substring(end + 1), Answer.through(all.substring(ANSWER.length(), end)));
        } else {
            load(all, Answer.onStderr());
        }
    }

    private static synchronized void load(String arguments, Answer answer) {
        try {
            if (last != null && last.isAlive()) {
                throw new AgentException("the agent is loaded already: this second one, '" + arguments
                        + "', does nothing; load it once");
            }
            AgentArguments parsed;
            try {
                parsed = AgentArguments.parse(arguments);
            } catch (AgentException e) {
                answer.wrong(e.getMessage());
                return;
            }
            start(parsed, answer);
        } catch (AgentException e) {
            answer.failed(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            answer.failed("the collector cannot be started, and the application is not recorded: " + e.getMessage());
        } catch (URISyntaxException | RuntimeException | Error e) {
            answer.failed("the agent cannot start the collector: " + e);
        }
    }

    private static void start(AgentArguments arguments, Answer answer)
            throws AgentException, IOException, InterruptedException, URISyntaxException {
        Path jar = Paths.get(Agent.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .toRealPath();
        Path java = CollectorJava.here(jar)
                .find(Paths.get(System.getProperty("java.home")), System.getProperty("java.specification.version"));
        // java.lang.management would tell as well, and costs tens of milliseconds
        String pid = Files.readSymbolicLink(Paths.get("/proc/self")).toString();
        Collector collector = Collector.start(java, jar, arguments.recordOptions(), pid, arguments.log());
        last = collector;
        if (lastExit != null) {
            remove(lastExit);
        }
        Thread exit = new Thread(new Exit(collector), "javelin-exit");
        lastExit = exit;
        Runtime.getRuntime().addShutdownHook(exit);
        awaitRecording(collector, exit, arguments.log(), answer);
    }

    private static void awaitRecording(Collector collector, Thread exit, String log, Answer answer)
            throws IOException, InterruptedException {
        switch (collector.await(START_MILLIS)) {
            case RECORDING:
                answer.recording();
                return;
            case STARTING:
                answer.late("the collector does not record yet after " + START_MILLIS / 1_000
                        + " s: the application goes on, and the beginning will be missing");
                return;
            default:
                remove(exit);
                if (collector.endedSpeechless()) {
                    answer.failed("the collector ended with status " + collector.exitStatus() + " before it recorded");
                } else {
                    answer.refused(collector.refusal(), collector.exitStatus(), log);
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

    /** Ends the recording with the application. */
    private static final class Exit implements Runnable {
        private final Collector collector;

        Exit(Collector collector) {
            this.collector = collector;
        }

        @Override
        public void run() {
            collector.stop();
            Answer answer = Answer.onStderr();
            try {
                if (!collector.awaitEnd(REPORT_MILLIS)) {
                    answer.late("the report is not written after " + REPORT_MILLIS / 1_000
                            + " s: the application ends, and the collector goes on with it");
                } else if (collector.endedSpeechless()) {
                    answer.failed("the collector ended with status " + collector.exitStatus() + ": there is no report");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
