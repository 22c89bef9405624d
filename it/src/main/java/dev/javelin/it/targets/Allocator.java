package dev.javelin.it.targets;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps a garbage collector at work: two threads allocate small objects and large arrays, and keep a changing part of
 * them alive in linked structures. {@code account} prints {@code objects=N}.
 */
public final class Allocator {
    private static final int KEPT = 60_000;

    private Allocator() {}

    private record Node(Node next, String text, Object payload) {}

    /** Runs until it is told to stop. */
    public static void main(String[] arguments) throws InterruptedException {
        AtomicLong objects = new AtomicLong();
        for (int i = 0; i < 2; i++) {
            Thread thread = new Thread(() -> forever(objects), "allocator-" + i);
            thread.setDaemon(true);
            thread.start();
        }
        Console console =
                new Console().on("account", () -> "objects=" + objects).listen();
        Thread.sleep(2000);
        console.ready();
        console.awaitGo();
    }

    private static void forever(AtomicLong objects) {
        Map<Integer, Node> kept = new HashMap<>();
        for (int i = 0; ; i++) {
            allocate(kept, i);
            objects.incrementAndGet();
        }
    }

    private static void allocate(Map<Integer, Node> kept, int i) {
        Node before = kept.get(i * 7919 % KEPT);
        Node cut = before == null || i % 5 == 0 ? null : new Node(null, before.text(), before.payload());
        kept.put(i % KEPT, new Node(cut, "node " + i, new long[i % 97 == 0 ? 2000 : 8]));
    }
}
