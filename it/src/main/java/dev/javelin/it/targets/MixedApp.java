package dev.javelin.it.targets;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongUnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Something of everything that applications do: text, collections, streams, compression, digests, files, locks,
 * exceptions, reflection, short threads and garbage, on four threads that each do all of it in turn. {@code account}
 * prints how often each was done.
 */
public final class MixedApp {
    private static final int THREADS = 4;
    private static final Pattern WORD = Pattern.compile("(\\w+)[ ,.]+(?=[a-m])");

    private final Map<String, Callable<Long>> works = new HashMap<>();
    private final Map<String, LongAdder> done = new ConcurrentHashMap<>();
    private final Map<Integer, String> shared = new ConcurrentHashMap<>();
    private final Object lock = new Object();
    private final Path file;
    private volatile long sink;

    private MixedApp() throws IOException {
        file = Files.createTempFile("javelin-target", ".txt");
        file.toFile().deleteOnExit();
        works.put("text", this::text);
        works.put("collections", this::collections);
        works.put("streams", this::streams);
        works.put("zip", this::zip);
        works.put("digest", this::digest);
        works.put("files", this::files);
        works.put("locks", this::locks);
        works.put("exceptions", this::exceptions);
        works.put("proxies", this::proxies);
        works.put("threads", this::threads);
        works.put("garbage", this::garbage);
        works.keySet().forEach(name -> done.put(name, new LongAdder()));
    }

    /**
     * Runs until it is told to stop; with the argument {@code cold} it is ready at once, with {@code steady} it starts no threads
     * but its own.
     */
    public static void main(String[] arguments) throws Exception {
        MixedApp app = new MixedApp();
        List<String> options = List.of(arguments);
        if (options.contains("steady")) {
            app.works.remove("threads");
        }
        for (int i = 0; i < THREADS; i++) {
            Thread worker = new Thread(app::forever, "worker-" + i);
            worker.start();
        }
        Console console = new Console().on("account", app::account).listen();
        if (!options.contains("cold")) {
            Thread.sleep(3000);
        }
        console.ready();
    }

    private void forever() {
        try {
            while (true) {
                for (Map.Entry<String, Callable<Long>> work : works.entrySet()) {
                    keep(work.getValue().call());
                    done.get(work.getKey()).increment();
                }
            }
        } catch (Exception broken) {
            throw new IllegalStateException(broken);
        }
    }

    private void keep(long x) {
        sink = x;
    }

    private String account() {
        return done.entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(" "));
    }

    private long text() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            text.append("word")
                    .append(i * 7919 % 1000)
                    .append(i % 3 == 0 ? ", " : " ")
                    .append((char) ('a' + i % 26));
        }
        long matches = WORD.matcher(text).results().count();
        return matches + String.format("%08.3f|%s", matches / 3.0, text).length();
    }

    private long collections() {
        Map<String, Integer> counts = new HashMap<>();
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            counts.merge("k" + (i * 31 % 400), 1, Integer::sum);
            numbers.add(i * 7919 % 4001);
            shared.put(i % 512, "v" + i);
        }
        numbers.sort(Comparator.comparing((Integer n) -> n % 10).thenComparing(Comparator.reverseOrder()));
        return (long) counts.size() + numbers.get(17);
    }

    private long streams() {
        long parallel =
                LongStream.range(0, 20_000).parallel().map(x -> x * x % 1013).sum();
        return parallel
                + IntStream.range(0, 1000)
                        .boxed()
                        .filter(x -> x % 3 != 0)
                        .collect(Collectors.groupingBy(x -> x % 17, Collectors.counting()))
                        .size();
    }

    private long zip() {
        byte[] in = "the quick brown fox jumps over the lazy dog".repeat(100).getBytes(StandardCharsets.UTF_8);
        byte[] out = new byte[in.length];
        Deflater deflater = new Deflater();
        deflater.setInput(in);
        deflater.finish();
        CRC32 crc = new CRC32();
        crc.update(out, 0, deflater.deflate(out));
        deflater.end();
        return crc.getValue();
    }

    private long digest() throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-1").digest(new byte[20_000])[3];
    }

    private long files() throws IOException {
        Path mine =
                file.resolveSibling(file.getFileName() + Thread.currentThread().getName());
        Files.writeString(mine, "line\n".repeat(500));
        long lines = Files.readAllLines(mine).size();
        Files.delete(mine);
        return lines;
    }

    private long locks() {
        long sum = 0;
        for (int i = 0; i < 300; i++) {
            synchronized (lock) {
                sum += i ^ sink;
            }
        }
        return sum;
    }

    private long exceptions() {
        long caught = 0;
        for (int i = 0; i < 40; i++) {
            try {
                Integer.parseInt("no number " + i);
            } catch (NumberFormatException wanted) {
                caught += wanted.getMessage().length();
            }
        }
        return caught;
    }

    private long proxies() throws ReflectiveOperationException {
        LongUnaryOperator proxy = (LongUnaryOperator) Proxy.newProxyInstance(
                MixedApp.class.getClassLoader(),
                new Class<?>[] {LongUnaryOperator.class},
                (self, method, arguments) -> (Long) arguments[0] + 1);
        long sum = 0;
        for (int i = 0; i < 300; i++) {
            sum += proxy.applyAsLong(i);
            sum += (Integer) String.class.getMethod("length").invoke("text");
        }
        return sum;
    }

    private long threads() throws InterruptedException {
        Thread thread = new Thread(
                () -> keep(IntStream.range(0, 20_000).mapToLong(x -> x ^ sink).sum()), "short");
        thread.start();
        thread.join();
        return 1;
    }

    private long garbage() {
        List<byte[]> garbage = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            garbage.add(new byte[8192]);
        }
        return garbage.size();
    }
}
