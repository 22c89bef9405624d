package dev.javelin.collector.user;

import dev.javelin.collector.attach.AsyncProfiler;
import dev.javelin.collector.proc.ProcessInfo;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** {@link AsyncProfiler} for the events of a recording. */
final class AsyncEngine implements Engine {
    private final AsyncProfiler profiler;
    private final List<UserEvent> events;
    private final String options;

    /**
     * Records by it.
     *
     * @param options those of async-profiler
     */
    AsyncEngine(AsyncProfiler profiler, List<UserEvent> events, String options) {
        this.profiler = profiler;
        this.events = events;
        this.options = options;
    }

    @Override
    public ProcessInfo process() {
        return profiler.process();
    }

    @Override
    public String runtime() {
        return profiler.runtime();
    }

    @Override
    public boolean isAlive() {
        return profiler.isAlive();
    }

    @Override
    public String name() {
        return "async-profiler";
    }

    @Override
    public String title(ProfilerEvent event) {
        return event.title();
    }

    @Override
    public String brief() {
        return "async-profiler " + AsyncProfiler.version();
    }

    @Override
    public String described() {
        return brief();
    }

    @Override
    public String missing() {
        return UserEvent.has(events, ProfilerEvent.WALL)
                ? "no kernel frames, and waits are sampled, not measured"
                : "no kernel frames";
    }

    @Override
    public void start(Duration longest) {
        profiler.start(options, longest);
    }

    @Override
    public Recorded stop() {
        AsyncProfiler.Recorded recorded = profiler.stop();
        return new Recorded() {
            @Override
            public boolean hadEnded() {
                return recorded.hadEnded();
            }

            @Override
            public long skipped() {
                return recorded.skipped();
            }

            @Override
            public long take(Samples samples, int pid, long from, long to) throws IOException {
                return samples.add(profiler.read(recorded), pid, from, to);
            }
        };
    }

    @Override
    public long recordedBytes() {
        return profiler.recordedBytes();
    }

    @Override
    public void close() {
        profiler.close();
    }
}
