package dev.javelin.it.harness;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Has the kernel count how often each BPF program runs, and for how long, until it is closed. Root's. */
public final class BpfStats implements AutoCloseable {
    private static final String SWITCH = "kernel.bpf_stats_enabled";

    /** BPF_PROG_TYPE_KPROBE, which uprobes are of as well. */
    private static final Pattern KPROBE = Pattern.compile("prog_type:\\s+2\\n");

    private static final Pattern RUNS = Pattern.compile("run_cnt:\\s+(\\d+)");

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
        long runs = 0;
        Path process = Path.of("/proc/" + recorder.pid());
        try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fdinfo"))) {
            for (Path file : files) {
                String info = Files.readString(file);
                Matcher found = RUNS.matcher(info);
                if (KPROBE.matcher(info).find() && !info.contains("link_type") && found.find()) {
                    runs += Long.parseLong(found.group(1));
                }
            }
        }
        return runs;
    }

    private static void set(String value) {
        Child.run("sysctl", "-q", SWITCH + "=" + value).ok();
    }

    @Override
    public void close() {
        set(before);
    }
}
