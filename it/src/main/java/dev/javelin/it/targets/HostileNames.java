package dev.javelin.it.targets;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;

/**
 * Classes, methods and threads whose names are as bad as the JVM allows: markup, quotes, separators of every output
 * format, control characters, text outside the basic plane. Each thread runs through all methods of one class, first to
 * last.
 */
public final class HostileNames {
    /** Class names, in the JVM's form with slashes. */
    public static final List<String> CLASSES = List.of(
            "hostile/<script>alert(1)</script>",
            "hostile/a b \"onload=alert(1)\" \uD83D\uDE00 \uD834\uDD1E",
            "hostile/$'\\`&amp\u0007\u001bc\n,:*%s");

    /** Method names, in the order in which they call each other. */
    public static final List<String> METHODS = List.of(
            "a b 17",
            "quote\"'`",
            "&lt b&gt &amp &#60",
            "tab\tline\nreturn\r",
            "\u001b]0,title\u0007",
            "\uD83D\uDE00smile",
            "back\\slash\\u003b",
            "${7*7}{{7*7}}%s%n",
            "\u202Egnirts\u200b\u2028",
            "')-alert(1)-('");

    /** Thread names, one for each class. */
    public static final List<String> THREADS = List.of(
            "<script>document.title='run'</script><img src=x onerror=document.title='run'>",
            "a;b c 5",
            "]]>*/\"'`&\\\u0000\u0007\n\u001b[2J \uD83D\uDE00 " + "long".repeat(30));

    private static final int LLOAD_0 = 0x1e;
    private static final int INVOKESTATIC = 0xb8;
    private static final int LCONST_1 = 0x0a;
    private static final int LADD = 0x61;
    private static final int LRETURN = 0xad;

    private HostileNames() {}

    /** Runs until it is told to stop. */
    public static void main(String[] arguments) throws Exception {
        for (int i = 0; i < CLASSES.size(); i++) {
            MethodHandle first = define(CLASSES.get(i));
            Thread thread = new Thread(() -> forever(first), THREADS.get(i));
            thread.setDaemon(true);
            thread.start();
        }
        Console console = new Console().listen();
        Thread.sleep(1000);
        console.ready();
        console.awaitGo();
    }

    /** Called by the last method of each class. */
    public static long work(long from) {
        long x = from | 1;
        for (int i = 0; i < 20_000; i++) {
            x ^= x << 13;
            x ^= x >>> 7;
            x ^= x << 17;
        }
        return x;
    }

    private static void forever(MethodHandle first) {
        try {
            long x = 1;
            while (true) {
                x = (long) first.invokeExact(x);
            }
        } catch (Throwable broken) {
            throw new IllegalStateException(broken);
        }
    }

    private static MethodHandle define(String name) throws ReflectiveOperationException {
        ClassBytes bytes = new ClassBytes(name);
        for (int i = 0; i < METHODS.size(); i++) {
            boolean last = i + 1 == METHODS.size();
            int next = last
                    ? bytes.methodRef(HostileNames.class.getName().replace('.', '/'), "work", "(J)J")
                    : bytes.methodRef(name, METHODS.get(i + 1), "(J)J");
            ClassBytes.Code code =
                    new ClassBytes.Code().op(LLOAD_0).op2(INVOKESTATIC, next).op(LCONST_1, LADD, LRETURN);
            bytes.method(METHODS.get(i), "(J)J", 4, 2, code);
        }
        Class<?> made = ClassBytes.define(name.replace('/', '.'), bytes.toBytes());
        return MethodHandles.publicLookup()
                .findStatic(made, METHODS.get(0), MethodType.methodType(long.class, long.class));
    }
}
