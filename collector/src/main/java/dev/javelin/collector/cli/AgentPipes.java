package dev.javelin.collector.cli;

import dev.javelin.collector.session.Live;
import java.io.IOException;
import java.io.PrintStream;

/**
 * The pipes to the agent that started this process inside its target. The agent holds the target back until a line comes out of
 * stdout: {@code recording}. What was tried in vain comes before that as {@code refused} with the reason behind a tab: a daemon that does not answer, and at last
 * what made this process give up. A byte on stdin says that the target ends; so does the end of stdin, which the kernel makes when the target was killed.
 */
final class AgentPipes implements Live {
    private final PrintStream out;
    private boolean told;

    AgentPipes(PrintStream out) {
        this.out = out;
    }

    /** Tells the agent that everything is recorded from now on; nobody reads what would come later. */
    @Override
    public synchronized void started() {
        if (!told) {
            out.println("recording");
            out.flush();
            told = true;
        }
    }

    /** Tells the agent why nothing is recorded so far, for the one who asked it to; something else may still be tried. */
    synchronized void refused(String why) {
        if (!told) {
            out.println("refused\t" + Printable.of(why));
            out.flush();
        }
    }

    /** Tells the daemon, which speaks with this process as the agent does, how the recording went. */
    synchronized void ended(String summary) {
        out.println(summary);
        out.flush();
    }

    /** Calls {@code stop} when the target ends, from a thread of its own. */
    void onEnd(Runnable stop) {
        Thread thread = new Thread(() -> awaitEnd(stop), "javelin-agent");
        thread.setDaemon(true);
        thread.start();
    }

    private static void awaitEnd(Runnable stop) {
        try {
            System.in.read();
        } catch (IOException e) {
            // a pipe that cannot be read has nobody at its other end
        }
        stop.run();
    }
}
