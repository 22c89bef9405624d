package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.KnownArguments;
import dev.javelin.it.targets.KnownRunQueue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Conditions that the kernel evaluates, percentiles, and the run queue, against what the target or the kernel says itself. */
class KnownAnswersIT {
    private static final int LSEEKS = 2 * (KnownArguments.SEEKS + KnownArguments.FAILURES);

    private static final Pattern TABLE = Pattern.compile(
            "\"probe\":\\s*\"((?:\\\\.|[^\"\\\\])*)\".*?\"count\":\\s*(\\d+).*?\"p50\":\\s*(\\w+).*?\"p90\":\\s*(\\w+)",
            Pattern.DOTALL);

    private static final Pattern KEY =
            Pattern.compile("\"key\":\"[^\"]*\",\"unit\":\"ns\",\"count\":(\\d+),\"sum\":(\\d+)");

    @TempDir
    Path directory;

    /** What each condition lets through of the target's calls of lseek, whose second argument is {@code arg1}. */
    private static Map<String, Integer> conditions(long pid, long first) {
        Map<String, Integer> expected = new LinkedHashMap<>();
        expected.put("", LSEEKS);
        expected.put("retval == arg1", 2000);
        expected.put("retval < 0", 14);
        expected.put("retval == -29", 14);
        expected.put("-retval == 29", 14);
        expected.put("!(retval >= 0)", 14);
        expected.put("arg1 >= 100 && arg1 < 200", 200);
        expected.put("arg1 < 100 || arg1 >= 990", 234);
        expected.put("arg1 <= 0x1f", 78);
        expected.put("arg1 != 5", 1998);
        expected.put("arg1 % 7 == 3", 286);
        expected.put("arg1 / 100 == 4", 200);
        expected.put("arg1 * 2 + 1 == 21", 2);
        expected.put("arg1 - 500 < -490", 34);
        expected.put("(arg1 - 500) / 3 == -2", 6);
        expected.put("(arg1 - 500) % 7 == -3", 144);
        expected.put("1 / arg1 == 0 && arg1 == 0", 2);
        expected.put("7 % (arg1 - arg1) == 0", LSEEKS);
        expected.put("arg1 & 1", 1014);
        expected.put("(arg1 | 1) == 9", 4);
        expected.put("arg1 ^ 5", 1998);
        expected.put("~arg1 == -8", 2);
        expected.put("arg1 << 2 == 40", 2);
        expected.put("arg1 >> 8 == 1", 512);
        expected.put("comm == \"first\"", LSEEKS / 2);
        expected.put("comm != \"first\" && retval >= 0", 1000);
        expected.put("tid == " + first, LSEEKS / 2);
        expected.put("pid == " + pid + " && cpu >= 0", LSEEKS);
        expected.put("duration > 0 && duration < 1h", LSEEKS);
        expected.put("duration > 1h", 0);
        return expected;
    }

    private record Measured(long count, String p50, String p90) {}

