package dev.javelin.it.harness;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Has the kernel count how often each BPF program runs, and for how long, until it is closed. Root's. */
public final class BpfStats implements AutoCloseable {
    private static final String SWITCH = "kernel.bpf_stats_enabled";

    /** BPF_PROG_TYPE_KPROBE, which uprobes are of as well. */
    private static final Pattern KPROBE = Pattern.compile("prog_type:\\s+2\\n");

    private static final Pattern RUNS = Pattern.compile("run_cnt:\\s+(\\d+)");

    private static final Pattern RUN_TIME = Pattern.compile("run_time_ns:\\s+(\\d+)");

    private final String before = Child.run("sysctl", "-n", SWITCH).ok().out().strip();

    private BpfStats() {
        set("1");
    }

    /** From now on. */
    public static BpfStats on() {
        return new BpfStats();
    }

    /** How often the programs of a process's uprobes have run since they were loaded. */
    public long uprobeRuns(Child recorder) throws IOException {
        return sum(recorder, RUNS, info -> KPROBE.matcher(info).find());
    }

    /** How long all programs of a process have run since they were loaded; nanoseconds. */
    public long runTimeNanos(Child recorder) throws IOException {
        return sum(recorder, RUN_TIME, info -> true);
    }

    private static long sum(Child recorder, Pattern number, Predicate<String> wanted) throws IOException {
        long sum = 0;
        Path process = Path.of("/proc/" + recorder.pid());
        try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fdinfo"))) {
            for (Path file : files) {
                String info = info(file);
                Matcher found = number.matcher(info);
                if (wanted.test(info) && !info.contains("link_type") && found.find()) {
                    sum += Long.parseLong(found.group(1));
                }
            }
        }
        return sum;
    }

    private static String info(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return ""; // closed meanwhile
        }
    }

    private static void set(String value) {
        Child.run("sysctl", "-q", SWITCH + "=" + value).ok();
    }

    @Override
    public void close() {
        set(before);
    }
}
