package dev.javelin.flamegraph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;
import one.convert.Arguments;
import one.convert.JfrToFlame;
import one.convert.JfrToHeatmap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmc.common.IMCStackTrace;
import org.openjdk.jmc.common.item.Attribute;
import org.openjdk.jmc.common.item.IAttribute;
import org.openjdk.jmc.common.item.IItem;
import org.openjdk.jmc.common.item.IItemCollection;
import org.openjdk.jmc.common.item.IItemIterable;
import org.openjdk.jmc.common.item.IMemberAccessor;
import org.openjdk.jmc.common.item.ItemFilters;
import org.openjdk.jmc.common.unit.UnitLookup;
import org.openjdk.jmc.flightrecorder.JfrAttributes;
import org.openjdk.jmc.flightrecorder.JfrLoaderToolkit;

class JfrStreamTest {
    private static final long START = 5_000_000_000_000L;

    @TempDir
    Path directory;

    private Path write(Profile profile, RecordingInfo info) throws IOException {
        Path file = directory.resolve("out.jfr");
        Outputs.write(profile, info, ReportOptions.defaults(), file);
        return file;
    }

    private static List<RecordedEvent> samples(Path file) throws IOException {
        return events(file, "jdk.ExecutionSample");
    }

    private static List<RecordedEvent> events(Path file, String type) throws IOException {
        return RecordingFile.readAllEvents(file).stream()
                .filter(e -> e.getEventType().getName().equals(type))
                .toList();
    }

    @Test
    void shouldBeReadByTheJdk() throws IOException {
        Path file = write(Samples.mixed(true), Samples.info());
        List<RecordedEvent> samples = samples(file);
        assertThat(samples).hasSize(10);
        RecordedEvent first = samples.get(0);
        assertThat(first.getStartTime()).isEqualTo("2026-11-22T12:00:00.124457790Z");
        RecordedThread thread = first.getThread("sampledThread");
        assertThat(thread.getJavaName()).isEqualTo("main");
        assertThat(thread.getOSName()).isEqualTo("main");
        assertThat(thread.getOSThreadId()).isEqualTo(4712);
        List<RecordedFrame> frames = first.getStackTrace().getFrames();
        assertThat(frames).hasSize(5);
        assertThat(frames.get(0).getMethod().getType().getName()).isEqualTo("java.lang.String");
        assertThat(frames.get(0).getMethod().getName()).isEqualTo("charAt");
        assertThat(frames.get(0).getMethod().getDescriptor()).isEqualTo("(I)V");
        assertThat(frames.get(0).getLineNumber()).isEqualTo(10);
        assertThat(frames.get(0).getBytecodeIndex()).isEqualTo(4);
        assertThat(frames.stream().map(RecordedFrame::getType))
                .containsExactly("Inlined", "JIT compiled", "Interpreted", "C++", "Native");
        RecordedThread gc = samples.get(8).getThread("sampledThread");
        assertThat(gc.getJavaName()).isNull();
        assertThat(gc.getOSName()).isEqualTo("GC Thread#0");
    }

    @Test
    void shouldCarryTheFactsOfTheRecording() throws IOException {
        Path file = write(Samples.mixed(true), Samples.info());
        RecordedEvent recording = events(file, "javelin.Recording").get(0);
        assertThat(recording.getString("summary")).isEqualTo("1000 samples, 99.7 % complete, 3 lost");
        assertThat(recording.getDuration()).isEqualTo(Duration.ofSeconds(10));
        assertThat(recording.getLong("samples")).isEqualTo(10);
        assertThat(recording.getLong("completeSamples")).isEqualTo(997);
        assertThat(recording.getLong("lost")).isEqualTo(3);
        assertThat(events(file, "javelin.Loss")).hasSize(2);
        assertThat(events(file, "javelin.Fact").get(0).getString("value")).isEqualTo("5.9 \u00b5s");
        assertThat(events(file, "jdk.JVMInformation").get(0).getString("javaArguments"))
                .isEqualTo("java -jar demo.jar --fast");
        assertThat(events(file, "jdk.ActiveSetting").stream().map(e -> e.getString("name")))
                .containsExactly("version", "event", "interval");
    }

    @Test
    void shouldTellCpuChangesAndOtherWeights() throws IOException {
        Profile profile = new Profile(true);
        int[] cpus = {3, 3, 0, 0, 3};
        for (int i = 0; i < cpus.length; i++) {
            profile.sample(START + i, profile.thread(1, 5, "x", null), cpus[i], 0, i == 2 ? 77 : 1_001_001);
        }
        Path file = write(profile, Samples.info());
        assertThat(events(file, "javelin.ThreadOnCpu").stream().map(e -> e.getInt("cpu")))
                .containsExactly(3, 0, 3);
        assertThat(events(file, "javelin.SampleWeight").stream().map(e -> e.getLong("weight")))
                .containsExactly(77L);
    }

