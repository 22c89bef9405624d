package dev.javelin.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.javelin.bpf.jna.LibC;
import dev.javelin.bpf.jna.NativeBlock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NeedsBpf
class BpfProgramTest {
    private static final int EMITTED = 0;
    private static final int COOKIES = 2;
    private static final int BPF_ENABLE_STATS = 32;

    private BpfObject object;
    private BpfMap counters;

    @BeforeEach
    void load() {
        object = Kernel.probe();
        counters = object.map("counters");
    }

    @AfterEach
    void close() {
        object.close();
    }

    @Test
    void shouldFireOnEveryRawTracepointHitUntilDetached() {
        BpfLink link = object.program("on_syscall").attach();
        Kernel.fire(7);
        link.close();
        link.close();
        Kernel.fire(3);
        // Seven sequence numbers, of which 0 and 5 are discarded.
        assertThat(counters.sumPerCpu(EMITTED)).isEqualTo(5);
        assertThat(object.map("shared").mmap().getLong(0)).isEqualTo(7);
    }

    @Test
    void shouldDetachWithTheObject() {
        object.program("on_syscall").attach();
        BpfMap shared = object.map("shared");
        Kernel.fire(2);
        assertThat(shared.mmap().getLong(0)).isEqualTo(2);
        object.close();
        Kernel.fire(2);
        assertThat(shared.fd()).isPositive();
    }

    @Test
    void shouldFireOnTheCpuClockWithItsCookie() {
        BpfProgram program = object.program("on_clock");
        for (int cpu : Cpus.online()) {
            try (PerfEvent event = PerfEvent.cpuClock(cpu, 1_000_000)) {
                program.attachPerfEvent(event, 0x1234567890L);
            }
        }
        while (counters.sumPerCpu(EMITTED) < 11) {
            Thread.onSpinWait();
        }
        assertThat(object.map("shared").mmap().getLong(8)).isEqualTo(0x1234567890L);
    }

    @Test
    void shouldFireOnATasksClock() {
        try (PerfEvent event = PerfEvent.taskClock(0, 100_000)) {
            object.program("on_clock").attachPerfEvent(event);
            while (counters.sumPerCpu(EMITTED) < 11) {
                Thread.onSpinWait();
            }
            assertThat(event.count()).isGreaterThan(11 * 100_000L / 2);
        }
    }

    @Test
    void shouldFireOnUprobes() throws Exception {
        object.program("on_uprobe").attachUprobe(-1, libc(), offsetInLibc("eventfd"), false, 13);
        for (int i = 0; i < 7; i++) {
            LibC.close(LibC.eventfd(0, 0));
        }
        assertThat(counters.sumPerCpu(COOKIES)).isEqualTo(7 * 13);
    }

    @Test
    void shouldFireOnReturnsForOneProcess() throws Exception {
        int self = (int) ProcessHandle.current().pid();
        object.program("on_uprobe").attachUprobe(self, libc(), offsetInLibc("eventfd"), true, 11);
        for (int i = 0; i < 5; i++) {
            LibC.close(LibC.eventfd(0, 0));
        }
        assertThat(counters.sumPerCpu(COOKIES)).isEqualTo(5 * 11);
    }

    @Test
    void shouldFireOnClassicTracepointsOrSayThatTracefsIsMissing() {
        BpfProgram program = object.program("on_tracepoint");
        if (KernelFeatures.hasTracefs()) {
            program.attachTracepoint("syscalls", "sys_enter_getppid", 17);
            Kernel.fire(3);
            assertThat(counters.sumPerCpu(COOKIES)).isEqualTo(3 * 17);
        } else {
            assertThatThrownBy(() -> program.attachTracepoint("syscalls", "sys_enter_getppid", 17))
                    .hasMessageStartingWith("attach on_tracepoint to syscalls:sys_enter_getppid: ENOENT (2)")
                    .hasMessageContaining("mount -t tracefs");
        }
    }

    @Test
    void shouldSayWhatItCouldNotAttachTo() {
        BpfProgram program = object.program("on_syscall");
        BpfException failure =
                catchThrowableOfType(BpfException.class, () -> program.attachRawTracepoint("no_such_point"));
        assertThat(failure.getMessage()).startsWith("attach on_syscall to no_such_point: ENOENT (2): ");
        assertThat(failure.log()).contains("on_syscall");
        assertThatThrownBy(() -> object.program("on_uprobe").attachUprobe(-1, "/no/such/file", 0, false, 0))
                .hasMessageStartingWith("attach on_uprobe to /no/such/file+0x0: ENOENT (2)");
    }

    @Test
    void shouldReadTheKernelsStatistics() {
        int stats = enableStats();
        BpfProgram program = object.program("on_syscall");
        program.attach();
        Kernel.fire(101);
        ProgramStats after = program.stats();
        LibC.close(stats);
        assertThat(after.runCount()).isGreaterThanOrEqualTo(101);
        assertThat(after.runTimeNs()).isPositive();
        assertThat(after.recursionMisses()).isNotNegative();
        assertThat(after.verifiedInstructions()).isBetween(0L, 1_000_000L);
        assertThat(program.insnCount()).isBetween(50L, 500L);
        assertThat(program.name()).isEqualTo("on_syscall");
    }

    /** The kernel measures run times as long as this descriptor is open. */
    private static int enableStats() {
        try (NativeBlock attr = new NativeBlock(Integer.BYTES)) {
            return (int) BpfException.check(
                    LibC.syscall(LibC.SYS_BPF, BPF_ENABLE_STATS, attr.address(), Integer.BYTES, 0, 0, 0), "stats", "");
        }
    }

    private static String libc() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .map(line -> line.replaceFirst(".* (/|$)", "/"))
                .filter(path -> path.endsWith("/libc.so.6"))
                .findFirst()
                .orElseThrow();
    }

    /** In glibc's text segment, addresses are file offsets. */
    private static long offsetInLibc(String function) throws IOException {
        Process readelf = new ProcessBuilder("readelf", "-W", "--dyn-syms", libc()).start();
        String symbols = new String(readelf.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        Matcher matcher = Pattern.compile("([0-9a-f]{16}) .* " + function + "@").matcher(symbols);
        assertThat(matcher.find()).isTrue();
        return Long.parseLong(matcher.group(1), 16);
    }
}
