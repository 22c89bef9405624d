package dev.javelin.flamegraph;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Writes a recording as a JFR file (version 2.1) while it is made: {@link #append} moves the samples held by the profiles of its events to
 * the file, in chunks that can each be read alone, so that hours of samples need no memory. Nothing stands at the target
 * path until {@link #finish}.
 *
 * <p>The samples are {@code jdk.ExecutionSample} events, of which a recording has those of one event; what the report's header shows is in
 * {@code javelin.Recording}, {@code javelin.Event} (one for each event), {@code javelin.Loss}, {@code javelin.Fact} and
 * {@code jdk.JVMInformation}. A sample's CPU is that of the last
 * {@code javelin.ThreadOnCpu} of its thread before it in the chunk; its weight is the interval, unless a
 * {@code javelin.SampleWeight} follows it. Events that were counted and summed up before they came here are
 * {@code javelin.Aggregate}: one for each thread, stack and event, at the time when it was read. Layout of a chunk: header (68 bytes, big
 * endian), metadata, events, checkpoints with the constants, linked backwards by the header's offset of the last.
 *
 * <p>Used by one thread, the one that writes the profiles.
 */
public final class JfrStream implements Closeable {
    private static final int HEADER = 68;
    private static final int MAGIC = 0x464c5200; // "FLR\0"
    private static final int VERSION = 2 << 16 | 1;
    private static final int FEATURE_COMPRESSED_INTEGERS = 1;
    private static final int FEATURE_LAST_CHUNK = 2;
    private static final long TICKS_PER_SECOND = 1_000_000_000L;
    private static final int METADATA = 0;
    private static final int CHECKPOINT = 1;
    private static final long CHUNK_SAMPLES = 1_000_000;

    private final List<Profile> profiles;
    private final List<Long> intervals;
    private final JfrConstants constants;
    private final long startEpochNanos;
    private final long startTicks;
    private final long maxChunkSamples;
    private final PendingFile file;
    private final JfrBuffer event = new JfrBuffer();
    private final JfrBuffer prefix = new JfrBuffer();
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16);

    private long position; // in the file, of the next byte
    private long chunkStart = -1; // -1: no chunk is open
    private long metadataOffset;
    private long lastCheckpoint;
    private long chunkSamples;
    private long firstTick;
    private long lastTick;
    private long lastChunkTick;
    private int[] cpuOfThread = new int[0];

    private JfrStream(
            List<Profile> profiles,
            List<Long> intervals,
            PendingFile file,
            Instant start,
            long startNanos,
            long maxChunkSamples) {
        this.profiles = List.copyOf(profiles);
        this.intervals = List.copyOf(intervals);
        this.constants = new JfrConstants(profiles.get(0));
        this.file = file;
        this.startEpochNanos = start.getEpochSecond() * 1_000_000_000L + start.getNano();
        this.startTicks = startNanos;
        this.lastChunkTick = startNanos;
        this.maxChunkSamples = maxChunkSamples;
    }

    /**
     * Begins a file.
     *
     * @param profiles those whose samples are to be written, which share their stacks; they must keep samples
     * @param intervals for each profile the weight that its samples have if nothing else is said: the sampling interval
     * @param target where the file shall stand when it is finished
     * @param start wall-clock time of the recording's start
     * @param startNanos CLOCK_MONOTONIC at that moment, nanoseconds
     * @throws IOException if no file can be made in the target's directory
     */
    public static JfrStream open(
            List<Profile> profiles, List<Long> intervals, Path target, Instant start, long startNanos)
            throws IOException {
        return open(profiles, intervals, target, start, startNanos, CHUNK_SAMPLES);
    }

    static JfrStream open(
            List<Profile> profiles,
            List<Long> intervals,
            Path target,
            Instant start,
            long startNanos,
            long maxChunkSamples)
            throws IOException {
        if (!profiles.get(0).keepsSamples()) {
            throw new IllegalArgumentException("a JFR file needs single samples, and this profile keeps none");
        }
        PendingFile file = PendingFile.create(target);
        if (!file.isRandomAccess()) {
            file.close();
            throw new IOException(target + ": a JFR file can be written neither to a pipe nor to a device");
        }
        return new JfrStream(profiles, intervals, file, start, startNanos, maxChunkSamples);
    }

    /**
     * Writes the samples and aggregates that the profiles hold, and makes them forget these. A chunk that has become large enough
     * is completed.
     *
     * @throws IOException if the file cannot be written, for example because the disk is full
     */
    public void append() throws IOException {
        for (int i = 0; i < profiles.size(); i++) {
            append(profiles.get(i), intervals.get(i));
        }
    }

    private void append(Profile profile, long interval) throws IOException {
        try {
            profile.forEachSample((time, thread, cpu, stack, value) -> {
                try {
                    sample(time, thread, cpu, stack, value, interval);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Profile.AggregateEntry entry : profile.aggregateEntries()) {
            aggregate(entry);
        }
        profile.dropSamples();
    }

    /**
     * Writes the remaining samples and the facts of the recording, and puts the file in its place.
     *
     * @throws IOException if the file cannot be written or moved to its place
     */
    public void finish(RecordingInfo info) throws IOException {
        append();
        if (chunkStart < 0) {
            beginChunk(lastChunkTick);
        }
        writeFacts(info);
        lastTick = Math.max(lastTick, startTicks + info.duration().toNanos());
        endChunk(true);
        flush();
        file.commit();
    }

    /** Removes what was written, unless it was finished. */
    @Override
    public void close() throws IOException {
        file.close();
    }

    private void sample(long time, int thread, int cpu, int stack, long value, long interval) throws IOException {
        makeRoom(time);
        writeCpu(time, thread, cpu);
        begin(JfrMetadata.EXECUTION_SAMPLE, time).number(constants.thread(thread));
        event.number(constants.stack(stack)).number(JfrConstants.STATE_DEFAULT);
        writeEvent();
        if (value != interval) {
            begin(JfrMetadata.SAMPLE_WEIGHT, time)
                    .number(constants.thread(thread))
                    .number(value);
            writeEvent();
        }
        chunkSamples++;
    }

    private void aggregate(Profile.AggregateEntry entry) throws IOException {
        makeRoom(entry.timeNanos());
        begin(JfrMetadata.AGGREGATE, entry.timeNanos()).number(constants.thread(entry.thread()));
        event.number(constants.stack(entry.stack())).text(entry.event());
        event.number(entry.count()).number(entry.total());
        writeEvent();
        chunkSamples++;
    }

    /** Sees to it that a chunk is open that has room, and that it spans this time. */
    private void makeRoom(long time) throws IOException {
        if (chunkStart >= 0 && chunkIsFull()) {
            endChunk(false);
        }
        if (chunkStart < 0) {
            beginChunk(chunkSamples == 0 && position == 0 ? Math.min(startTicks, time) : time);
        }
        firstTick = Math.min(firstTick, time);
        lastTick = Math.max(lastTick, time);
    }

    private void writeCpu(long time, int thread, int cpu) throws IOException {
        if (thread >= cpuOfThread.length) {
            int known = cpuOfThread.length;
            cpuOfThread = Arrays.copyOf(cpuOfThread, thread + (thread >> 1) + 16);
            Arrays.fill(cpuOfThread, known, cpuOfThread.length, -1);
        }
        if (cpuOfThread[thread] != cpu) {
            cpuOfThread[thread] = cpu;
            begin(JfrMetadata.THREAD_ON_CPU, time)
                    .number(constants.thread(thread))
                    .integer(cpu);
            writeEvent();
        }
    }

    /** Counting the chunk's stacks takes some microseconds, so it is done once in a while. */
    private boolean chunkIsFull() {
        return chunkSamples >= maxChunkSamples || (chunkSamples % 4096 == 4095 && constants.full());
    }

    private void writeFacts(RecordingInfo info) throws IOException {
        long duration = info.duration().toNanos();
        begin(JfrMetadata.RECORDING).number(duration).text(info.title()).text(info.command());
        RecordingInfo.Event first = info.events().get(0);
        event.text(info.version()).text(info.event()).text(first.unit()).number(first.interval());
        event.number(profiles.stream().mapToLong(Profile::sampleCount).sum());
        event.number(info.completeSamples()).number(info.lost()).text(info.summary());
        writeEvent();
        writeEvents(info);
        begin(JfrMetadata.ACTIVE_RECORDING)
                .number(duration)
                .number(1)
                .text(info.title())
                .text(null);
        event.number(info.start().toEpochMilli()).number(info.duration().toMillis());
        writeEvent();
        writeSettings(info);
        for (RecordingInfo.Target target : info.targets()) {
            begin(JfrMetadata.JVM_INFORMATION).text(target.runtime()).text(target.runtime());
            event.text(null).text(null).text(target.command()).number(target.pid());
            writeEvent();
        }
        for (Map.Entry<String, Long> loss : info.losses().entrySet()) {
            begin(JfrMetadata.LOSS).text(loss.getKey()).number(loss.getValue());
            writeEvent();
        }
        for (Map.Entry<String, Object> fact : info.facts().entrySet()) {
            begin(JfrMetadata.FACT).text(fact.getKey()).text(String.valueOf(fact.getValue()));
            writeEvent();
        }
    }

    private void writeEvents(RecordingInfo info) throws IOException {
        for (int i = 0; i < profiles.size(); i++) {
            RecordingInfo.Event recorded = info.events().get(i);
            begin(JfrMetadata.RECORDED_EVENT).text(recorded.name()).text(recorded.unit());
            event.number(recorded.interval()).number(profiles.get(i).sampleCount());
            event.number(recorded.completeSamples()).number(profiles.get(i).totalValue());
            writeEvent();
        }
    }

    private void writeSettings(RecordingInfo info) throws IOException {
        long interval = info.events().get(0).interval();
        Map<String, String> settings =
                Map.of("event", info.event(), "interval", Long.toString(interval), "version", info.version());
        for (String name : new String[] {"version", "event", "interval"}) {
            begin(JfrMetadata.ACTIVE_SETTING).number(JfrMetadata.EXECUTION_SAMPLE);
            event.text(name).text(settings.get(name));
            writeEvent();
        }
    }

    /** Begins an event that happened at the recording's start, or at this chunk's if that is later. */
    private JfrBuffer begin(int type) {
        return begin(type, Math.max(startTicks, firstTick));
    }

    private JfrBuffer begin(int type, long time) {
        event.clear();
        return event.number(type).number(time);
    }

    private void beginChunk(long tick) throws IOException {
        chunkStart = position;
        chunkSamples = 0;
        Arrays.fill(cpuOfThread, -1);
        firstTick = tick;
        lastTick = tick;
        lastCheckpoint = 0;
        write(new byte[HEADER], HEADER);
        metadataOffset = position - chunkStart;
        event.clear();
        event.number(METADATA).number(tick).number(0).number(1);
        JfrMetadata.write(event);
        writeEvent();
    }

    private void endChunk(boolean last) throws IOException {
        constants.write(this::checkpoint);
        flush();
        ByteBuffer header = ByteBuffer.allocate(HEADER).putInt(MAGIC).putInt(VERSION);
        header.putLong(position - chunkStart).putLong(lastCheckpoint).putLong(metadataOffset);
        header.putLong(startEpochNanos + firstTick - startTicks).putLong(lastTick - firstTick);
        header.putLong(firstTick).putLong(TICKS_PER_SECOND);
        header.putInt(FEATURE_COMPRESSED_INTEGERS | (last ? FEATURE_LAST_CHUNK : 0));
        header.flip();
        file.write(header, chunkStart);
        lastChunkTick = lastTick;
        chunkStart = -1;
    }

    private void checkpoint(int type, int count, JfrBuffer body) throws IOException {
        long here = position - chunkStart;
        event.clear();
        event.number(CHECKPOINT).number(lastTick).number(0);
        event.number(lastCheckpoint == 0 ? 0 : lastCheckpoint - here).raw(0);
        event.number(1).number(type).number(count).raw(body);
        writeEvent();
        lastCheckpoint = here;
    }

    /** Writes the event buffer, its size before it; the size includes itself. */
    private void writeEvent() throws IOException {
        int size = event.size() + 1;
        while (size != event.size() + JfrBuffer.length(size)) {
            size = event.size() + JfrBuffer.length(size);
        }
        prefix.clear();
        prefix.number(size);
        write(prefix.array(), prefix.size());
        write(event.array(), event.size());
    }

    private void write(byte[] bytes, int length) throws IOException {
        int from = 0;
        while (from < length) {
            if (!buffer.hasRemaining()) {
                flush();
            }
            int n = Math.min(length - from, buffer.remaining());
            buffer.put(bytes, from, n);
            from += n;
        }
        position += length;
    }

    private void flush() throws IOException {
        buffer.flip();
        file.write(buffer);
        buffer.clear();
    }
}