    @Test
    void conditionsLetThroughWhatTheySayAndPercentilesAreTheTargetsOwn() throws Exception {
        MustRun.recording();
        Path json = directory.resolve("calls.json");
        Map<String, Integer> expected = new LinkedHashMap<>();
        Map<String, Long> account;
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(17), List.of(), KnownArguments.class)) {
            conditions(target.pid(), target.account().get("first"))
                    .forEach((text, count) ->
                            expected.put("syscall:lseek" + (text.isEmpty() ? "" : " /" + text + "/"), count));
            expected.put("uprobe:libc:lseek64 /retval == -1/", 14);
            expected.put("uprobe:libc:lseek64 /retval > 997 && (arg2 & 0xffffffff) == 0/", 4);
            expected.put("syscall:futex /duration >= 200ms && comm == \"second\"/", KnownArguments.LONG_SLEEPS);
            expected.put("syscall:futex /duration > 4ms && comm == \"sleeper\"/", KnownArguments.SLEEPS);
            List<String> command = new ArrayList<>(List.of("latency", "-f", json.toString()));
            command.addAll(expected.keySet());
            try (Child recorder = Watch.start(target, command)) {
                Watch.all(target, recorder, Watch.OWN_LINKS + 2 + 2 * 2);
            }
            account = target.account();
        }
        List<Measured> measured = measured(json);
        assertThat(measured).hasSameSizeAs(expected.keySet());
        SoftAssertions all = new SoftAssertions();
        int row = 0;
        for (Map.Entry<String, Integer> entry : expected.entrySet()) {
            all.assertThat(measured.get(row++).count())
                    .as(entry.getKey())
                    .isEqualTo(entry.getValue().longValue());
        }
        all.assertAll();
        Measured sleeps = measured.get(row - 1);
        System.out.println("sleeps: " + sleeps + " of " + account);
        Percentage bucket = Percentage.withPercentage(3);
        assertThat(Long.parseLong(sleeps.p50())).isCloseTo(account.get("p50"), bucket);
        assertThat(Long.parseLong(sleeps.p90())).isCloseTo(account.get("p90"), bucket);
    }

    private static List<Measured> measured(Path json) throws Exception {
        List<Measured> measured = new ArrayList<>();
        Matcher table = TABLE.matcher(Files.readString(json));
        while (table.find()) {
            measured.add(new Measured(Long.parseLong(table.group(2)), table.group(3), table.group(4)));
        }
        return measured;
    }

    /** Half of the calls that fail are of each thread: what they return is no size. */
    @Test
    void whatIsReturnedIsSummedUpAndErrorsAreLeftOut() throws Exception {
        MustRun.recording();
        Path json = directory.resolve("returned.json");
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(17), List.of(), KnownArguments.class);
                Child recorder = Watch.start(
                        target, List.of("latency", "--value", "retval", "-f", json.toString(), "syscall:lseek"))) {
            Watch.all(target, recorder, Watch.OWN_LINKS + 2);
        }
        int seeks = KnownArguments.SEEKS;
        assertThat(Files.readString(json))
                .contains("\"unit\":\"number\",\"count\":" + 2 * seeks + ",\"sum\":" + seeks * (seeks - 1)
                        + ",\"min\":0,")
                .contains(",\"max\":" + (seeks - 1) + ",\"lost\":0,\"negative\":" + 2 * KnownArguments.FAILURES + ",");
    }

    @Test
    void timeInTheRunQueueIsTheKernelsOwn() throws Exception {
        MustRun.recording();
        Path collapsed = directory.resolve("runq.collapsed");
        Path json = directory.resolve("runq.json");
        Map<String, Long> account;
        Map<String, Long> slices;
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(17), List.of(), KnownRunQueue.class)) {
            Child.run("taskset", "-a", "-p", "-c", "0", Long.toString(target.pid()))
                    .ok();
            try (Child recorder = Watch.start(
                            target, List.of("record", "-e", "runq", "--total", "-t", "-f", collapsed.toString()));
                    Child measured =
                            Watch.start(target, List.of("latency", "--by", "thread", "-f", json.toString(), "runq"))) {
                Watch.all(target, recorder, Watch.OWN_LINKS + 2, measured);
                System.out.println(recorder.err());
                System.out.println(measured.out());
            }
            account = target.account();
            slices = target.account("slices");
        }
        List<String> lines = Files.readAllLines(collapsed);
        assertThat(account).hasSize(2);
        account.forEach((thread, nanos) -> {
            long waited = lines.stream()
                    .filter(line -> line.startsWith("[" + thread + " "))
                    .filter(line -> !line.contains("Console.awaitGo;")) // before the account begins
                    .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
            System.out.printf("%s: %d ns of %d in the run queue%n", thread, waited, nanos);
            assertThat(waited).as(thread).isCloseTo(nanos, Percentage.withPercentage(3));
            assertThat(nanos).as("two threads share a CPU").isGreaterThan(1_000_000_000L);
        });
        histogramIsOf(json, account.values(), slices.values());
    }

    /** Nobody waits as long as the two threads. */
    private static void histogramIsOf(Path json, Collection<Long> nanos, Collection<Long> times) throws Exception {
        String text = Files.readString(json);
        Matcher key = KEY.matcher(text);
        long count = 0;
        long sum = 0;
        for (int i = 0; i < nanos.size(); i++) {
            assertThat(key.find()).as(text).isTrue();
            count += Long.parseLong(key.group(1));
            sum += Long.parseLong(key.group(2));
        }
        long expected = times.stream().mapToLong(Long::longValue).sum();
        System.out.printf("%d waits of %d, %d ns%n", count, expected, sum);
        assertThat(text).contains("\"lost\":0");
        assertThat(sum).isCloseTo(nanos.stream().mapToLong(Long::longValue).sum(), Percentage.withPercentage(3));
        // a thread waits a few times before its account begins and after its end
        assertThat(count).isBetween(expected - 2, expected + expected * 3 / 100 + 10);
    }
}
