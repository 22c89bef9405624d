package dev.javelin.collector.session;

import dev.javelin.bpf.BpfException;
import dev.javelin.bpf.KernelFeatures;
import dev.javelin.bpf.PerfAttr;
import dev.javelin.bpf.ThreadNice;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.walker.NativeObjects;
import dev.javelin.collector.walker.Probes;
import dev.javelin.collector.walker.Programs;
import dev.javelin.collector.walker.Walker;
import dev.javelin.collector.walker.WalkerSettings;
import dev.javelin.flamegraph.LatencyTable;
import dev.javelin.flamegraph.Profile;
import dev.javelin.flamegraph.RecordingInfo;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * One recording in kernel mode, from attaching to writing the report. {@link #run} is called once, by one thread, which it keeps until
 * the report is written; {@link #stop} may be called by any thread at any time.
 */
public final class RecordSession implements Session {
    /** How often records are looked for: often enough that what they refer to is still there. */
    private static final int POLL_MILLIS = 100;
    /** The same while somebody looks. */
    private static final int LIVE_POLL_MILLIS = 50;

    private static final long SECOND = 1_000_000_000;
    /** Reading the tables takes time, the more the longer they are: at most a tenth of all. */
    private static final int SPARINGLY = 10;
    /** Little work, but at once: what a sample met is to be named before it is gone, however busy the machine is. */
    private static final int PROMPT = -10;

    private static final int USUAL = 0;
    /** The pause while new code keeps turning up, as when a JVM starts. */
    private static final int BUSY_POLL_MILLIS = 20;

    /** Above this the user is told what it costs. */
    private static final int MANY_PLACES = 300;

    private static final int RING_BYTES = 32 << 20;
    /** That of the command line where none is given. */
    private static final int USUAL_DEPTH = 512;

    private final RecordRequest request;
    private final PrintStream messages;
    private final Live live;
    /** Null if nothing was begun before. */
    private final Ahead ahead;

    private volatile boolean stopped;
    private volatile Walker walker;

    /** Prepares a recording; messages (one line each, no summary) go to {@code messages}, what is taken in to {@code live}. */
    public RecordSession(RecordRequest request, PrintStream messages, Live live) {
        this(request, messages, live, null);
    }

    /** The same with what was begun before the request was known, which stays the caller's to close; null for nothing. */
    public RecordSession(RecordRequest request, PrintStream messages, Live live, Ahead ahead) {
        this.request = request;
        this.messages = messages;
        this.live = live;
        this.ahead = ahead;
    }

    @Override
    public void stop() {
        stopped = true;
        Walker current = walker;
        if (current != null) {
            current.ring().wakeup();
        }
    }

    /** Records until the duration is over, {@link #stop} is called or every target has ended, and writes the report. */
    @Override
    public RecordResult run() {
        requireHostNumbers();
        ThreadNice.set(PROMPT);
        NativeObjects objects = ahead == null ? new NativeObjects() : ahead.objects();
        List<Profile> profiles = Report.profiles(request);
        CompletableFuture<List<Target>> opening = CompletableFuture.supplyAsync(() -> open(objects), this::start);
        try (Recorder recorder = new Recorder(request, profiles, objects, live)) {
            try (Walker loaded = Walker.of(programs(), settings(), recorder::record)) {
                walker = loaded;
                return record(recorder, loaded, opening.join(), profiles);
            } catch (BpfException e) {
                String tooOld = KernelFeatures.tooOld();
                throw JavelinException.failed(tooOld.isEmpty() ? e.getMessage() : tooOld, e);
            } finally {
                walker = null;
                closeUnused(opening, recorder);
            }
        } catch (CompletionException e) {
            if (e.getCause() instanceof JavelinException known) {
                throw known;
            }
            throw e;
        }
    }

    /**
     * Does nothing where this process may record: to be asked before a target is changed for a recording.
     *
     * @throws JavelinException with the reason why not, and the remedy
     */
    public static void requirePossible() {
        requireHostNumbers();
        String tooOld = KernelFeatures.tooOld();
        String obstacle = tooOld.isEmpty() ? KernelFeatures.probe().obstacle() : tooOld;
        if (!obstacle.isEmpty()) {
            throw JavelinException.failed(
                    "cannot record: " + obstacle + "; 'javelin doctor' checks everything that is needed");
        }
    }

    private static void requireHostNumbers() {
        if (!ProcessInfo.seesHostNumbers()) {
            throw JavelinException.failed(
                    "cannot record from inside a container with a pid namespace of its own, where processes"
                            + " have other numbers than in the kernel: run javelin on the host, or the container with --pid=host, or"
                            + " mount /run/javelin of a host where 'javelin daemon' runs");
        }
    }

    private void start(Runnable task) {
        Thread thread = new Thread(task, "javelin-targets");
        thread.setDaemon(true);
        thread.start();
    }

    /** Targets that were opened but never became the recorder's, because the programs could not be loaded. */
    private static void closeUnused(CompletableFuture<List<Target>> opening, Recorder recorder) {
        if (recorder.seen().isEmpty() && opening.isDone() && !opening.isCompletedExceptionally()) {
            opening.join().forEach(Target::close);
        }
    }

    private Programs programs() {
        Programs early = ahead == null ? null : ahead.programs(settings());
        return early == null ? Programs.load(settings()) : early;
    }

    private WalkerSettings settings() {
        boolean several = request.all() || request.pids().size() > 1;
        return new WalkerSettings(
                request.maxDepth(),
                request.kernelFrames(),
                request.userFrames(),
                request.all(),
                RING_BYTES,
                several ? 4 << 20 : 1 << 20,
                several ? 1 << 16 : 1 << 12,
                request.probes());
    }

    /** Those of a recording of one process's CPU time where no option says otherwise. */
    static WalkerSettings usualSettings() {
        return new WalkerSettings(USUAL_DEPTH, true, true, false, RING_BYTES, 1 << 20, 1 << 12, Probes.NONE);
    }

    private boolean isClock() {
        if (request.sampled() < 0) {
            return false;
        }
        String name = request.events().get(request.sampled()).name();
        return name.equals("cpu") || name.equals("wall") || request.explain() != null;
    }

    /** What is sampled; null if probes are recorded. */
    private PerfAttr event() {
        if (!request.probes().isSampled()) {
            return null;
        }
        EventRequest event = request.events().get(request.sampled());
        return isClock() ? PerfAttr.cpuClock(event.interval()) : PerfAttr.named(event.name(), event.interval());
    }

    /** Looks at the targets while the kernel verifies the programs. */
    private List<Target> open(NativeObjects objects) {
        List<Target> opened = new ArrayList<>();
        if (request.all()) {
            for (ProcessInfo process : ProcessInfo.jvms()) {
                if (process.pid() != ProcessHandle.current().pid()) {
                    openIfPossible(process.pid(), objects, opened);
                }
            }
            return opened;
        }
        for (int pid : request.pids()) {
            try {
                opened.add(open(pid, objects));
            } catch (IOException e) {
                opened.forEach(Target::close);
                throw JavelinException.failed("cannot record process " + pid + ": " + e.getMessage(), e);
            }
        }
        return opened;
    }

    private void openIfPossible(int pid, NativeObjects objects, List<Target> opened) {
        try {
            opened.add(open(pid, objects));
        } catch (IOException e) {
            messages.println("process " + pid + " is left out: " + e.getMessage());
        }
    }

    private Target open(int pid, NativeObjects objects) throws IOException {
        Target early = ahead == null ? null : ahead.target(pid);
        if (early != null) {
            return early;
        }
        Target target = Target.open(pid);
        target.prepare(objects);
        return target;
    }

    private RecordResult record(Recorder recorder, Walker loaded, List<Target> targets, List<Profile> profiles) {
        RecordingFacts facts = new RecordingFacts(request, recorder, loaded);
        warnOfThrottling();
        warnOfManyPlaces();
        request.probes().warnings().forEach(messages::println);
        recorder.onStart(loaded, targets, event());
        warnOfRefusedFunctions();
        warnOfUnreadTraces(targets);
        facts.started();
        live.started();
        try (Report report = Report.open(profiles, request, facts.start(), facts.startNanos())) {
            loop(recorder, loaded, report);
            recorder.onClose();
            recorder.warnings().forEach(messages::println);
            ThreadNice.set(USUAL);
            facts.ended();
            RecordingInfo info = facts.info();
            report.finish(info);
            long samples = profiles.stream().mapToLong(Profile::sampleCount).sum();
            return new RecordResult(samples, info.summary(), info, tables(loaded), recorder.explanation());
        } catch (IOException e) {
            throw JavelinException.failed("cannot write the report: " + e.getMessage(), e);
        }
    }

    private List<LatencyTable> tables(Walker loaded) {
        return request.probes().hasBuckets()
                ? MeasuredLatencies.of(loaded, request.probes(), request.keyLabel())
                : List.of();
    }

    /** The kernel lowers this limit by itself when it finds that samples take long, and drops what exceeds it. */
    private void warnOfThrottling() {
        long perSecond = 1_000_000_000L / Math.max(1, request.intervalNanos());
        KernelFeatures.sysctl("perf_event_max_sample_rate").ifPresent(limit -> {
            if (isClock() && limit < perSecond) {
                messages.println("kernel.perf_event_max_sample_rate is " + limit + ": the kernel will drop samples of "
                        + perSecond + " Hz; sysctl -w kernel.perf_event_max_sample_rate=100000 lifts that");
            }
        });
    }

    private void warnOfManyPlaces() {
        long places = request.probes().places();
        if (places > MANY_PLACES) {
            messages.println(
                    places + " places in functions are probed: setting them takes a millisecond or more each, and every"
                            + " call stops its thread for a microsecond or more; narrow the pattern if that is too much");
        }
    }

    private void warnOfRefusedFunctions() {
        int refused = request.probes().refusedFunctions();
        if (refused > 0) {
            messages.println(refused + " functions are left out: the kernel refuses to probe where they begin");
        }
    }

    private void warnOfUnreadTraces(List<Target> targets) {
        if (request.explain() == null && !request.probes().isTraced()) {
            return;
        }
        for (Target target : targets) {
            if (!target.unreadTraces().isEmpty()) {
                messages.println(target.unreadTraces()
                        + " publishes OpenTelemetry's thread context, but it is not to be found where the dynamic linker"
                        + " puts it: spans are not shown; once a thread has used it, try again");
            }
        }
    }

    private void loop(Recorder recorder, Walker loaded, Report report) throws IOException {
        long end = request.duration() == null
                ? Long.MAX_VALUE
                : System.nanoTime() + request.duration().toNanos();
        int longest = live == Live.NONE ? POLL_MILLIS : LIVE_POLL_MILLIS;
        int pause = BUSY_POLL_MILLIS;
        LiveTables tables = new LiveTables(loaded);
        while (!stopped && !recorder.isOver()) {
            long now = System.nanoTime();
            if (now >= end) {
                return;
            }
            loaded.ring().await((int) Math.max(1, Math.min(pause, (end - now) / 1_000_000)));
            recorder.doWork(System.nanoTime());
            report.keepUp();
            tables.showIfDue(System.nanoTime());
            pause = recorder.metNewCode() ? BUSY_POLL_MILLIS : Math.min(pause + 10, longest);
        }
    }

    /** Shows what was measured so far, each second. */
    private final class LiveTables {
        private final Walker loaded;
        private final long start = System.nanoTime();
        private long next = start + SECOND;

        LiveTables(Walker loaded) {
            this.loaded = loaded;
        }

        void showIfDue(long now) {
            if (live.showsLatencies() && now >= next) {
                live.latencies(tables(loaded), Duration.ofNanos(now - start));
                next = now + Math.max(SECOND, SPARINGLY * (System.nanoTime() - now));
            }
        }
    }
}
