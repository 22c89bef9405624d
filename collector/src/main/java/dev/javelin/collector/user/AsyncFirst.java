package dev.javelin.collector.user;

import dev.javelin.collector.attach.AsyncProfiler;
import dev.javelin.collector.attach.FlightRecorder;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;

/** async-profiler; where a process cannot have it, JFR. A message says which of them it is if it is the second, and why. */
final class AsyncFirst implements Engine {
    private final ProcessInfo process;
    private final List<UserEvent> events;
    private final PrintStream messages;
    private Engine current;
    /** Why it is not async-profiler; null while it is. */
    private JavelinException refused;

    private boolean begun;

    /**
     * Prepares a process.
     *
     * @param maxDepth the most frames of a stack
     * @throws JavelinException if neither of them is possible
     */
    AsyncFirst(ProcessInfo process, List<UserEvent> events, int maxDepth, PrintStream messages) {
        this.process = process;
        this.events = events;
        this.messages = messages;
        try {
            String options = UserEvent.options(events) + ",features=mixed,jstackdepth=" + maxDepth;
            current = new AsyncEngine(AsyncProfiler.open(process), events, options);
        } catch (JavelinException e) {
            takeOther(e);
        }
    }

    /** What cannot be had for another reason cannot be had by JFR either. */
    private void takeOther(JavelinException failure) {
        if (!AsyncProfiler.isRefused(failure)) {
            throw failure;
        }
        if (UserEvent.has(events, ProfilerEvent.WALL)) {
            throw JavelinException.failed(
                    failure.getMessage() + "; JFR, which records in its place, has cpu, alloc and lock only", failure);
        }
        if (!FlightSettings.isReadable()) {
            throw JavelinException.failed(
                    failure.getMessage() + "; JFR could record in its place, but the Java that Javelin runs on has no"
                            + " module jdk.jfr to read it: take a whole JDK",
                    failure);
        }
        refused = failure;
        try {
            current = new FlightEngine(
                    FlightRecorder.open(process, FlightSettings.configuration(events)), events, failure.getMessage());
        } catch (JavelinException e) {
            throw neither(e);
        }
    }

    private JavelinException neither(JavelinException other) {
        return JavelinException.failed(refused.getMessage() + "; and in its place: " + other.getMessage(), other);
    }

    @Override
    public void start(Duration longest) {
        if (begun) {
            current.start(longest);
            return;
        }
        if (refused == null) {
            try {
                current.start(longest);
            } catch (JavelinException e) {
                current.close();
                takeOther(e);
            }
        }
        if (refused != null) {
            startOther(longest);
        }
        begun = true;
    }

    private void startOther(Duration longest) {
        try {
            current.start(longest);
        } catch (JavelinException e) {
            throw neither(e);
        }
        messages.println("javelin: " + refused.getMessage() + "; recording by JFR instead, with Java frames only");
    }

    @Override
    public ProcessInfo process() {
        return process;
    }

    @Override
    public String runtime() {
        return current.runtime();
    }

    @Override
    public boolean isAlive() {
        return current.isAlive();
    }

    @Override
    public String name() {
        return current.name();
    }

    @Override
    public String title(ProfilerEvent event) {
        return current.title(event);
    }

    @Override
    public String brief() {
        return current.brief();
    }

    @Override
    public String described() {
        return current.described();
    }

    @Override
    public String missing() {
        return current.missing();
    }

    @Override
    public Recorded stop() {
        return current.stop();
    }

    @Override
    public long recordedBytes() {
        return current.recordedBytes();
    }

    @Override
    public void close() {
        current.close();
    }
}
