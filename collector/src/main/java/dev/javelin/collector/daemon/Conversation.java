package dev.javelin.collector.daemon;

import dev.javelin.bpf.UnixSocket;
import dev.javelin.collector.session.JavelinException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One client of the daemon, from its request to its report. {@link #run} is called once; {@link #stop} by any thread. */
final class Conversation {
    private static final long REQUEST_MILLIS = 5_000;
    /** How often is looked whether the process is still the client's. */
    private static final long LOOK_MILLIS = 100;
    /** From start to the first sample, and from the end to the written report. */
    private static final long UNUSUAL_NANOS = TimeUnit.SECONDS.toNanos(120);
    /** Of the report's file. */
    private static final long MOST_BYTES = 256 << 20;

    private static final long FOREVER_MILLIS = TimeUnit.DAYS.toMillis(365);

    private final UnixSocket connection;
    private final Frames frames;
    private final Daemon.Rules rules;
    private final Places recordings;
    private final Consumer<String> log;

    private volatile CollectorProcess collector;
    private volatile boolean stopped;
    private volatile boolean gone;
    private volatile boolean recording;
    private volatile String failure;
    private volatile String summary = "";
    private String who = "a client";
    private Thread listener;

    Conversation(UnixSocket connection, Daemon.Rules rules, Places recordings, Consumer<String> log) {
        this.connection = connection;
        this.frames = new Frames(connection);
        this.rules = rules;
        this.recordings = recordings;
        this.log = log;
    }

    /** Ends the recording; the client gets the report. */
    void stop() {
        stopped = true;
        CollectorProcess running = collector;
        if (running != null) {
            running.stop();
        }
    }

    /** Speaks with the client until everything is said. */
    void run() {
        try {
            talk();
        } catch (JavelinException e) {
            refuse(e.getMessage(), e.exitStatus());
        } catch (Frames.MalformedException e) {
            refuse(e.getMessage(), JavelinException.USAGE);
        } catch (InterruptedIOException e) {
            refuse(
                    "no whole request came within " + REQUEST_MILLIS / 1_000 + " s, or the report was not taken",
                    JavelinException.FAILED);
        } catch (IOException e) {
            log.accept(who + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            refuse("the daemon failed: " + e, JavelinException.FAILED);
        } finally {
            connection.shutdown();
        }
    }

    private void refuse(String why, int status) {
        log.accept(who + ": " + why);
        try {
            frames.end(status, why);
        } catch (IOException e) {
            // nobody listens
        }
    }

    private void talk() throws IOException, InterruptedException {
        Client client = Client.of(connection);
        who = "process " + client.pid() + " of user " + client.uid();
        Frame first = frames.receive(REQUEST_MILLIS, Frame.Type.REQUEST);
        if (first == null) {
            throw new IOException("it asked for nothing");
        }
        Request request = Request.decode(first.content());
        Daemon.Task task = rules.check(request);
        if (stopped) {
            throw JavelinException.failed("the daemon is ending");
        }
        Places.Place place = recordings.take(client.uid(), !client.isRoot());
        try (place;
                Subject subject = Subject.of(client, request);
                PrivateDirectory directory = PrivateDirectory.create()) {
            log.accept(who + ": recording process " + subject.pid() + ": " + String.join(" ", task.options()));
            Path report = directory.path().resolve("report" + request.format());
            record(task, request, subject, report);
        }
    }

    private void record(Daemon.Task task, Request request, Subject subject, Path report)
            throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(task.options());
        all.add("--shown-as=" + request.command());
        all.add("--file=" + report);
        CollectorProcess running = CollectorProcess.start(all, subject.pid(), report.getParent());
        try {
            collector = running;
            running.read(line -> said(line, running, subject), this::message);
            listen(running);
            if (stopped) {
                running.stop();
            }
            supervise(running, task.duration().toNanos(), subject, report);
            deliver(running.exitStatus(), subject, report);
        } finally {
            running.kill();
            running.exitStatus();
        }
    }

    private void said(String line, CollectorProcess running, Subject subject) {
        if (recording) {
            summary = line;
            return;
        }
        try {
            subject.check(); // all that was looked at by its number until now was this process, then
            recording = true;
            frames.send(Frame.Type.STARTED);
        } catch (JavelinException e) {
            fail(running, e.getMessage());
        } catch (IOException e) {
            leave(running);
        }
    }

    private void message(String line) {
        try {
            frames.send(Frame.Type.MESSAGE, line);
        } catch (IOException e) {
            // who is gone is noticed by the one who listens
        }
    }

    private void fail(CollectorProcess running, String why) {
        failure = why;
        running.kill();
    }

    private void leave(CollectorProcess running) {
        gone = true;
        running.kill();
    }

    /** Waits for the client's word in a thread of its own, which ends with the connection. */
    private void listen(CollectorProcess running) {
        listener = new Thread(() -> listenTo(running), "javelin-listen");
        listener.setDaemon(true);
        listener.start();
    }

    private void listenTo(CollectorProcess running) {
        try {
            while (frames.receive(FOREVER_MILLIS, Frame.Type.STOP) != null) {
                stop();
            }
            leave(running);
        } catch (Frames.MalformedException e) {
            fail(running, e.getMessage());
        } catch (IOException e) {
            leave(running);
        }
    }

    /** Waits for the end of the collector, and brings it about where something is wrong. */
    private void supervise(CollectorProcess running, long nanos, Subject subject, Path report)
            throws InterruptedException {
        long begin = System.nanoTime();
        long due = begin + UNUSUAL_NANOS;
        boolean large = false;
        while (!running.awaitEnd(LOOK_MILLIS)) {
            if (subject.isLost()) {
                fail(running, "process " + subject.pid() + " became another user's: the recording is thrown away");
            }
            long now = System.nanoTime();
            if (recording && !stopped && now - begin < nanos && !subject.hasEnded()) {
                due = now + UNUSUAL_NANOS;
            } else if (now - due > 0) {
                fail(running, "the collector takes too long: the recording is thrown away");
            }
            if (!large && size(report) > MOST_BYTES) {
                large = true;
                message("the report is " + (MOST_BYTES >> 20) + " MB long: the recording ends");
                stop();
            }
        }
    }

    /** Of the report, while it is written under another name. */
    private static long size(Path report) {
        long bytes = 0;
        String[] names = report.getParent().toFile().list();
        for (String name : names == null ? new String[0] : names) {
            bytes += report.resolveSibling(name).toFile().length();
        }
        return bytes;
    }

    private void deliver(int status, Subject subject, Path report) throws IOException {
        if (gone) {
            throw new IOException("it has left, and its recording ended");
        }
        if (failure == null && subject.isLost()) {
            failure = "process " + subject.pid() + " became another user's: the recording is thrown away";
        }
        if (failure != null) {
            throw JavelinException.failed(failure);
        }
        if (status > JavelinException.USAGE) {
            throw JavelinException.failed("the collector ended with status " + status + ": there is no report");
        }
        if (status == 0) {
            send(report);
        }
        log.accept(who + ": " + (status == 0 ? summary : "failed"));
        frames.end(status, summary);
    }

    private void send(Path report) throws IOException {
        byte[] part = new byte[Frame.Type.REPORT.most()];
        try (InputStream in = Files.newInputStream(report)) {
            int count = Math.max(0, in.read(part)); // one part at least, that there is a report
            do {
                frames.send(Frame.Type.REPORT, part, count);
                count = in.read(part);
            } while (count >= 0);
        }
    }

    /** Waits for the other thread that uses the connection, after {@link #run}; it may be closed then. */
    void awaitListener() throws InterruptedException {
        if (listener != null) {
            listener.join();
        }
    }
}
