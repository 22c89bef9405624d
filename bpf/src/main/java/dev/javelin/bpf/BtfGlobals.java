package dev.javelin.bpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The global variables of a BPF object by name: their section, offset and size, from its BTF (the kernel's
 * Documentation/bpf/btf.rst, layout in linux/btf.h).
 */
final class BtfGlobals {
    /** A variable's place in the initial value of the map that holds its section. */
    record Global(String section, int offset, int size) {}

    private static final int MAGIC = 0xeb9f;
    private static final int TYPE_SIZE = 12;
    private static final int SECINFO_SIZE = 12;
    private static final int KIND_DATASEC = 15;
    /** Bytes after each kind's struct btf_type, by kind number: fixed, then for each member. */
    private static final int[] FIXED = {0, 4, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 4, 0, 0};

    private static final int[] PER_MEMBER = {0, 0, 0, 0, 12, 12, 8, 0, 0, 0, 0, 0, 0, 8, 0, 12, 0, 0, 0, 12};

    private final ByteBuffer btf;
    private final int strings;
    private final List<Integer> typeAt = new ArrayList<>();

    private BtfGlobals(ByteBuffer raw) {
        btf = raw.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (btf.remaining() < 24 || (btf.getShort(0) & 0xffff) != MAGIC) {
            throw new IllegalArgumentException("not BTF");
        }
        int header = btf.getInt(4);
        int types = header + btf.getInt(8);
        strings = header + btf.getInt(16);
        indexTypes(types, types + btf.getInt(12));
    }

    /** Every variable of every data section ({@code .rodata}, {@code .data}, {@code .bss} …). */
    static Map<String, Global> read(ByteBuffer raw) {
        BtfGlobals reader = new BtfGlobals(raw);
        Map<String, Global> globals = new HashMap<>();
        for (int at : reader.typeAt) {
            if (at > 0 && reader.kind(at) == KIND_DATASEC) {
                reader.addSection(at, globals);
            }
        }
        return globals;
    }

    private void indexTypes(int from, int to) {
        typeAt.add(0);
        int at = from;
        while (at < to) {
            typeAt.add(at);
            int kind = kind(at);
            if (kind >= FIXED.length) {
                throw new IllegalArgumentException("BTF kind " + kind + " is not known");
            }
            at += TYPE_SIZE + FIXED[kind] + PER_MEMBER[kind] * members(at);
        }
    }

    private void addSection(int section, Map<String, Global> globals) {
        for (int i = 0; i < members(section); i++) {
            int info = section + TYPE_SIZE + i * SECINFO_SIZE;
            int variable = typeAt.get(btf.getInt(info));
            globals.put(name(variable), new Global(name(section), btf.getInt(info + 4), btf.getInt(info + 8)));
        }
    }

    private int kind(int type) {
        return btf.getInt(type + 4) >>> 24 & 0x1f;
    }

    private int members(int type) {
        return btf.getInt(type + 4) & 0xffff;
    }

    private String name(int type) {
        int from = strings + btf.getInt(type);
        int to = from;
        while (btf.get(to) != 0) {
            to++;
        }
        byte[] text = new byte[to - from];
        btf.get(from, text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
