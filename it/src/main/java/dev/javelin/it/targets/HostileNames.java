package dev.javelin.it.targets;

import dev.javelin.it.targets.ClassBytes.Code;
import java.lang.reflect.Method;

/** Busy threads whose thread, class and method names would do harm in a report that did not escape them. */
public final class HostileNames {
    /** Everything that the JVM allows in a class name: not {@code . ; [ /}. */
    public static final String CLASS = "<img src=x onerror=alert(1)>\"'\u2028\ud83d\ude00";

    /** Everything that the JVM allows in a method name: not those and {@code < >} either. */
    public static final String METHOD = "a b'\"`\\{}&amp\n\t\u001b]0\u0007\ud83d\ude00";

    public static final String THREAD = "</script><script>document.title='pwned'</script>;a b\n\ud83d\ude00";

    private static volatile long sink;

    private HostileNames() {}

    public static void main(String[] arguments) throws Exception {
        ClassBytes bytes = new ClassBytes(CLASS);
        int work = bytes.methodRef("dev/javelin/it/targets/HostileNames", "work", "()V");
        // invokestatic work; return
        bytes.method(METHOD, "()V", 0, 0, new Code().op2(0xb8, work).op(0xb1));
        Method method = ClassBytes.define(CLASS, bytes.toBytes()).getMethod(METHOD);
        Thread thread = new Thread(
                () -> {
                    while (true) {
                        call(method);
                    }
                },
                THREAD);
        thread.start();
        System.out.println("READY");
        thread.join();
    }

    private static void call(Method method) {
        try {
            method.invoke(null);
        } catch (ReflectiveOperationException broken) {
            throw new IllegalStateException(broken);
        }
    }

    /** Called by the class with the hostile name. */
    public static void work() {
        long x = sink;
        for (int i = 0; i < 1_000_000; i++) {
            x = x * 31 + i;
        }
        sink = x;
    }
}