    @Test
    void shouldWriteAggregatesAsOneEventEach() throws Exception {
        Path file = write(Samples.aggregates(true), Samples.hitsInfo());
        assertThat(samples(file)).isEmpty();
        List<RecordedEvent> aggregates = events(file, "javelin.Aggregate");
        assertThat(aggregates.stream().map(e -> e.getString("event"))).containsExactly("syscall:read", Samples.SCRIPT);
        assertThat(aggregates.stream().map(e -> e.getLong("count"))).containsExactly(999L, 1L);
        assertThat(aggregates.stream().map(e -> e.getLong("total"))).containsExactly(1_000_000L, 3_000_000L);
        RecordedEvent first = aggregates.get(0);
        assertThat(first.getEventType().getFields().get(0).getName()).isEqualTo("startTime");
        assertThat(first.getStartTime()).isEqualTo("2026-11-22T12:00:00.500Z");
        assertThat(first.getThread().getJavaName()).isEqualTo("main");
        assertThat(first.getStackTrace().getFrames().stream()
                        .map(f -> f.getMethod().getName()))
                .containsExactly("get", "run");
        assertThat(events(file, "javelin.Recording").get(0).getLong("samples")).isEqualTo(1000);
        for (Path jfr : jfrTools()) {
            assertThat(run(jfr, "print", "--events", "javelin.Aggregate", file))
                    .contains("count = 999", "total = 1000000", "event = \"syscall:read\"", "app.Cache.get(int)");
        }
    }

    @Test
    void shouldHoldSeveralEvents() throws Exception {
        Path file = directory.resolve("several.jfr");
        Outputs.write(Samples.several(true), Samples.severalInfo(), ReportOptions.defaults(), file);
        assertThat(samples(file)).hasSize(10);
        assertThat(events(file, "javelin.SampleWeight")).isEmpty();
        List<RecordedEvent> waits = events(file, "javelin.Aggregate");
        assertThat(waits.stream().map(e -> e.getString("event"))).containsExactly("offcpu", "offcpu");
        assertThat(waits.stream().mapToLong(e -> e.getLong("total")).sum()).isEqualTo(4_000_000);
        List<RecordedEvent> recorded = events(file, "javelin.Event");
        assertThat(recorded.stream().map(e -> e.getString("name")))
                .containsExactly("cpu", "offcpu", "uprobe:libc:<write>");
        assertThat(recorded.stream().map(e -> e.getString("unit"))).containsExactly("ns", "ns", "events");
        assertThat(recorded.stream().map(e -> e.getLong("interval"))).containsExactly(1_001_001L, 0L, 0L);
        assertThat(recorded.stream().map(e -> e.getLong("samples"))).containsExactly(10L, 1_000L, 0L);
        assertThat(recorded.stream().map(e -> e.getLong("completeSamples"))).containsExactly(9L, 999L, -1L);
        assertThat(recorded.stream().map(e -> e.getLong("total"))).containsExactly(10_010_010L, 4_000_000L, 0L);
        RecordedEvent whole = events(file, "javelin.Recording").get(0);
        assertThat(whole.getString("event")).isEqualTo("cpu,offcpu,uprobe:libc:<write>");
        assertThat(whole.getLong("samples")).isEqualTo(1_010);
        for (Path jfr : jfrTools()) {
            assertThat(run(jfr, "print", "--events", "javelin.Event", file)).contains("name = \"offcpu\"");
        }
    }

    @Test
    void shouldStreamAggregatesInChunks() throws IOException {
        Profile profile = new Profile(true);
        Path file = directory.resolve("chunks.jfr");
        try (JfrStream stream = JfrStream.open(
                List.of(profile), List.of(0L), file, Samples.info().start(), START, 10)) {
            for (int i = 0; i < 35; i++) {
                profile.addAggregate(START + i, profile.thread(1, i, "t", null), 0, "e", i, 2L * i);
                stream.append();
                assertThat(profile.aggregateEntries()).isEmpty();
            }
            stream.finish(Samples.hitsInfo());
        }
        assertThat(events(file, "javelin.Aggregate").stream().mapToLong(e -> e.getLong("total")))
                .hasSize(35)
                .contains(0L, 68L);
    }

