package dev.javelin.flamegraph;

import dev.javelin.flamegraph.Explanation.Interval;
import dev.javelin.flamegraph.Explanation.Part;
import dev.javelin.flamegraph.Explanation.Slow;
import dev.javelin.flamegraph.Explanation.SlowCall;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Explanations that several tests use. */
final class ExplanationSamples {
    private static final long MS = 1_000_000;

    private ExplanationSamples() {}

    /** Id of a stack of Java methods, root first, with the last as its leaf. */
    static int stack(Profile profile, String... methods) {
        int[] ids = new int[methods.length];
        for (int i = 0; i < ids.length; i++) {
            String name = methods[i];
            int dot = name.lastIndexOf('.');
            Frame frame = dot > 0 && !name.contains("(") && !name.contains("::")
                    ? Samples.java(
                            i % 3 == 0 ? FrameType.INLINED : FrameType.JIT_COMPILED,
                            name.substring(0, dot),
                            name.substring(dot + 1))
                    : Frame.symbol(
                            name.contains("::") ? FrameType.CPP : FrameType.KERNEL, name.replace("k:", ""), null);
            ids[ids.length - 1 - i] = profile.frame(frame);
        }
        return profile.stack(ids, 0, ids.length);
    }

    /** Two slow calls of ten, with three parts that add up. */
    static Explanation small() {
        Profile profile = new Profile(false);
        int run = stack(profile, "app/Main.run", "app/Orders.place");
        int lock = stack(profile, "app/Main.run", "app/Orders.place", "app/Stock.reserve");
        int read = stack(profile, "app/Main.run", "app/Orders.place", "k:vfs_read");
        List<Part> parts = List.of(
                new Part(CallPart.ON_CPU_JAVA, "", run, 60 * MS, 10 * MS),
                new Part(CallPart.MONITOR, "app.Stock", lock, 100 * MS, 95 * MS),
                new Part(CallPart.MONITOR, "app.Cart", lock, 20 * MS, 5 * MS),
                new Part(CallPart.FILE_IO, "/var/lib/app/orders.db", read, 20 * MS, 20 * MS),
                new Part(CallPart.PARK, "", lock, 0, 0));
        SlowCall first = new SlowCall(
                300 * MS,
                80 * MS,
                "worker-1",
                "4bf92f3577b34da6a3ce929d0e0e4736",
                "00f067aa0ba902b7",
                List.of(
                        new Interval(CallPart.ON_CPU_JAVA, "", 0, 5 * MS, run),
                        new Interval(CallPart.MONITOR, "app.Stock", 5 * MS, 70 * MS, lock),
                        new Interval(CallPart.FILE_IO, "/var/lib/app/orders.db", 76 * MS, 4 * MS, read)));
        SlowCall second = new SlowCall(
                100 * MS,
                50 * MS,
                "worker-2",
                "",
                "",
                List.of(new Interval(CallPart.MONITOR, "app.Cart", 0, 50 * MS, lock)));
        Latencies latencies =
                LatencySamples.of(8 * MS, 8 * MS, 8 * MS, 9 * MS, 9 * MS, 9 * MS, 9 * MS, 10 * MS, 50 * MS, 80 * MS);
        return new Explanation(
                "com.acme.Orders.place",
                10,
                200 * MS,
                new Slow(50 * MS, 2, 130 * MS),
                parts,
                latencies,
                List.of(first, second),
                profile);
    }

    /** The same, with tasks in other threads. */
    static Explanation followed() {
        Explanation small = small();
        Profile profile = small.profile();
        int sleep = stack(profile, "app/Main$Task.run", "java/lang/Thread.sleep");
        List<Part> parts = List.of(
                new Part(CallPart.SLEEP, "in Main.Task.run", sleep, 90 * MS, 30 * MS),
                new Part(CallPart.QUEUED, "", Profile.EMPTY_STACK, 200 * MS, 0),
                new Part(CallPart.ON_CPU_JAVA, "", stack(profile, "app/Main$Task.run"), 10 * MS, 10 * MS));
        return new Explanation(
                small.method(),
                small.calls(),
                small.elapsedNanos(),
                small.slow(),
                small.parts(),
                new Explanation.HandedOver(20, 4, 100 * MS, 40 * MS, 1, parts),
                small.latencies(),
                small.goingOn(),
                small.slowest(),
                profile);
    }

    /** The same, with a call that takes longer than all others, and one that does not. */
    static Explanation goingOn(long longestNanos) {
        Explanation small = small();
        return new Explanation(
                small.method(),
                small.calls(),
                small.elapsedNanos(),
                small.slow(),
                small.parts(),
                null,
                small.latencies(),
                new Explanation.GoingOn(2, longestNanos),
                small.slowest(),
                small.profile());
    }

