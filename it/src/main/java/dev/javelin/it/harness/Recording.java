package dev.javelin.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/** The CPU samples of a JFR file, read with the JDK's own parser. */
public final class Recording {
    /** Threads of the JVM itself; every other thread of a target is a Java thread. */
    private static final Pattern VM_THREAD = Pattern.compile(
            "(GC|G1|C1|C2|VM|Z|ZWorker|Shenandoah|Concurrent|XWorker|X|Gang|Parallel|Service|Monitor|Signal|StringDedup|"
                    + "Sweeper|Notification|Reference|Attach|Runtime|Periodic)\\b.*|.*Compiler ?Thre.*|ZDriver.*|ZDirector.*|"
                    + "ZStat.*|ZUncommitter.*|ZWorker.*|ZUnmapper.*|XDriver.*|XWorker.*|XDirector.*|G1Conc.*|\\[.*");

    private final List<Sample> samples;

    private Recording(List<Sample> samples) {
        this.samples = List.copyOf(samples);
    }

    /** Reads the {@code jdk.ExecutionSample} events of a file. */
    public static Recording read(Path jfr) {
        List<Sample> samples = new ArrayList<>();
        Map<RecordedStackTrace, List<StackFrame>> known = new HashMap<>();
        try (RecordingFile file = new RecordingFile(jfr)) {
            while (file.hasMoreEvents()) {
                RecordedEvent event = file.readEvent();
                if (event.getEventType().getName().equals("jdk.ExecutionSample")) {
                    samples.add(sample(event, known));
                }
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return new Recording(samples);
    }

    /** All samples, in the file's order. */
    public List<Sample> samples() {
        return samples;
    }

    /** Those that fit. */
    public List<Sample> where(Predicate<Sample> fits) {
        return samples.stream().filter(fits).toList();
    }

    /** Those of one thread. */
    public List<Sample> ofThread(String name) {
        return where(sample -> sample.thread().equals(name));
    }

    /** Whether a thread of this name belongs to the JVM rather than to Java code. */
    public static boolean isVmThread(String name) {
        return VM_THREAD.matcher(name).matches();
    }

    private static Sample sample(RecordedEvent event, Map<RecordedStackTrace, List<StackFrame>> known) {
        RecordedThread thread = event.getThread("sampledThread");
        RecordedStackTrace trace = event.getStackTrace();
        List<StackFrame> frames = trace == null ? List.of() : known.computeIfAbsent(trace, Recording::frames);
        String name = thread.getJavaName() != null ? thread.getJavaName() : thread.getOSName();
        return new Sample(event.getStartTime(), thread.getOSThreadId(), name, frames);
    }

    private static List<StackFrame> frames(RecordedStackTrace trace) {
        List<StackFrame> frames = new ArrayList<>();
        List<RecordedFrame> leafFirst = trace.getFrames();
        for (int i = leafFirst.size() - 1; i >= 0; i--) {
            frames.add(frame(leafFirst.get(i)));
        }
        return List.copyOf(frames);
    }

    private static StackFrame frame(RecordedFrame frame) {
        RecordedMethod method = frame.getMethod();
        String type = method.getType() == null || method.getType().getName() == null
                ? ""
                : method.getType().getName();
        boolean java = StackFrame.isJava(frame.getType());
        return new StackFrame(
                frame.getType(),
                java ? type.replace('/', '.') : "",
                method.getName(),
                frame.getLineNumber(),
                java ? "" : type);
    }
}
