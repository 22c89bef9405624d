package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.MixedApp;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** At least 99.9 % of the stacks of waits and of probes' hits are walked to the thread's entry, as those of CPU samples are (WholeIT). */
class WholeEventsIT {
    private static final double NOT_WHOLE = 0.001;
    /** The thread, and where it enters user space, or runs for the first time. */
    private static final Pattern WHOLE =
            Pattern.compile("\\[.* tid=\\d+];((__)?clone3?;|start_thread;|ret_from_fork(_asm)?_\\[k]"
                    + "|(_start|java\\+0x\\p{XDigit}+);__libc_start_main|\\[off the CPU).*");

    /** Upside down; of processes that are not recorded there are only the kernel's frames. */
    private static final Pattern WAKER =
            Pattern.compile("\\[woken by];(.*(start_thread|_start|ret_from_fork(_asm)?_\\[k])"
                    + "(;(__)?clone3?)?;\\[thread [^;]*]|.*_\\[k];\\[process [^;]*])");

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "17, offcpu",
        "25, offcpu",
        "17, offcpu --wakers",
        "25, offcpu --wakers",
        "17, runq",
        "25, runq",
        "17, usdt:libjvm:hotspot:object__alloc -i 100",
        "25, usdt:libjvm:hotspot:object__alloc -i 100",
        "17, usdt:libjvm:hotspot:thread__start",
        "25, usdt:libjvm:hotspot:thread__start",
    })
    void stacksAreWhole(int major, String event) throws Exception {
        MustRun.recording();
        Path collapsed = directory.resolve("whole.collapsed");
        List<String> command = new ArrayList<>(List.of("record", "-t", "-f", collapsed.toString(), "-d"));
        command.add(Lengths.seconds(4, 20).toSeconds() + "s");
        command.add("-e");
        command.addAll(List.of(event.split(" ", -1)));
        List<String> flags = event.contains("object__alloc") ? List.of("-XX:+DTraceAllocProbes") : List.of();
        String summary;
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), flags, MixedApp.class)) {
            command.add(Long.toString(target.pid()));
            summary = JavelinCommand.run(command.toArray(String[]::new)).ok().err();
        }
        long all = 0;
        long whole = 0;
        for (String line : Files.readAllLines(collapsed)) {
            int blank = line.lastIndexOf(' ');
            long count = Long.parseLong(line.substring(blank + 1));
            all += count;
            whole += isWhole(line.substring(0, blank)) ? count : 0;
        }
        System.out.printf("whole, %s, jdk%d: %d of %d; %s%n", event, major, whole, all, summary.strip());
        assertThat(all).as(summary).isGreaterThan(event.contains("thread__start") ? 10 : 1000);
        assertThat(1 - (double) whole / all).as(summary).isLessThanOrEqualTo(Lengths.share(NOT_WHOLE, (int) all));
        Matcher complete = Pattern.compile("([0-9.]+) % complete").matcher(summary);
        assertThat(complete.find()).as(summary).isTrue();
        assertThat(1 - Double.parseDouble(complete.group(1)) / 100)
                .as(summary)
                .isLessThanOrEqualTo(Lengths.share(NOT_WHOLE, (int) all));
    }

    private static boolean isWhole(String stack) {
        int waker = stack.indexOf(";[woken by];");
        return waker < 0
                ? WHOLE.matcher(stack).matches()
                : WHOLE.matcher(stack.substring(0, waker)).matches()
                        && WAKER.matcher(stack.substring(waker + 1)).matches();
    }
}
