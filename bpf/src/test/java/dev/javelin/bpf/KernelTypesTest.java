package dev.javelin.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.javelin.bpf.KernelTypes.Function;
import dev.javelin.bpf.KernelTypes.Value;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class KernelTypesTest {
    private static final Value POINTER = new Value(8, false);

    /** {@code static int f(const u16, loff_t *, enum E, struct S, char)}, with typedefs. */
    @Test
    void shouldFollowTypesToNumbersAndPointers() {
        KernelTypes types = KernelTypes.of(btf(
                "\0int\0u16\0loff\0E\0S\0f\0none\0",
                type(1, 1, 0, 4).putInt(1 << 24 | 32), // 1 int
                type(5, 1, 0, 2).putInt(16), // 2 an unsigned short
                type(5, 8, 0, 2), // 3 typedef u16
                type(0, 10, 0, 3), // 4 const u16
                type(9, 8, 0, 1), // 5 typedef loff
                type(0, 2, 0, 5), // 6 loff *
                type(14, 6, 1, 4).putInt(16).putInt(0), // 7 enum E of one
                type(16, 4, 0, 24), // 8 struct S
                type(0, 13, 5, 1) // 9 the prototype
                        .putInt(0)
                        .putInt(4)
                        .putInt(0)
                        .putInt(6)
                        .putInt(0)
                        .putInt(7)
                        .putInt(0)
                        .putInt(8)
                        .putInt(0)
                        .putInt(1),
                type(18, 12, 0, 9), // 10 f
                type(0, 13, 0, 0), // 11 void (void)
                type(20, 12, 0, 11))); // 12 none

        assertThat(types.function("f"))
                .contains(new Function(new Value(4, true), List.of(new Value(2, false), POINTER, new Value(4, false))));
        assertThat(types.function("none")).contains(new Function(new Value(0, false), List.of()));
        assertThat(types.function("fn")).isEmpty();
        assertThat(types.function("int")).isEmpty();
    }

    @Test
    void shouldKnowTheFunctionsOfThisKernel() {
        assumeTrue(Files.isReadable(Path.of("/sys/kernel/btf/vmlinux")), "this kernel has no BTF");
        KernelTypes types = KernelTypes.read();

        // int vfs_fsync_range(struct file *file, loff_t start, loff_t end, int datasync)
        assertThat(types.function("vfs_fsync_range"))
                .contains(new Function(
                        new Value(4, true),
                        List.of(POINTER, new Value(8, true), new Value(8, true), new Value(4, true))));
        assertThat(types.function("no_such_function")).isEmpty();
    }

    private static ByteBuffer type(int name, int kind, int members, int sizeOrType) {
        return ByteBuffer.allocate(64)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(name)
                .putInt(kind << 24 | members)
                .putInt(sizeOrType);
    }

    private static ByteBuffer btf(String strings, ByteBuffer... types) {
        ByteBuffer all = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
        all.position(24);
        for (ByteBuffer type : types) {
            all.put(type.flip());
        }
        int typeBytes = all.position() - 24;
        all.put(strings.getBytes(StandardCharsets.US_ASCII));
        int end = all.position();
        all.putShort(0, (short) 0xeb9f).putInt(4, 24).putInt(8, 0).putInt(12, typeBytes);
        all.putInt(16, typeBytes).putInt(20, end - 24 - typeBytes);
        return all.flip();
    }
}
