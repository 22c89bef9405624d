package dev.javelin.bpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The types in BTF by their numbers (the kernel's Documentation/bpf/btf.rst, layout in linux/btf.h). Immutable. */
final class BtfTypes {
    static final int TYPE_SIZE = 12;
    private static final int MAGIC = 0xeb9f;
    /** Bytes after each kind's struct btf_type, by kind number: fixed, then for each member. */
    private static final int[] FIXED = {0, 4, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 4, 0, 0};

    private static final int[] PER_MEMBER = {0, 0, 0, 0, 12, 12, 8, 0, 0, 0, 0, 0, 0, 8, 0, 12, 0, 0, 0, 12};

    private final ByteBuffer btf;
    private final int strings;
    private int[] typeAt = new int[1 << 10];
    private int count;

    /**
     * Reads them.
     *
     * @throws IllegalArgumentException if it is no BTF, or has kinds of types that are newer than this class
     */
    BtfTypes(ByteBuffer raw) {
        btf = raw.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (btf.remaining() < 24 || (btf.getShort(0) & 0xffff) != MAGIC) {
            throw new IllegalArgumentException("not BTF");
        }
        int header = btf.getInt(4);
        int types = header + btf.getInt(8);
        strings = header + btf.getInt(16);
        indexTypes(types, types + btf.getInt(12));
    }

    private void indexTypes(int from, int to) {
        count = 1; // type 0 is void
        int at = from;
        while (at < to) {
            if (count == typeAt.length) {
                typeAt = Arrays.copyOf(typeAt, 2 * count);
            }
            typeAt[count++] = at;
            int kind = kind(at);
            if (kind >= FIXED.length) {
                throw new IllegalArgumentException("BTF kind " + kind + " is not known");
            }
            at += TYPE_SIZE + FIXED[kind] + PER_MEMBER[kind] * members(at);
        }
    }

    /** Number of types, void included. */
    int count() {
        return count;
    }

    /** Where a type is, for the other methods; 0 for void. */
    int at(int number) {
        return typeAt[number];
    }

    int kind(int at) {
        return btf.getInt(at + 4) >>> 24 & 0x1f;
    }

    boolean flag(int at) {
        return btf.getInt(at + 4) < 0;
    }

    int members(int at) {
        return btf.getInt(at + 4) & 0xffff;
    }

    /** The third word: a size in bytes, or the number of another type. */
    int sizeOrType(int at) {
        return btf.getInt(at + 8);
    }

    int word(int position) {
        return btf.getInt(position);
    }

    String name(int at) {
        int from = strings + btf.getInt(at);
        int to = from;
        while (btf.get(to) != 0) {
            to++;
        }
        byte[] text = new byte[to - from];
        btf.get(from, text);
        return new String(text, StandardCharsets.UTF_8);
    }

    /** Whether a type has this name, in ASCII. */
    boolean isNamed(int at, byte[] name) {
        int from = strings + btf.getInt(at);
        for (int i = 0; i < name.length; i++) {
            if (btf.get(from + i) != name[i]) {
                return false;
            }
        }
        return btf.get(from + name.length) == 0;
    }
}
