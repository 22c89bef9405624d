package dev.javelin.collector.hotspot.target;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/**
 * Defines classes with a number in the names of class and method, hidden ones and ones in class loaders of their own, has them
 * compiled, drops them, and has them unloaded, until it is killed. A frame whose class and method have different numbers, or
 * a number that was not that of the address then, is somebody else's. The first four bytes of the file that is its argument
 * hold the largest number that may be gone.
 */
public final class Churn {
    private static final String NUMBER = "00000";
    private static final int KEPT = 40;

    private Churn() {}

    public static void main(String[] args) throws Exception {
        byte[] template = template();
        try (FileChannel file = FileChannel.open(Path.of(args[0]), READ, WRITE)) {
            MappedByteBuffer gone = file.map(FileChannel.MapMode.READ_WRITE, 0, 4);
            gone.order(ByteOrder.LITTLE_ENDIAN);
            Deque<Method> kept = new ArrayDeque<>();
            for (int number = 1; number < 99_999; number++) {
                kept.add(define(template, String.format(Locale.ROOT, "%05d", number), number % 2 == 0));
                if (kept.size() > KEPT) {
                    gone.putInt(0, number - KEPT);
                    kept.remove();
                }
                work(kept);
                if (number % 60 == 0) {
                    gone.putInt(0, number);
                    kept.clear();
                    System.gc();
                }
                if (number == 200) {
                    System.out.println("ready");
                }
            }
        }
    }

    private static void work(Iterable<Method> methods) throws ReflectiveOperationException {
        for (Method method : methods) {
            for (int i = 0; i < 60; i++) {
                method.invoke(null, i);
            }
        }
    }

    private static byte[] template() throws IOException {
        try (InputStream in = Churn.class.getResourceAsStream("Numbered00000.class")) {
            return in.readAllBytes();
        }
    }

    private static Method define(byte[] template, String number, boolean hidden) throws Exception {
        byte[] bytes = numbered(template, number);
        Class<?> type = hidden
                ? MethodHandles.lookup().defineHiddenClass(bytes, true).lookupClass()
                : new OneClass().define(bytes);
        Method method = type.getDeclaredMethod("work" + number, int.class);
        method.setAccessible(true);
        return method;
    }

    /** The class with another number: as long as the first, so that the constant pool's lengths stay right. */
    private static byte[] numbered(byte[] template, String number) {
        byte[] from = NUMBER.getBytes(StandardCharsets.US_ASCII);
        byte[] to = number.getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < template.length; ) {
            if (startsWith(template, i, from)) {
                out.writeBytes(to);
                i += from.length;
            } else {
                out.write(template[i++]);
            }
        }
        return out.toByteArray();
    }

    private static boolean startsWith(byte[] bytes, int at, byte[] wanted) {
        for (int i = 0; i < wanted.length; i++) {
            if (at + i >= bytes.length || bytes[at + i] != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    private static final class OneClass extends ClassLoader {
        Class<?> define(byte[] bytes) {
            return defineClass(null, bytes, 0, bytes.length);
        }
    }
}