    @Test
    void shouldKeepHostileTexts() throws IOException {
        Path file = write(Samples.hostile(), Samples.hostileInfo());
        List<String> threads = new ArrayList<>();
        for (RecordedEvent sample : samples(file)) {
            String name = sample.getThread("sampledThread").getJavaName();
            threads.add(name);
            List<RecordedFrame> frames = sample.getStackTrace().getFrames();
            assertThat(frames.get(0).getMethod().getName()).isEqualTo(name);
            assertThat(frames.get(1).getMethod().getType().getName()).isEqualTo(name.replace('/', '.'));
            assertThat(frames.get(1).getMethod().getDescriptor()).isEqualTo("()V");
        }
        assertThat(threads)
                .containsExactlyElementsOf(
                        Samples.HOSTILE.stream().map(Text::wellFormed).toList());
        assertThat(threads).contains("lone\\ud800high\\udc00low");
    }

    @Test
    void shouldBeReadByTheJfrTools() throws Exception {
        Path file = write(Samples.mixed(true), Samples.info());
        Path hostile = directory.resolve("hostile.jfr");
        Outputs.write(Samples.hostile(), Samples.hostileInfo(), ReportOptions.defaults(), hostile);
        for (Path jfr : jfrTools()) {
            assertThat(run(jfr, "summary", file)).contains("jdk.ExecutionSample", "Duration: 10 s");
            assertThat(run(jfr, "print", file))
                    .contains("java.lang.String.charAt(int)", "line: 10", "sampledThread = \"main\"", "do_syscall_64");
            assertThat(run(jfr, "print", hostile)).contains("alert(1)", "rocket" + Samples.EMOJI);
            assertThat(run(jfr, "print", "--json", hostile)).contains("alert(1)");
            assertThat(run(jfr, "metadata", file)).contains("javelin.Recording");
        }
    }

    @Test
    void shouldBeReadByMissionControl() throws Exception {
        Path file = write(Samples.mixed(true), Samples.info());
        IItemCollection items =
                JfrLoaderToolkit.loadEvents(file.toFile()).apply(ItemFilters.type("jdk.ExecutionSample"));
        TreeMap<String, Integer> leaves = new TreeMap<>();
        for (IItemIterable iterable : items) {
            IMemberAccessor<IMCStackTrace, IItem> stacks =
                    JfrAttributes.EVENT_STACKTRACE.getAccessor(iterable.getType());
            IMemberAccessor<? extends Object, IItem> threads =
                    JfrAttributes.EVENT_THREAD.getAccessor(iterable.getType());
            for (IItem item : iterable) {
                IMCStackTrace stack = stacks.getMember(item);
                String leaf = stack.getFrames().get(0).getMethod().getMethodName();
                leaves.merge(leaf + " in " + threads.getMember(item), 1, Integer::sum);
            }
        }
        assertThat(leaves).hasSize(6);
        assertThat(leaves.firstKey()).contains("G1ParTask::work(unsigned) in ");
        assertThat(leaves.values().stream().mapToInt(i -> i).sum()).isEqualTo(10);
        IItemCollection losses = JfrLoaderToolkit.loadEvents(file.toFile()).apply(ItemFilters.type("javelin.Loss"));
        IAttribute<String> reason = Attribute.attr("reason", "Reason", UnitLookup.PLAIN_TEXT);
        assertThat(losses.iterator().next().iterator().next())
                .satisfies(item -> assertThat(
                                reason.getAccessor(losses.iterator().next().getType())
                                        .getMember(item))
                        .isEqualTo("ring buffer full"));
    }

    @Test
    void shouldBeReadByAsyncProfilersConverter() throws Exception {
        Path file = write(Samples.mixed(true), Samples.info());
        Path collapsed = directory.resolve("converted.collapsed");
        JfrToFlame.convert(file.toString(), collapsed.toString(), new Arguments("--cpu", "-t", "-o", "collapsed"));
        String main = "[main tid=4712];start_thread;JavaCalls::call_helper(JavaValue*);app/Main.run_[0];";
        assertThat(Files.readAllLines(collapsed))
                .contains(main + "app/Work.loop_[j];java/lang/String.charAt_[i] 5", main + "write;do_syscall_64_[k] 1")
                .hasSize(6);
        Path heatmap = directory.resolve("heat.html");
        JfrToHeatmap.convert(file.toString(), heatmap.toString(), new Arguments("--cpu", "-o", "heatmap"));
        assertThat(heatmap).content().contains("charAt", "do_syscall_64", "<canvas");
        Path hostile = directory.resolve("hostile.jfr");
        Outputs.write(Samples.hostile(), Samples.hostileInfo(), ReportOptions.defaults(), hostile);
        JfrToFlame.convert(hostile.toString(), collapsed.toString(), new Arguments("--cpu", "-o", "collapsed"));
        assertThat(collapsed).content().contains("rocket" + Samples.EMOJI);
        JfrToHeatmap.convert(hostile.toString(), heatmap.toString(), new Arguments("--cpu", "-o", "heatmap"));
    }

