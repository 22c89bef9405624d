package dev.javelin.collector.user;

/** What can be recorded in user-space mode, as async-profiler knows it. Names are those of {@code record -e}. */
enum ProfilerEvent {
    /** A timer of each thread that counts its CPU time; samples at an interval in nanoseconds. */
    CPU("CPU time", "ns") {
        @Override
        String options(long interval) {
            return "event=ctimer,interval=" + interval;
        }
    },
    /** All threads in turn, whether they run or not; samples at an interval in nanoseconds. */
    WALL("Elapsed time", "ns") {
        @Override
        String options(long interval) {
            return "event=wall,interval=" + interval;
        }
    },
    /** Objects on the heap; a sample each so many bytes. */
    ALLOC("Allocation", "bytes") {
        @Override
        String options(long interval) {
            return "event=alloc,alloc=" + interval;
        }
    },
    /** Contended monitors and locks; a sample each so many nanoseconds of waiting. */
    LOCK("Waiting for locks", "ns") {
        @Override
        String options(long interval) {
            return "event=lock,lock=" + interval;
        }
    };

    private final String title;
    private final String unit;

    ProfilerEvent(String title, String unit) {
        this.title = title;
        this.unit = unit;
    }

    static ProfilerEvent of(String name) {
        return switch (name) {
            case "cpu" -> CPU;
            case "wall" -> WALL;
            case "alloc" -> ALLOC;
            case "lock" -> LOCK;
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** The options of async-profiler. */
    abstract String options(long interval);

    /** What reports are called. */
    String title() {
        return title;
    }

    /** The unit of values and intervals, as in {@link dev.javelin.flamegraph.RecordingInfo#unit}. */
    String unit() {
        return unit;
    }

    /** Whether each sample stands for the interval. */
    boolean isSampledByTime() {
        return this == CPU || this == WALL;
    }
}
