package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.BpfStats;
import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Links;
import dev.javelin.it.harness.NativeLibrary;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.KnownLatency;
import dev.javelin.it.targets.KnownNative;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Functions of native code are found whatever was done to their library, and their calls are counted once each. */
class NativeProbesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern COUNT =
            Pattern.compile("\"probe\":\\s*\"([^\"]*)\".*?\"count\":\\s*(\\d+)", Pattern.DOTALL);
    private static final int CALLS = KnownNative.CALLS;
    /** What the kernel puts where a uprobe is. */
    private static final byte BREAKPOINT = (byte) 0xcc;
    /** As many as the first instructions may have. */
    private static final int FIRST_BYTES = 5;

    /** Of every symbol, or of those only that other libraries may call. */
    private static final Map<String, Integer> EXPORTED =
            Map.of("uprobe:libprobed:alias_one", 2 * CALLS, "uprobe:libprobed:alias_*", 2 * CALLS);

    private static final Map<String, Integer> CHOSEN = Map.of("uprobe:libprobed:chosen", CALLS);
    private static final Map<String, Integer> HIDDEN = Map.of("uprobe:libprobed:hidden", 2 * CALLS);

    enum Fate {
        AS_BUILT,
        REPLACED,
        STRIPPED,
        SYMBOLS_APART
    }

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource
    void everyCallIsCountedOnce(Fate fate) throws Exception {
        MustRun.recording();
        Path library = library();
        if (fate == Fate.SYMBOLS_APART) {
            Path debug = directory.resolve("libprobed.debug");
            run("objcopy", "--only-keep-debug", library.toString(), debug.toString());
            run("strip", "--strip-all", library.toString());
            run("objcopy", "--add-gnu-debuglink=" + debug, library.toString());
        } else if (fate == Fate.STRIPPED) {
            run("strip", "--strip-all", library.toString());
        }
        Map<String, Integer> expected = new TreeMap<>(EXPORTED);
        expected.putAll(CHOSEN);
        if (fate != Fate.STRIPPED) {
            expected.putAll(HIDDEN);
        }
        try (TargetProcess target =
                TargetProcess.start(MustRun.jdk(17), List.of(), KnownNative.class, library.toString())) {
            if (fate == Fate.REPLACED) {
                Path other = Files.write(directory.resolve("other"), new byte[1 << 16]);
                Files.move(other, library, StandardCopyOption.REPLACE_EXISTING);
            }
            if (fate == Fate.STRIPPED) {
                Child.Result none =
                        Child.run(PATIENCE, line(target, List.of("record", "-e", "uprobe:libprobed:hidden")));
                assertThat(none.exit()).isEqualTo(2);
                assertThat(none.err()).hasLineCount(1).contains("libprobed has no function 'hidden'");
            }
            Path json = directory.resolve("calls.json");
            List<String> command = new ArrayList<>(List.of("latency", "-f", json.toString()));
            command.addAll(expected.keySet());
            try (Child recorder = Watch.start(target, command)) {
                Watch.all(target, recorder, Watch.OWN_LINKS + 2 * expected.size());
            }
            assertThat(counts(json)).isEqualTo(expected);
        }
    }

    /** The file has a name of its own, and in it another one, by which the dynamic linker would know it. */
    @ParameterizedTest
    @ValueSource(strings = {"path", "libprobed", "libprobed.so", "libnamed", "libnamed.so.7"})
    void aLibraryThatIsLoadedLaterIsFoundAndEveryCallCounted(String named) throws Exception {
        MustRun.recording();
        Path library = NativeLibrary.compile(
                MustRun.jdk(17),
                directory.resolve("libprobed.so"),
                List.of("probed.c", "probed_more.c"),
                List.of("-Wl,-soname,libnamed.so.7"));
        String name = named.equals("path") ? library.toString() : named;
        Map<String, Integer> expected = new TreeMap<>(Map.of(
                "uprobe:" + name + ":alias_one", 2 * CALLS,
                "uprobe:" + name + ":hidden*", 3 * CALLS,
                "uprobe:" + name + ":choice_a", CALLS));
        Path json = directory.resolve("calls.json");
        List<String> command = new ArrayList<>(List.of("latency", "-f", json.toString()));
        command.addAll(expected.keySet());
        try (TargetProcess target = later(library);
                Child recorder = Watch.start(target, command)) {
            Watch.all(target, recorder, Watch.OWN_LINKS + 2 * expected.size());
        }
        assertThat(counts(json)).isEqualTo(expected);
    }

    private TargetProcess later(Path library) {
        return TargetProcess.start(
                MustRun.jdk(17),
                List.of("-Djava.library.path=" + directory),
                KnownNative.class,
                library.toString(),
                "later");
    }

    /** What the linker has not chosen yet cannot be probed, and what is nowhere neither: both are said at once. */
    @Test
    void ofALibraryThatIsLoadedLaterItIsSaidWhatCannotBeProbed() throws Exception {
        MustRun.recording();
        try (TargetProcess target = later(library())) {
            Map.of(
                            "uprobe:libprobed:chosen",
                                    "would not fire, as the linker chooses one of several functions by the CPU (IFUNC), and has not yet",
                            "uprobe:libprobet:alias_one", "has no library 'libprobet' mapped, nor",
                            "uprobe:libprobed:alias_won", "did you mean alias_one",
                            "uprobe:/nowhere/libprobed.so:alias_one", "none is at that path")
                    .forEach((probe, why) -> {
                        Child.Result refused = Child.run(PATIENCE, line(target, List.of("latency", probe)));
                        assertThat(refused.exit()).as(refused.err()).isEqualTo(2);
                        assertThat(refused.err()).hasLineCount(1).contains(why);
                    });
            assertThat(Child.run(PATIENCE, line(target, List.of("latency", "uprobe:libprobet:alias_one")))
                            .err())
                    .contains("did you mean libprobed");
            assertThat(JavelinCommand.run("list", Long.toString(target.pid()), "uprobe:libprobed:*")
                            .ok()
                            .out()
                            .lines())
                    .contains("uprobe:libprobed:choice_a", "uprobe:libprobed:choice_b");
        }
    }

    /** There is no function of these names that is called, only one that chooses another. */
    @ParameterizedTest
    @ValueSource(strings = {"strlen", "memcpy"})
    void theFunctionThatTheLinkerHasChosenIsProbed(String function) throws Exception {
        MustRun.recording();
        try (TargetProcess target = TargetProcess.start(
                        MustRun.jdk(17), List.of(), KnownNative.class, library().toString());
                Child recorder = Watch.start(target, List.of("trace", "-n", "3", "uprobe:libc:" + function))) {
            Links.awaitOrEnd(recorder, Watch.OWN_LINKS + 1);
            finish(target);
            assertThat(recorder.await(PATIENCE).ok().out().lines())
                    .hasSize(3)
                    .allMatch(line -> line.contains("uprobe:libc:" + function + "("));
        }
    }

    /** What a probe costs lies between the clocks of the target, and in part within what is measured. */
    @Test
    void percentilesAreTheTargetsOwn() throws Exception {
        MustRun.recording();
        Path json = directory.resolve("latency.json");
        Map<String, Long> account;
        try (TargetProcess target = TargetProcess.start(
                        MustRun.jdk(17),
                        List.of(),
                        KnownLatency.class,
                        library().toString());
                Child recorder =
                        Watch.start(target, List.of("latency", "-f", json.toString(), "uprobe:libprobed:spin_for"))) {
            Watch.all(target, recorder, Watch.OWN_LINKS + 2);
            account = target.account();
        }
        String written = Files.readString(json);
        assertThat(measured(written, "count")).isEqualTo(account.get("count"));
        for (int percentile : new int[] {50, 90, 99}) {
            long measured = measured(written, "p" + percentile);
            long inner = account.get("inner" + percentile);
            long outer = account.get("outer" + percentile);
            System.out.printf("p%d: %d, %d to %d by the target's account%n", percentile, measured, inner, outer);
            assertThat(measured).as("p" + percentile).isBetween(inner * 97 / 100, outer * 103 / 100);
        }
    }

    private static long measured(String json, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":\\s*(\\d+)").matcher(json);
        assertThat(found.find()).as(name + " in " + json).isTrue();
        return Long.parseLong(found.group(1));
    }

    /** The kernel's filter of an uprobe, and not the program's, keeps other processes out: they do not even run it. */
    @Test
    void otherProcessesWithTheSameLibraryRunNoProgram() throws Exception {
        MustRun.recording();
        Path library = library();
        Path collapsed = directory.resolve("hits.collapsed");
        try (BpfStats counted = BpfStats.on();
                TargetProcess target =
                        TargetProcess.start(MustRun.jdk(17), List.of(), KnownNative.class, library.toString());
                TargetProcess other =
                        TargetProcess.start(MustRun.jdk(17), List.of(), KnownNative.class, library.toString());
                Child recorder = Watch.start(
                        target, List.of("record", "-e", "uprobe:libprobed:alias_one", "-f", collapsed.toString()))) {
            Links.await(recorder, Watch.OWN_LINKS + 1);
            byte[] probed = code(target, library);
            byte[] original = code(other, library);
            assertThat(probed).isNotEqualTo(original).contains(BREAKPOINT);
            assertThat(original).doesNotContain(BREAKPOINT).isEqualTo(codeInFile(library));
            finish(other);
            assertThat(counted.uprobeRuns(recorder)).isZero();
            finish(target);
            assertThat(counted.uprobeRuns(recorder)).isEqualTo(2 * CALLS);
            recorder.signal("INT");
            recorder.await(PATIENCE).ok();
            assertThat(ProbesIT.sum(Files.readAllLines(collapsed))).isEqualTo(2 * CALLS);
        }
    }

    /** The beginning of the function in a process. */
    private static byte[] code(TargetProcess target, Path library) throws IOException {
        String first = Files.readAllLines(Path.of("/proc/" + target.pid() + "/maps")).stream()
                .filter(line -> line.endsWith(library.toString()))
                .findFirst()
                .orElseThrow();
        long base = Long.parseUnsignedLong(first.substring(0, first.indexOf('-')), 16);
        return read(Path.of("/proc/" + target.pid() + "/mem"), base + address(library));
    }

    /** The linker leaves the code of libraries at its offset. */
    private static byte[] codeInFile(Path library) throws IOException {
        return read(library, address(library));
    }

    private static long address(Path library) {
        Matcher found = Pattern.compile("([0-9a-f]+) T alias_one\\b")
                .matcher(Child.run(MustRun.command("nm"), "-D", library.toString())
                        .ok()
                        .out());
        assertThat(found.find()).isTrue();
        return Long.parseLong(found.group(1), 16);
    }

    private static byte[] read(Path file, long at) throws IOException {
        ByteBuffer code = ByteBuffer.allocate(FIRST_BYTES);
        try (FileChannel channel = FileChannel.open(file)) {
            assertThat(channel.read(code, at)).isEqualTo(FIRST_BYTES);
        }
        return code.array();
    }

    private static void finish(TargetProcess target) {
        int from = target.outLines().size();
        target.send("go");
        target.awaitOut(from, "DONE", PATIENCE);
    }

    private Path library() throws IOException {
        return NativeLibrary.compile(
                MustRun.jdk(17), directory.resolve("libprobed.so"), List.of("probed.c", "probed_more.c"), List.of());
    }

    private static void run(String... command) {
        MustRun.command(command[0]);
        Child.run(command).ok();
    }

    private static List<String> line(TargetProcess target, List<String> command) {
        List<String> words = new ArrayList<>(JavelinCommand.line(command));
        words.add(Long.toString(target.pid()));
        return words;
    }

    private static Map<String, Integer> counts(Path json) throws IOException {
        Map<String, Integer> counts = new TreeMap<>();
        Matcher found = COUNT.matcher(Files.readString(json));
        while (found.find()) {
            counts.put(found.group(1), Integer.parseInt(found.group(2)));
        }
        return counts;
    }
}