    @Test
    void shouldStreamManyChunks() throws Exception {
        Profile profile = new Profile(true);
        int[] stacks = distinctStacks(profile, 30_000);
        int[] threads = {
            profile.thread(1, 10, "a", "A"), profile.thread(2, 10, "b", "B"), profile.thread(1, 12, "c", null)
        };
        Path file = directory.resolve("long.jfr");
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int count = 230_000;
        try (JfrStream stream = JfrStream.open(
                List.of(profile), List.of(7L), file, Samples.info().start(), START, 100_000)) {
            for (int i = 0; i < count; i++) {
                long time = START + i * 5_000L + random.nextInt(100_000);
                profile.sample(time, threads[i % 3], i & 1, stacks[random.nextInt(stacks.length)], 7);
                if (profile.keptSamples() == 11_000) {
                    stream.append();
                    assertThat(profile.keptSamples()).isZero();
                }
            }
            assertThat(file).doesNotExist();
            stream.finish(Samples.info());
        }
        assertThat(run(jfrTools().get(0), "summary", file)).contains("Chunks: 3", "230000");
        TreeMap<String, Integer> names = new TreeMap<>();
        long frames = 0;
        try (RecordingFile recording = new RecordingFile(file)) {
            while (recording.hasMoreEvents()) {
                RecordedEvent event = recording.readEvent();
                if (event.getEventType().getName().equals("jdk.ExecutionSample")) {
                    names.merge(event.getThread("sampledThread").getOSName(), 1, Integer::sum);
                    frames += event.getStackTrace().getFrames().size();
                }
            }
        }
        assertThat(frames).as("seed %d", seed).isEqualTo(20L * count);
        assertThat(names).containsOnlyKeys("A", "B", "c");
        assertThat(names.values().stream().mapToInt(i -> i).sum()).isEqualTo(count);
        Path collapsed = directory.resolve("long.collapsed");
        JfrToFlame.convert(file.toString(), collapsed.toString(), new Arguments("--cpu", "-o", "collapsed"));
        try (Stream<String> lines = Files.lines(collapsed)) {
            assertThat(lines.mapToLong(l -> Long.parseLong(l.substring(l.lastIndexOf(' ') + 1)))
                            .sum())
                    .isEqualTo(count);
        }
    }

    @Test
    void shouldWriteARecordingWithoutSamples() throws Exception {
        Path file = write(new Profile(true), Samples.info());
        assertThat(samples(file)).isEmpty();
        assertThat(events(file, "javelin.Recording")).hasSize(1);
        assertThat(run(jfrTools().get(0), "summary", file)).contains("Chunks: 1");
    }

    @Test
    void shouldRefuseAProfileWithoutSamplesAndLeaveNothingBehind() throws IOException {
        assertThatThrownBy(() -> write(new Profile(false), Samples.info()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("single samples");
        try (JfrStream stream = JfrStream.open(
                List.of(Samples.mixed(true)),
                List.of(1L),
                directory.resolve("x.jfr"),
                Samples.info().start(),
                START)) {
            stream.append();
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
    }

    private static int[] distinctStacks(Profile profile, int count) {
        int[] stacks = new int[count];
        int[] frames = new int[20];
        for (int i = 0; i < count; i++) {
            for (int f = 0; f < frames.length; f++) {
                frames[f] = profile.frame(
                        Samples.java(FrameType.JIT_COMPILED, "app/C" + (i >> f) % 50, "m" + (f == 0 ? i : f)));
            }
            stacks[i] = profile.stack(frames, 0, frames.length);
        }
        return stacks;
    }

    /** The jfr tool of this JDK, and of a second one if there is one. */
    private static List<Path> jfrTools() throws IOException {
        List<Path> tools = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "jfr")));
        String configured = System.getenv("JAVELIN_JDK25");
        Path other = Path.of(configured != null ? configured : "/usr/lib/jvm/temurin-25-jdk-amd64", "bin", "jfr");
        if (Files.isExecutable(other)) {
            tools.add(other);
        }
        return tools;
    }

    private static String run(Path program, Object... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        Arrays.stream(arguments).map(Object::toString).forEach(command::add);
        command.add(1, "-J-Dfile.encoding=UTF-8");
        command.add(1, "-J-Dstdout.encoding=UTF-8");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
