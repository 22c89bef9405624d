package dev.javelin.it.targets;

import java.util.concurrent.atomic.AtomicLong;

/**
 * One thread that does the same over and over at the end of a stack of so many frames (the argument; 40) that no compiler
 * can merge. {@code account} prints {@code ops=N cpu=NANOS wall=NANOS}: operations done, CPU time of the thread, and the
 * clock.
 */
public final class Steady {
    private static final int WORK = 20_000;

    private final AtomicLong ops = new AtomicLong();
    private final AtomicLong cpu = new AtomicLong();

    private interface Link {
        /** Passes on to the next. */
        long pass(long x);
    }

    private record First(Link next) implements Link {
        @Override
        public long pass(long x) {
            return next.pass(x) + 1;
        }
    }

    private record Second(Link next) implements Link {
        @Override
        public long pass(long x) {
            return next.pass(x) ^ 2;
        }
    }

    private record Third(Link next) implements Link {
        @Override
        public long pass(long x) {
            return next.pass(x) - 3;
        }
    }

    private record Last() implements Link {
        @Override
        public long pass(long x) {
            long y = x | 1;
            for (int i = 0; i < WORK; i++) {
                y ^= y << 13;
                y ^= y >>> 7;
                y ^= y << 17;
            }
            return y;
        }
    }

    /** Runs until it is told to stop. */
    public static void main(String[] arguments) throws InterruptedException {
        Steady steady = new Steady();
        int depth = arguments.length == 0 ? 40 : Integer.parseInt(arguments[0]);
        Thread worker = new Thread(() -> steady.work(chain(depth)), "steady");
        worker.setDaemon(true);
        worker.start();
        Console console = new Console().on("account", steady::account).listen();
        Thread.sleep(2000);
        console.ready();
        console.awaitGo();
    }

    private String account() {
        return "ops=" + ops + " cpu=" + cpu + " wall=" + System.nanoTime();
    }

    private void work(Link first) {
        long x = 1;
        while (true) {
            for (int i = 0; i < 20; i++) {
                x = first.pass(x);
            }
            ops.addAndGet(x == 0 ? 0 : 20);
            cpu.set(Activities.cpu());
        }
    }

    /** The order of the classes follows no pattern, so that each call sees all of them. */
    private static Link chain(int depth) {
        Link link = new Last();
        int random = 17;
        for (int i = 0; i < depth; i++) {
            random = random * 1103515245 + 12345;
            link = switch ((random >>> 16) % 3) {
                case 0 -> new First(link);
                case 1 -> new Second(link);
                default -> new Third(link);
            };
        }
        return link;
    }
}
