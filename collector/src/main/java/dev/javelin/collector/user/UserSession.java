package dev.javelin.collector.user;

import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import dev.javelin.collector.session.Live;
import dev.javelin.collector.session.RecordRequest;
import dev.javelin.collector.session.RecordResult;
import dev.javelin.collector.session.Report;
import dev.javelin.collector.session.Session;
import dev.javelin.flamegraph.Profile;
import dev.javelin.flamegraph.RecordingInfo;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * One recording in user-space mode: async-profiler is loaded into the processes, or their JFR used, and what these record becomes the same reports. No privilege
 * is needed but that of the processes' user. {@link #run} is called once, by one thread; {@link #stop} by any.
 */
public final class UserSession implements Session {
    private static final int POLL_MILLIS = 50;

    private final RecordRequest request;
    private final List<Profile> profiles;
    private final List<UserEvent> events;
    private final PrintStream messages;
    private final Live live;
    private final CountDownLatch stopped = new CountDownLatch(1);

    /**
     * Prepares a recording.
     *
     * @param request with events that this mode has: cpu, wall, alloc or lock
     * @param messages where messages go, a line each
     * @param live is told when it begins
     */
    public UserSession(RecordRequest request, PrintStream messages, Live live) {
        this.request = request;
        this.profiles = Report.profiles(request);
        this.events = UserEvent.of(request, profiles);
        this.messages = messages;
        this.live = live;
    }

    @Override
    public void stop() {
        stopped.countDown();
    }

    @Override
    public RecordResult run() {
        List<UserTarget> targets = new ArrayList<>();
        try {
            for (int pid : request.pids()) {
                targets.add(open(pid));
            }
            targets.forEach(UserTarget::begin);
            UserFacts facts = new UserFacts(request, events, targets);
            live.started();
            return record(targets, facts);
        } finally {
            targets.forEach(UserTarget::close);
        }
    }

    private UserTarget open(int pid) {
        try {
            return new UserTarget(new AsyncFirst(ProcessInfo.read(pid), events, request.maxDepth(), messages));
        } catch (IOException e) {
            throw JavelinException.failed("cannot record process " + pid + ": " + e.getMessage(), e);
        }
    }

    private RecordResult record(List<UserTarget> targets, UserFacts facts) {
        try (Report report = Report.open(profiles, request, facts.start(), facts.startNanos())) {
            Samples samples = new Samples(events, request.maxDepth(), report::keepUp);
            loop(new ArrayList<>(targets), samples, facts);
            tell(targets);
            RecordingInfo info = facts.info(samples.lostBytes());
            report.finish(info);
            long count = profiles.stream().mapToLong(Profile::sampleCount).sum();
            return new RecordResult(count, info.summary(), info, List.of(), null);
        } catch (IOException e) {
            throw JavelinException.failed("cannot write the report: " + e.getMessage(), e);
        }
    }

    /** What cannot be had of one process is told at the end, and the report is made of the rest. */
    private void loop(List<UserTarget> running, Samples samples, UserFacts facts) throws IOException {
        long end = request.duration() == null
                ? Long.MAX_VALUE
                : System.nanoTime() + request.duration().toNanos();
        while (running.stream().anyMatch(UserTarget::isAlive)) {
            long left = end - System.nanoTime();
            if (left <= 0 || isStopped(Math.min(POLL_MILLIS, left / 1_000_000 + 1))) {
                break;
            }
            running.removeIf(target -> target.isPartOver(left) && !target.goOn(samples));
            samples.checkWritten();
        }
        facts.ended();
        Map<UserTarget, UserTarget.Part> parts = new LinkedHashMap<>();
        for (UserTarget target : running) { // all at about the same time: to take one may last
            UserTarget.Part part = target.end();
            if (part != null) {
                parts.put(target, part);
            }
        }
        parts.forEach((target, part) -> target.take(part, samples));
        samples.checkWritten();
    }

    private void tell(List<UserTarget> targets) {
        List<JavelinException> failures =
                targets.stream().flatMap(target -> target.failures().stream()).toList();
        if (UserEvent.walks(events).samples() == 0 && !failures.isEmpty()) {
            throw failures.get(0);
        }
        failures.forEach(failure -> messages.println(failure.getMessage()));
    }

    /** Whether it was asked to end; waits for that so long. */
    private boolean isStopped(long millis) {
        try {
            return stopped.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