    /** No call, or none that was slow. */
    static Explanation withoutSlowCalls(long calls) {
        Profile profile = new Profile(false);
        List<Part> parts = calls == 0
                ? List.of()
                : List.of(
                        new Part(CallPart.PARK, "", stack(profile, "app/Main.run"), 3 * MS, 0),
                        new Part(CallPart.SOCKET, "db:5432", Profile.EMPTY_STACK, MS, 0));
        return new Explanation(
                "com.acme.Orders.place",
                calls,
                calls * 4 * MS,
                new Slow(50 * MS, 0, 0),
                parts,
                calls == 0 ? new Latencies() : LatencySamples.of(4 * MS),
                List.of(),
                profile);
    }

    /** Every hostile text is method, detail, frame and thread. */
    static Explanation hostile(String method) {
        Profile profile = Samples.hostile();
        List<Part> parts = new ArrayList<>();
        List<SlowCall> calls = new ArrayList<>();
        int[] stack = {Profile.EMPTY_STACK};
        profile.forEachAggregate((id, thread, count, value) -> stack[0] = id);
        for (String text : Samples.HOSTILE) {
            int own = stack(profile, "app/Main.run", text + "/A." + text);
            parts.add(new Part(CallPart.MONITOR, text, own, MS, MS));
            parts.add(new Part(CallPart.FILE_IO, text, stack[0], MS, 0));
            calls.add(new SlowCall(
                    0, 5 * MS, text, text, text, List.of(new Interval(CallPart.MONITOR, text, 0, MS, own))));
        }
        profile.forEachAggregate((id, thread, count, value) -> parts.add(new Part(CallPart.PARK, "", id, MS, MS)));
        return new Explanation(
                method, 10, 90 * MS, new Slow(MS, 5, 50 * MS), parts, LatencySamples.of(MS), calls, profile);
    }

