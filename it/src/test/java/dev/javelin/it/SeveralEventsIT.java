package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.Repository;
import dev.javelin.it.harness.StolenTime;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.FirstLine;
import dev.javelin.it.targets.KnownMixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several events of one recording, each against what the target says of itself. */
class SeveralEventsIT {
    private static final String FSYNC = "syscall:fsync";
    private static final String YIELD = "uprobe:libc:sched_yield";
    private static final List<String> EVENTS = List.of("cpu", "offcpu", "runq", FSYNC, YIELD);
    private static final long INTERVAL_NANOS = 2_000_000;
    /** Switches and the clock, wakings, the system call's entry and return, and the function. */
    private static final int LINKS = Watch.wallLinks() + 1 + 2 + 1;

    /** A time in a table. */
    private static final Pattern FIGURE = Pattern.compile("([\\d.]+)\u2009(m?s)<small>");

    /** A number of hits there. */
    private static final Pattern HITS = Pattern.compile("([\\d,]+)<small>");

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    /** What a JFR file has of an event: how many, and the sum of their values. */
    private record Sums(long count, long total) {}

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void eachIsWhatTheTargetDid(int major) throws Exception {
        MustRun.recording();
        Path jfr = directory.resolve("all.jfr");
        Map<String, Long> account;
        String summary;
        long stolen = StolenTime.nanos();
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), List.of(), KnownMixture.class);
                Child recorder = Watch.start(target, command("all.jfr"))) {
            summary = Watch.all(target, recorder, LINKS);
            account = target.account();
        }
        stolen = StolenTime.nanos() - stolen;
        List<RecordedEvent> events = RecordingFile.readAllEvents(jfr);
        Sums cpu = samples(events, thread -> true);
        long busy = samples(events, thread -> thread.getOSName().equals("busy")).total();
        Map<String, Sums> counted = new TreeMap<>();
        EVENTS.subList(1, EVENTS.size()).forEach(event -> counted.put(event, aggregates(events, event, stack -> true)));
        Sums sleeps = aggregates(events, "offcpu", stack -> stack.contains("KnownMixture.sleeping"));
        System.out.printf(
                "jdk%d: busy %d ns of %d, sleeping %d of %d, %s%n",
                major, busy, account.get("busy"), sleeps.total(), account.get("sleeping"), counted);
        // what the host took is time on the CPU here, but not in the account
        assertThat((double) busy)
                .as("busy, the host took " + stolen + ": " + summary)
                .isBetween(account.get("busy") * 0.9, account.get("busy") * 1.1 + stolen);
        assertThat(sleeps.total()).as(summary).isCloseTo(account.get("sleeping"), Percentage.withPercentage(3));
        assertThat(counted.get(FSYNC).count()).as(summary).isEqualTo(KnownMixture.FSYNCS);
        assertThat(aggregates(events, FSYNC, stack -> stack.contains("KnownMixture.calling")))
                .isEqualTo(counted.get(FSYNC));
        // threads of the JVM that wait for each other yield as well
        assertThat(counted.get(YIELD).count()).as(summary).isGreaterThanOrEqualTo(KnownMixture.YIELDS);
        Sums yields = aggregates(events, YIELD, stack -> stack.contains("KnownMixture.calling"));
        assertThat(yields.count())
                .as(summary)
                .isBetween(
                        ProbesIT.leastWhole(KnownMixture.YIELDS), (long) KnownMixture.YIELDS + ProbesIT.YIELDS_OF_JVM)
                .isEqualTo(yields.total());
        assertThat(counted.get("runq").count()).as(summary).isGreaterThan(KnownMixture.SLEEPS);
        assertThat(counted.get("runq").total())
                .as(summary)
                .isBetween(1L, counted.get("offcpu").total());
        counted.put("cpu", cpu);
        assertTold(events, counted, summary);
        for (int reader : new int[] {17, 25}) {
            String tool = MustRun.jdk(reader).tool("jfr").toString();
            assertThat(Child.run(tool, "print", "--events", "javelin.Event", jfr.toString())
                            .ok()
                            .out())
                    .contains(EVENTS.stream()
                            .map(event -> "name = \"" + event + "\"")
                            .toList());
        }
    }

    private List<String> command(String file) {
        return List.of(
                "record",
                "-e",
                String.join(",", EVENTS),
                "-i",
                INTERVAL_NANOS + "ns",
                "-f",
                directory.resolve(file).toString());
    }

    /** The file tells what is in it, and so does the last line. */
    private static void assertTold(List<RecordedEvent> events, Map<String, Sums> found, String summary) {
        Map<String, Sums> told = new TreeMap<>();
        for (RecordedEvent event : ofType(events, "javelin.Event")) {
            told.put(event.getString("name"), new Sums(event.getLong("samples"), event.getLong("total")));
        }
        assertThat(told).isEqualTo(found);
        assertThat(ofType(events, "javelin.Event").stream().map(event -> event.getString("unit")))
                .containsExactly("ns", "ns", "ns", "ns", "events");
        assertThat(summary)
                .contains("cpu: " + found.get("cpu").count() + " samples, offcpu: ")
                .contains(", " + FSYNC + ": " + KnownMixture.FSYNCS + " events, " + YIELD + ": "
                        + found.get(YIELD).count() + " events in ");
    }

    private static List<RecordedEvent> ofType(List<RecordedEvent> events, String type) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals(type))
                .toList();
    }

    private static Sums samples(List<RecordedEvent> events, Predicate<RecordedThread> wanted) {
        long count = ofType(events, "jdk.ExecutionSample").stream()
                .filter(sample -> wanted.test(sample.getThread("sampledThread")))
                .count();
        return new Sums(count, count * INTERVAL_NANOS);
    }

    private static Sums aggregates(List<RecordedEvent> events, String name, Predicate<String> stack) {
        List<RecordedEvent> own = ofType(events, "javelin.Aggregate").stream()
                .filter(event -> event.getString("event").equals(name) && stack.test(stack(event)))
                .toList();
        return new Sums(
                own.stream().mapToLong(event -> event.getLong("count")).sum(),
                own.stream().mapToLong(event -> event.getLong("total")).sum());
    }

    private static String stack(RecordedEvent event) {
        return event.getStackTrace().getFrames().stream()
                .map(frame -> frame.getMethod().getType().getName() + "."
                        + frame.getMethod().getName())
                .collect(Collectors.joining(";"));
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void aPageShowsThemSideBySide(int major) throws Exception {
        MustRun.recording();
        String chromium = MustRun.command("chromium", "chromium-browser");
        Path page = directory.resolve("all.html");
        Map<String, Long> account;
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), List.of(), KnownMixture.class);
                Child recorder = Watch.start(target, command("all.html"))) {
            Watch.all(target, recorder, LINKS);
            account = target.account();
        }
        String cpu = Browser.dom(chromium, page, "view=methods&header", directory);
        assertThat(cpu)
                .contains("KnownMixture: CPU time, time off the CPU, time in the run queue, " + FSYNC + ", " + YIELD);
        for (String event : EVENTS) {
            assertThat(cpu).contains(">" + event + "<small>");
        }
        assertThat(cpu).contains(", every 2\u2009ms").containsPattern(">" + YIELD + "<small>[\\d,]+ hits</small>");
        assertThat(seconds(cpu, "KnownMixture.busy<"))
                .isCloseTo(account.get("busy") / 1e9, Percentage.withPercentage(15));
        String waits = Browser.dom(chromium, page, "view=methods&event=offcpu", directory);
        assertThat(seconds(waits, "KnownMixture.sleeping<"))
                .isCloseTo(account.get("sleeping") / 1e9, Percentage.withPercentage(3));
        String hits = Browser.dom(chromium, page, "view=methods&event=" + FSYNC, directory);
        assertThat(hits).contains(">307 hits<", "KnownMixture.calling<").doesNotContain("KnownMixture.sleeping<");
        String yields = Browser.dom(chromium, page, "view=methods&event=" + YIELD, directory);
        MatchResult own = total(yields, "KnownMixture.calling<", HITS);
        assertThat(Long.parseLong(own.group(1).replace(",", "")))
                .isBetween(
                        ProbesIT.leastWhole(KnownMixture.YIELDS), (long) KnownMixture.YIELDS + ProbesIT.YIELDS_OF_JVM);
    }

    /** The total of a method in the table of methods. */
    private static MatchResult total(String dom, String method, Pattern figure) {
        String before = dom.substring(0, dom.indexOf(method));
        String row = before.substring(before.lastIndexOf("<tr"));
        List<MatchResult> figures = figure.matcher(row).results().toList();
        assertThat(figures).as(row).isNotEmpty();
        return figures.get(figures.size() - 1);
    }

    private static double seconds(String dom, String method) {
        MatchResult total = total(dom, method, FIGURE);
        return Double.parseDouble(total.group(1)) / (total.group(2).equals("ms") ? 1_000 : 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void theAgentTakesThem(int major) throws IOException {
        MustRun.recording();
        Path jfr = directory.resolve("agent.jfr");
        Child.Result result = Child.run(
                PATIENCE,
                List.of(
                        MustRun.jdk(major).java().toString(),
                        "-javaagent:" + Repository.jar()
                                + "=start,event=cpu,offcpu,interval=1ms,event=syscall:write,file=" + jfr,
                        "-cp",
                        Repository.classes().toString(),
                        FirstLine.class.getName(),
                        "exit"));
        assertThat(result.exit()).as(result.err()).isEqualTo(3);
        assertThat(result.err().lines())
                .as(result.err())
                .singleElement()
                .asString()
                .contains("cpu: ", " samples, offcpu: ", " events, syscall:write: ");
        List<RecordedEvent> events = RecordingFile.readAllEvents(jfr);
        assertThat(samples(events, thread -> thread.getOSName().equals("main")).count())
                .isGreaterThan(200);
        assertThat(aggregates(events, "offcpu", stack -> true).total()).isPositive();
        assertThat(aggregates(events, "syscall:write", stack -> stack.contains("FirstLine.main"))
                        .count())
                .as("the line that it prints")
                .isEqualTo(1);
    }

    private static boolean isRecordedInside(long pid) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/tmp"))) {
            return files.filter(file -> file.getFileName().toString().startsWith(".javelin-" + pid + "-"))
                    .anyMatch(directory -> Files.exists(directory.resolve("recording.jfr")));
        }
    }

    @Test
    void userModeHasItsOwn() throws Exception {
        Path jfr = directory.resolve("user.jfr");
        List<String> command = new ArrayList<>(List.of("record", "--mode", "user", "-e", "cpu", "-i", "4ms"));
        command.addAll(List.of("--alloc", "64k", "--lock", "1us", "-f", jfr.toString()));
        Map<String, Long> account;
        String summary;
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(17), List.of(), KnownMixture.class);
                Child recorder = Watch.start(target, command)) {
            Watch.until(() -> isRecordedInside(target.pid()));
            Watch.answers(target.pid());
            target.send("go");
            target.awaitOut(0, "DONE", PATIENCE);
            recorder.signal("INT");
            summary = recorder.await(PATIENCE).ok().err();
            account = target.account();
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(jfr);
        long busy = samples(events, thread -> thread.getOSName().equals("busy")).count() * 4_000_000;
        Sums alloc = aggregates(events, "alloc", stack -> stack.contains("KnownMixture.allocating"));
        Sums lock = aggregates(events, "lock", stack -> stack.contains("KnownMixture.entering"));
        System.out.printf("user mode: busy %d ns, alloc %s, lock %s of %s%n", busy, alloc, lock, account);
        assertThat(summary).contains("cpu: ", " samples, alloc: ", " samples, lock: ");
        // where many threads want the CPU, its timers miss ticks
        assertThat((double) busy).as(summary).isBetween(account.get("busy") * 0.4, account.get("busy") * 1.15);
        assertThat(alloc.total()).as(summary).isCloseTo(account.get("allocating"), Percentage.withPercentage(15));
        assertThat(lock.total() / (double) account.get("entering")).as(summary).isBetween(0.9, 1.01);
        assertThat(ofType(events, "javelin.Event").stream().map(event -> event.getString("unit")))
                .containsExactly("ns", "bytes", "ns");
    }
}
