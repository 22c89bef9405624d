package dev.javelin.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Kernel stacks that are recognised (kernel_stacks.h) are those that the kernel finds when it unwinds, on every switch and wake-up of this machine. */
@NeedsBpf
class KernelStacksTest {
    private static final int KNOWN = 0;
    private static final int UNWOUND = 1;
    private static final int DIFFERENT = 2;
    private static final int WAKING = 3;
    private static final int CONTEXTS = 4;
    private static final int HAND_OVERS = 20_000;
    /** Pipes, files, new processes and their ends, page faults, time slices that run out. */
    private static final String WORK =
            "for i in 1 2 3; do find /usr/share -type f | head -3000 | xargs cat | gzip -1 | wc -c; sleep 0.01; done";

    @Test
    @Timeout(120)
    void shouldBeThoseThatTheKernelUnwinds() throws Exception {
        try (BpfObject object = open()) {
            object.program("on_switch").attach();
            object.program("on_waking").attach();
            Process first = start();
            Process second = start();
            handOver();
            assertThat(first.waitFor()).isZero();
            assertThat(second.waitFor()).isZero();
            BpfMap counters = object.map("counters");
            long known = counters.sumPerCpu(KNOWN);
            long waking = counters.sumPerCpu(WAKING);
            assertThat(counters.sumPerCpu(DIFFERENT)).isZero();
            assertThat(known).isGreaterThan(HAND_OVERS / 10);
            assertThat(waking).isGreaterThan(HAND_OVERS / 10);
            assertThat(known + waking).isGreaterThan(counters.sumPerCpu(UNWOUND));
        }
    }

    private static BpfObject open() throws Exception {
        try (InputStream elf = KernelStacksTest.class.getResourceAsStream("kernel_stacks.bpf.o")) {
            BpfObject object = BpfObject.open(elf.readAllBytes(), "kernel_stacks");
            object.global("contexts", CONTEXTS);
            object.maxEntries("scratch", Cpus.possible() * CONTEXTS);
            object.load();
            return object;
        }
    }

    private static Process start() throws Exception {
        return new ProcessBuilder("sh", "-c", WORK)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectErrorStream(true)
                .start();
    }

    /** Two threads wait for each other, in turn, by pipes: there nobody spins. */
    private static void handOver() throws Exception {
        Pipe there = Pipe.open();
        Pipe back = Pipe.open();
        Thread other = new Thread(() -> handOver(there, back));
        other.start();
        back.sink().write(ByteBuffer.allocate(1));
        handOver(back, there);
        other.join();
    }

    private static void handOver(Pipe from, Pipe to) {
        try {
            for (int i = 0; i < HAND_OVERS / 2; i++) {
                from.source().read(ByteBuffer.allocate(1));
                to.sink().write(ByteBuffer.allocate(1));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
