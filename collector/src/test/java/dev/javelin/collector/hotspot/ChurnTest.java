package dev.javelin.collector.hotspot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.collector.hotspot.target.Churn;
import dev.javelin.collector.proc.MemoryUnreadable;
import dev.javelin.flamegraph.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A target defines, compiles, drops and unloads classes all the time, so that the same addresses mean one method after
 * another. Frames are taken as a walk would take them, with what was true then, and resolved later: whatever is shown must be
 * what was there, or nothing.
 */
class ChurnTest {
    private static final Pattern NUMBERED = Pattern.compile(".*Numbered(\\d{5})(/0x\\w+)?");
    /** What the JVM makes for itself to call the target's methods, and lets go with them at a time that nobody is told. */
    private static final Pattern MADE_BY_JVM = Pattern.compile(".*(Generated\\w+Accessor\\d+|/0x\\w+)");

    private static final long SECONDS = 4;
    /** A busy machine may give the target little of the time. */
    private static final long PATIENCE_SECONDS = 60;

    /** What a walk saw, and what the method's name was at that moment. */
    record Seen(CodeCacheWalk.Blob blob, long constMethod, String number, boolean interpreted, int offset) {}

    @TempDir
    Path directory;

    private int right;
    private int unloaded;

    @ParameterizedTest
    @CsvSource({
        "17, -XX:+UseSerialGC",
        "17, -XX:+UseG1GC",
        "17, -XX:+UseZGC",
        "25, -XX:+UseSerialGC",
        "25, -XX:+UseG1GC",
        "25, -XX:+UseZGC"
    })
    void shouldNeverShowAnotherMethodsName(int version, String option) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> options = List.of(option, "-XX:ReservedCodeCacheSize=32m");
        Path gone = Files.write(directory.resolve("gone"), new byte[4]);
        try (JvmProcess target = JvmProcess.start(Jdk.require(version), options, Churn.class, gone.toString());
                HotSpot hotSpot = HotSpot.find(target.pid())) {
            HotSpotSymbols symbols = new HotSpotSymbols(hotSpot);
            UnloadEpoch unloading = new UnloadEpoch(hotSpot);
            int unloadings = 0;
            long end = System.nanoTime() + SECONDS * 1_000_000_000L;
            long last = System.nanoTime() + PATIENCE_SECONDS * 1_000_000_000L;
            while (System.nanoTime() < end
                    || ((unloadings == 0 || right <= Math.max(100, unloaded)) && System.nanoTime() < last)) {
                symbols.refresh();
                List<Seen> batch = executing(look(hotSpot, random), gone);
                Thread.sleep(random.nextInt(20));
                symbols.refresh();
                resolve(symbols, batch, seed);
                unloadings += unloading.advance() ? 1 : 0;
            }
            assertThat(unloadings).as("classes were unloaded").isPositive();
            assertThat(right).as("and %d unloaded", unloaded).isGreaterThan(Math.max(100, unloaded));
        }
    }

    private List<Seen> look(HotSpot hotSpot, Random random) throws HotSpotException {
        CodeLayout layout = CodeLayout.of(hotSpot);
        MethodReader reader = new MethodReader(hotSpot);
        NMethodReader nmethods = new NMethodReader(hotSpot, layout);
        List<Seen> batch = new ArrayList<>();
        for (CodeCacheWalk.Blob blob : new CodeCacheWalk(hotSpot, layout).blobs()) {
            if (blob.nmethod() && blob.method() != 0 && random.nextInt(3) == 0) {
                try {
                    MethodInfo info = reader.read(blob.method());
                    if (info != null
                            && canBeJudged(info.className)
                            && nmethods.isLive(blob.address(), blob.compileId())) {
                        batch.add(new Seen(
                                blob,
                                info.constMethod,
                                numberOf(info.className),
                                random.nextBoolean(),
                                random.nextInt(Math.max(blob.codeSize(), 1))));
                    }
                } catch (MemoryUnreadable e) {
                    // gone before it was seen
                }
            }
        }
        return batch;
    }

    /**
     * A class that is dead already still looks alive until the JVM has freed it, tens of milliseconds later where that is done
     * concurrently. No walk finds its methods; whether it is such a one can only be told of those that the target counts.
     */
    private static boolean canBeJudged(String className) {
        return NUMBERED.matcher(className).matches()
                || !MADE_BY_JVM.matcher(className).matches();
    }

    /** Only methods of classes that were not yet dropped after they were seen: others cannot be found by a walk. */
    private static List<Seen> executing(List<Seen> batch, Path gone) throws IOException {
        int last = ByteBuffer.wrap(Files.readAllBytes(gone))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getInt();
        return batch.stream()
                .filter(seen -> seen.number().isEmpty() || Integer.parseInt(seen.number()) > last)
                .toList();
    }

    private static String numberOf(String className) {
        Matcher m = NUMBERED.matcher(className);
        return m.matches() ? m.group(1) : "";
    }

    private void resolve(HotSpotSymbols symbols, List<Seen> batch, long seed) {
        for (Seen seen : batch) {
            CodeCacheWalk.Blob blob = seen.blob();
            List<Frame> frames = seen.interpreted()
                    ? symbols.interpreted(blob.method(), seen.constMethod(), 0)
                    : symbols.compiled(blob.address(), blob.compileId(), seen.offset(), blob.method());
            for (Frame frame : frames) {
                if (frame.className() == null) {
                    assertThat(frame).as("seed %d", seed).isEqualTo(HotSpotSymbols.UNLOADED);
                    unloaded++;
                    continue;
                }
                String number = numberOf(frame.className());
                if (!seen.number().isEmpty() || !number.isEmpty()) {
                    assertThat(number)
                            .as("%s of %s, seed %d", frame, seen, seed)
                            .isEqualTo(seen.number());
                    assertThat(frame.method()).as("seed %d", seed).isIn("work" + number, "inner" + number);
                    right++;
                }
            }
        }
    }
}
