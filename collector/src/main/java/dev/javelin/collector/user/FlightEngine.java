package dev.javelin.collector.user;

import dev.javelin.bpf.PathFd;
import dev.javelin.collector.attach.FlightRecorder;
import dev.javelin.collector.proc.ProcessInfo;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** JFR for the events of a recording, where async-profiler cannot be used. */
final class FlightEngine implements Engine {
    private final FlightRecorder recorder;
    private final List<UserEvent> events;
    private final String reason;

    /**
     * Records by it.
     *
     * @param reason why it is not async-profiler
     */
    FlightEngine(FlightRecorder recorder, List<UserEvent> events, String reason) {
        this.recorder = recorder;
        this.events = events;
        this.reason = reason;
    }

    @Override
    public ProcessInfo process() {
        return recorder.process();
    }

    @Override
    public String runtime() {
        return recorder.runtime();
    }

    @Override
    public boolean isAlive() {
        return recorder.isAlive();
    }

    @Override
    public String name() {
        return "JFR";
    }

    @Override
    public String title(ProfilerEvent event) {
        return event == ProfilerEvent.CPU ? "Running Java code" : event.title();
    }

    @Override
    public String brief() {
        return "JFR, without async-profiler";
    }

    @Override
    public String described() {
        return "JFR, since async-profiler could not be used (" + reason + ")";
    }

    @Override
    public String missing() {
        return FlightSettings.missing(events);
    }

    @Override
    public void start(Duration longest) {
        recorder.start(longest);
    }

    @Override
    public Recorded stop() {
        FlightRecorder.Recorded recorded = recorder.stop();
        return new Recorded() {
            @Override
            public boolean hadEnded() {
                return recorded.hadEnded();
            }

            @Override
            public long skipped() {
                return 0; // it tells bytes: see FlightSamples
            }

            @Override
            public long take(Samples samples, int pid, long from, long to) throws IOException {
                try (PathFd file = recorded.file()) {
                    return file == null ? 0 : samples.addFlight(file.path(), pid, from, to);
                }
            }
        };
    }

    @Override
    public long recordedBytes() {
        return recorder.recordedBytes();
    }

    @Override
    public void close() {
        recorder.close();
    }
}