    /** A web shop under load: most calls take some milliseconds, few wait for a lock, a file, and the garbage collector. */
    static Explanation realistic() {
        Random random = new Random(5);
        Profile profile = new Profile(false);
        String[] base = {
            "java/lang/Thread.run",
            "org/eclipse/jetty/util/thread/QueuedThreadPool$Runner.run",
            "org/eclipse/jetty/server/HttpChannel.handle",
            "org/eclipse/jetty/servlet/ServletHandler.doHandle",
            "com/acme/shop/web/OrderServlet.doPost",
            "com/acme/shop/Orders.place"
        };
        List<Part> parts = new ArrayList<>();
        List<List<Interval>> menus = new ArrayList<>();
        Object[][] kinds = {
            {
                CallPart.ON_CPU_JAVA,
                new String[] {""},
                21_000,
                480,
                "com/acme/shop/Basket.total",
                "java/math/BigDecimal.add"
            },
            {CallPart.ON_CPU_JVM, new String[] {""}, 900, 40, "java/lang/Object.clone", "JVM_Clone::run()"},
            {CallPart.ON_CPU_KERNEL, new String[] {""}, 1_700, 60, "java/net/SocketOutputStream.write", "k:tcp_sendmsg"
            },
            {CallPart.RUN_QUEUE, new String[] {""}, 2_600, 610, "com/acme/shop/Basket.total", "k:schedule"},
            {
                CallPart.MONITOR,
                new String[] {
                    "com.acme.shop.stock.Stock, held by \"stock-sync\"",
                    "com.acme.shop.Coupons",
                    "java.util.Hashtable",
                    "com.acme.shop.Audit"
                },
                5_400,
                4_950,
                "com/acme/shop/stock/Stock.reserve",
                "ObjectMonitor::enter(JavaThread*)"
            },
            {
                CallPart.PARK,
                new String[] {"java.util.concurrent.locks.ReentrantLock$NonfairSync", "java.util.concurrent.FutureTask"
                },
                1_200,
                700,
                "java/util/concurrent/locks/LockSupport.park",
                "Unsafe_Park::park()"
            },
            {
                CallPart.FILE_IO,
                new String[] {
                    "fsync /var/lib/shop/orders.wal", "write /var/lib/shop/orders.wal", "read /etc/shop/prices.conf"
                },
                4_800,
                1_900,
                "com/acme/shop/store/Journal.force",
                "k:ext4_sync_file"
            },
            {
                CallPart.SOCKET,
                new String[] {"read 10.0.3.17:5432", "write 10.0.3.17:5432", "read payments.example:443"},
                17_300,
                1_100,
                "org/postgresql/core/v3/QueryExecutorImpl.execute",
                "k:tcp_recvmsg"
            },
            {CallPart.PAGE_FAULT, new String[] {""}, 60, 20, "com/acme/shop/Basket.total", "k:handle_mm_fault"},
            {
                CallPart.GC_PAUSE,
                new String[] {"G1 Evacuation Pause (young)", "G1 Humongous Allocation"},
                1_500,
                1_350,
                "com/acme/shop/Basket.copy",
                "SafepointSynchronize::block(JavaThread*)"
            },
            {
                CallPart.SAFEPOINT,
                new String[] {"Deoptimize"},
                40,
                12,
                "com/acme/shop/Basket.total",
                "SafepointSynchronize::block(JavaThread*)"
            },
            {
                CallPart.CLASS_LOADING,
                new String[] {"com.acme.shop.Invoice"},
                95,
                90,
                "java/lang/ClassLoader.loadClass",
                "SystemDictionary::load_instance_class()"
            },
            {CallPart.UNKNOWN, new String[] {""}, 210, 30, "com/acme/shop/Basket.total", "k:schedule"}
        };
        long all = 0;
        long slow = 0;
        for (Object[] kind : kinds) {
            CallPart part = (CallPart) kind[0];
            String[] details = (String[]) kind[1];
            List<Interval> menu = new ArrayList<>();
            for (int i = 0; i < details.length; i++) {
                for (int variant = 0; variant < 3; variant++) {
                    List<String> methods = new ArrayList<>(Arrays.asList(base));
                    methods.add("com/acme/shop/Step" + variant + ".apply");
                    methods.add(4, "com/acme/shop/filter/Filter" + variant + ".doFilter");
                    methods.add((String) kind[4]);
                    methods.add((String) kind[5]);
                    if (variant == 2) {
                        methods.add((part + "_helper::step(int)").toLowerCase(java.util.Locale.ROOT));
                    }
                    int stack = stack(profile, methods.toArray(new String[0]));
                    double share = Math.pow(0.35, i) / (variant + 1) / 2.6;
                    long a = (long) ((int) kind[2] * share * MS);
                    long s = (long) ((int) kind[3] * share * MS);
                    parts.add(new Part(part, details[i], stack, a, s));
                    menu.add(new Interval(part, details[i], 0, 0, stack));
                    all += a;
                    slow += s;
                }
            }
            menus.add(menu);
        }
        Latencies latencies = new Latencies();
        for (int i = 0; i < 9_876; i++) {
            long value = (long) (4 * MS * Math.exp(random.nextGaussian() * 0.5));
            latencies.add(LatencySamples.of(value));
        }
        for (int i = 0; i < 124; i++) {
            latencies.add(LatencySamples.of((long) (52 * MS + 60 * MS * -Math.log(random.nextDouble()))));
        }
        List<SlowCall> calls = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            long elapsed = (412 - 31L * i) * MS + random.nextInt(1_000_000);
            calls.add(new SlowCall(
                    random.nextInt(60_000) * MS,
                    elapsed,
                    "qtp1379435698-" + (40 + random.nextInt(30)),
                    "",
                    "",
                    intervals(menus, elapsed, i == 3 ? 5_000 : 12 + random.nextInt(40), random)));
        }
        return new Explanation(
                "com.acme.shop.Orders.place",
                10_000,
                all,
                new Slow(50 * MS, 124, slow),
                parts,
                latencies,
                calls,
                profile);
    }

    private static List<Interval> intervals(List<List<Interval>> menus, long elapsed, int count, Random random) {
        double[] widths = new double[count];
        int[] menu = new int[count];
        double sum = 0;
        for (int i = 0; i < count; i++) {
            menu[i] = i % 2 == 0 ? 0 : random.nextInt(menus.size());
            widths[i] = -Math.log(random.nextDouble()) * (menu[i] == 4 ? 12 : menu[i] == 6 || menu[i] == 9 ? 5 : 1);
            sum += widths[i];
        }
        List<Interval> intervals = new ArrayList<>();
        double at = 0;
        for (int i = 0; i < count; i++) {
            List<Interval> choice = menus.get(menu[i]);
            Interval one = choice.get(random.nextInt(choice.size()));
            long from = (long) (at / sum * elapsed);
            at += widths[i];
            long to = (long) (at / sum * elapsed);
            intervals.add(new Interval(one.part(), one.detail(), from, to - from, one.stack()));
        }
        return intervals;
    }
}
