package dev.javelin.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NeedsBpf
class RingBufferTest {
    private static final int EMITTED = 0;
    private static final int LOST = 1;
    private static final int DISCARDED = 3;

    private BpfObject object;
    private BpfMap ring;
    private BpfMap counters;
    private final List<Long> sequences = new ArrayList<>();

    @BeforeEach
    void load() {
        object = Kernel.probe();
        ring = object.map("ring");
        counters = object.map("counters");
        object.program("on_syscall").attachRawTracepoint("sys_enter");
    }

    @AfterEach
    void close() {
        object.close();
    }

    private void keep(ByteBuffer data, int offset, int length) {
        long sequence = data.getLong(offset);
        assertThat(data.getLong(offset + 8)).isEqualTo(~sequence);
        assertThat(length).isEqualTo((sequence & 1) == 1 ? 16 : 256);
        sequences.add(sequence);
    }

    @Test
    void shouldDeliverEachRecordOnceThroughManyWraps() {
        int total = 10_007;
        try (RingBuffer reader = new RingBuffer(ring, this::keep)) {
            int delivered = 0;
            for (int fired = 0; fired < total; fired += 7) {
                Kernel.fire(Math.min(7, total - fired));
                delivered += reader.poll();
            }
            assertThat(delivered).isEqualTo(sequences.size());
            assertThat(reader.available()).isZero();
            assertThat(reader.capacity()).isEqualTo(4096);
        }
        List<Long> expected = new ArrayList<>();
        for (long i = 0; i < total; i++) {
            if (i % 5 != 0) {
                expected.add(i);
            }
        }
        assertThat(sequences).isEqualTo(expected);
        assertThat(counters.sumPerCpu(EMITTED)).isEqualTo(expected.size());
        assertThat(counters.sumPerCpu(DISCARDED)).isEqualTo(total - expected.size());
        assertThat(counters.sumPerCpu(LOST)).isZero();
    }

    @Test
    void shouldAccountForEveryRecordWhenTheRingOverflows() {
        int total = 1009;
        Kernel.fire(total);
        try (RingBuffer reader = new RingBuffer(ring, this::keep)) {
            assertThat(reader.available()).isPositive();
            int delivered = reader.poll();
            assertThat(reader.available()).isZero();
            assertThat(delivered).isEqualTo((int) counters.sumPerCpu(EMITTED));
        }
        assertThat(counters.sumPerCpu(LOST)).isPositive();
        assertThat(counters.sumPerCpu(EMITTED) + counters.sumPerCpu(LOST) + counters.sumPerCpu(DISCARDED))
                .isEqualTo(total);
    }

    @Test
    void shouldLoseNothingWhileAnotherThreadWrites() throws Exception {
        int total = 100_003;
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> Kernel.fire(total));
        try (RingBuffer reader = new RingBuffer(ring, this::keep)) {
            while (!writer.isDone()) {
                reader.poll();
            }
            writer.get();
            reader.poll();
        }
        assertThat(sequences).isSorted().doesNotHaveDuplicates();
        assertThat((long) sequences.size()).isEqualTo(counters.sumPerCpu(EMITTED));
        assertThat(counters.sumPerCpu(EMITTED) + counters.sumPerCpu(LOST) + counters.sumPerCpu(DISCARDED))
                .isEqualTo(total);
    }

    @Test
    void shouldStopAtThePosition() {
        Kernel.fire(4);
        try (RingBuffer reader = new RingBuffer(ring, this::keep)) {
            long before = reader.written();
            int first = (int) counters.sumPerCpu(EMITTED);
            Kernel.fire(20);
            assertThat(reader.poll(before)).isEqualTo(first);
            assertThat(sequences).hasSize(first);
            assertThat(reader.poll()).isEqualTo((int) counters.sumPerCpu(EMITTED) - first);
            assertThat(reader.poll()).isZero();
        }
    }

    @Test
    void shouldGoOnAfterAHandlerThatThrows() {
        Kernel.fire(4);
        AtomicInteger calls = new AtomicInteger();
        RingBuffer.Handler failing = (data, offset, length) -> {
            if (calls.incrementAndGet() == 1) {
                throw new IllegalArgumentException("first");
            }
        };
        try (RingBuffer reader = new RingBuffer(ring, failing)) {
            assertThatThrownBy(reader::poll).hasMessage("first");
            assertThat(reader.poll()).isEqualTo(2);
        }
    }

    @Test
    void shouldGiveHandlersAReadOnlyView() {
        Kernel.fire(2);
        RingBuffer.Handler writing = (data, offset, length) -> data.put(offset, (byte) 1);
        try (RingBuffer reader = new RingBuffer(ring, writing)) {
            assertThatThrownBy(reader::poll).isInstanceOf(ReadOnlyBufferException.class);
        }
    }

    @Test
    void shouldWakeAWaiter() throws Exception {
        try (RingBuffer reader = new RingBuffer(ring, this::keep)) {
            CompletableFuture<Void> waiter = CompletableFuture.runAsync(() -> reader.await(-1));
            reader.wakeup();
            waiter.get(10, TimeUnit.SECONDS);
            reader.await(0);
        }
    }

    @Test
    void shouldEndTheWaitWhenRecordsAreThere() {
        Kernel.fire(2);
        try (RingBuffer reader = new RingBuffer(ring, this::keep)) {
            reader.await(-1);
            assertThat(reader.poll()).isEqualTo(1);
        }
    }

    @Test
    void shouldEndTheWaitOnClose() throws Exception {
        RingBuffer reader = new RingBuffer(ring, this::keep);
        CompletableFuture<Void> waiter = CompletableFuture.runAsync(() -> {
            try {
                reader.await(-1);
            } catch (IllegalStateException e) {
                // Closed before the wait began.
            }
        });
        reader.close();
        waiter.get(10, TimeUnit.SECONDS);
    }

    @Test
    void shouldGuardAgainstUseAfterClose() {
        Kernel.fire(2);
        AtomicReference<ByteBuffer> held = new AtomicReference<>();
        RingBuffer reader = new RingBuffer(ring, (data, offset, length) -> held.set(data));
        reader.poll();
        Kernel.fire(2);
        reader.close();
        reader.close();
        assertThatThrownBy(reader::poll).hasMessage("ring ring is closed");
        assertThatThrownBy(() -> reader.await(0)).isInstanceOf(IllegalStateException.class);
        assertThat(reader.available()).isZero();
        reader.wakeup();
        assertThat(held.get().getLong(0)).isZero();
        assertThat(held.get().getLong(2 * 4096 - 8)).isZero();
    }

    @Test
    void shouldNotLetItsHandlerCloseIt() {
        Kernel.fire(2);
        AtomicReference<RingBuffer> self = new AtomicReference<>();
        try (RingBuffer reader =
                new RingBuffer(ring, (data, offset, length) -> self.get().close())) {
            self.set(reader);
            assertThatThrownBy(reader::poll).hasMessage("ring ring cannot be closed by its handler");
        }
    }

    @Test
    void shouldLeakNoDescriptors() {
        long before = descriptors();
        for (int i = 0; i < 11; i++) {
            try (RingBuffer reader = new RingBuffer(ring, this::keep)) {
                reader.poll();
            }
        }
        assertThat(descriptors()).isEqualTo(before);
    }

    private static long descriptors() {
        String[] open = new java.io.File("/proc/self/fd").list();
        return open == null ? -1 : open.length;
    }
}
