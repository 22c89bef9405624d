package dev.javelin.collector.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.flamegraph.Frame;
import dev.javelin.flamegraph.FrameType;
import dev.javelin.flamegraph.Outputs;
import dev.javelin.flamegraph.Profile;
import dev.javelin.flamegraph.RecordingInfo;
import dev.javelin.flamegraph.ReportOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplesTest {
    private static final long INTERVAL = 10_000_000;
    private static final int DEPTH = 6;
    private static final Duration LASTED = Duration.ofSeconds(3);
    private static final int BROKEN_FILES = 500;
    private static final Frame RUN = Frame.java(FrameType.JIT_COMPILED, "com/acme/Shop", "run", "()V", 7, 3);
    private static final Frame MAIN = Frame.java(FrameType.INTERPRETED, "com/acme/Shop", "main", "()V", 9, 4);

    @TempDir
    Path directory;

    /** Leaf first, as they are told; the file is one of our own, whose native frames have no libraries. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            JAVA | [incomplete: walk ended early] main run
            __libc_start_main _start | complete
            __libc_start_main _start unknown | complete
            cont_returnBarrier | [incomplete: frozen frames of a virtual thread] cont_returnBarrier main run
            break_compiled | [incomplete: break compiled] main run
            break_no_reason | [incomplete: walk ended early] break_no_reason main run
            not_walkable_Java | [incomplete: not walkable Java] main run
            [unknown_Java] | [incomplete: unknown Java] main run
            unknown __libc_start_main _start | complete
            A B __libc_start_main _start | [incomplete: frame limit] _start __libc_start_main B A main run
            """)
    void aStackIsWholeOrSaysWhyNot(String callers, String shown) throws IOException {
        List<Frame> stack = new ArrayList<>(List.of(RUN, MAIN));
        if (!callers.equals("JAVA")) {
            for (String name : callers.split(" ", -1)) {
                stack.add(Frame.symbol(FrameType.NATIVE, name, null));
            }
        }
        Profile profile = new Profile(false);
        Walks walks = read(profile, file(stack));
        assertThat(walks.samples()).isEqualTo(3);
        assertThat(profile.sampleCount()).isEqualTo(3);
        assertThat(profile.totalValue()).isEqualTo(3 * INTERVAL);
        boolean complete = shown.equals("complete");
        assertThat(walks.complete()).isEqualTo(complete ? 3 : 0);
        if (!complete) {
            assertThat(walks.incomplete()).containsValue(3L).hasSize(1);
            assertThat(rootFirst(profile)).isEqualTo(shown);
        }
    }

    private static String rootFirst(Profile profile) {
        List<String> names = new ArrayList<>();
        profile.forEachAggregate((stack, thread, count, value) -> {
            for (int id : profile.frames(stack)) {
                names.add(0, profile.frame(id).method());
            }
        });
        return String.join(" ", names);
    }

    private byte[] file(List<Frame> leafFirst) throws IOException {
        Profile profile = new Profile(true);
        int[] ids = leafFirst.stream().mapToInt(profile::frame).toArray();
        int stack = profile.stack(ids, 0, ids.length);
        int thread = profile.thread(42, 43, "main", "main");
        for (int i = 0; i < 3; i++) {
            profile.sample(1_000 + i, thread, 0, stack, INTERVAL);
        }
        Path file = directory.resolve("samples.jfr");
        RecordingInfo info = RecordingInfo.builder()
                .event("cpu", "ns", INTERVAL)
                .duration(LASTED)
                .build();
        Outputs.write(profile, info, ReportOptions.defaults(), file);
        return Files.readAllBytes(file);
    }

    private static Walks read(Profile profile, byte[] file) throws IOException {
        UserEvent cpu = cpu(profile);
        new Samples(List.of(cpu), DEPTH, () -> {}).add(ByteBuffer.wrap(file), 42, 0, Long.MAX_VALUE);
        return cpu.walks();
    }

    private static Samples samples(Profile profile, Samples.KeepUp report) {
        return new Samples(List.of(cpu(profile)), DEPTH, report);
    }

    private static UserEvent cpu(Profile profile) {
        return new UserEvent(ProfilerEvent.CPU, "cpu", INTERVAL, profile, new Walks());
    }

    @Test
    void aFileSaysForHowLongItWasRecorded() throws IOException {
        ByteBuffer file = ByteBuffer.wrap(file(List.of(RUN, MAIN)));
        assertThat(samples(new Profile(false), () -> {}).add(file, 42, 0, Long.MAX_VALUE))
                .isEqualTo(LASTED.toNanos());
    }

    /** Who reads may be stuck, and go on much later. */
    @Test
    void afterACancelNothingIsTaken() throws IOException {
        byte[] file = file(List.of(RUN, MAIN));
        Profile profile = new Profile(false);
        AtomicReference<Samples> reading = new AtomicReference<>();
        Samples samples = samples(profile, () -> reading.get().cancel());
        reading.set(samples);
        assertThatThrownBy(() -> samples.add(ByteBuffer.wrap(file), 42, 0, Long.MAX_VALUE))
                .isInstanceOf(IOException.class);
        assertThat(profile.sampleCount()).isEqualTo(1);
        samples.checkWritten();
    }

    @Test
    void aReportThatCannotBeWrittenEndsIt() throws IOException {
        byte[] file = file(List.of(RUN, MAIN));
        Samples samples = samples(new Profile(false), () -> {
            throw new IOException("full");
        });
        assertThatThrownBy(() -> samples.add(ByteBuffer.wrap(file), 42, 0, Long.MAX_VALUE))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(samples::checkWritten).hasMessage("full");
    }

    /** One of them stands for all that were not handed over. */
    @ParameterizedTest
    @CsvSource({"10, 1000, 1000", "1000, 1000, 1000", "5000, 1000, 5000", "7, 1, 7"})
    void aShortWaitCountsAsTheInterval(long duration, long interval, long counted) {
        assertThat(Samples.waited(duration, interval)).isEqualTo(counted);
    }

    @Test
    void whatIsNoRecordingIsSaidToBeNone() {
        for (byte[] file : new byte[][] {{}, "FLR\0".getBytes(StandardCharsets.US_ASCII), new byte[200]}) {
            assertThatThrownBy(() -> read(new Profile(false), file)).isInstanceOf(IOException.class);
        }
    }

    /** The file is written inside the target. */
    @Test
    @Timeout(60)
    void aBrokenFileIsAnErrorAndNothingElse() throws IOException {
        byte[] whole = file(List.of(RUN, MAIN));
        Random random = new Random(7);
        int refused = 0;
        for (int i = 0; i < BROKEN_FILES; i++) {
            byte[] broken = whole.clone();
            for (int bytes = random.nextInt(4); bytes >= 0; bytes--) {
                broken[random.nextInt(broken.length)] = (byte) random.nextInt();
            }
            try {
                read(new Profile(false), broken);
            } catch (IOException e) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    @ParameterizedTest
    @CsvSource({
        "[B, byte[]",
        "[[J, long[][]",
        "[Ljava/lang/String;, java/lang/String[]",
        "java/lang/String, java/lang/String",
        "[, [",
        "'', ''"
    })
    void classesAreShownAsTheyAreWritten(String internal, String readable) {
        assertThat(Stacks.readable(internal)).isEqualTo(readable);
    }
}
