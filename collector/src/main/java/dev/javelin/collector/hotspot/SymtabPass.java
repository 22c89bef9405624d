package dev.javelin.collector.hotspot;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One pass over the variables of an ELF symbol table (Elf64_Sym, 24 bytes: st_name u4, st_info u1, st_other u1, st_shndx u2,
 * st_value u8, st_size u8) for a set of names and a prefix. Functions, five sixths of libjvm's symbols, are skipped unread.
 * Works on copies in arrays: that is several times faster as long as nothing here is compiled, which is when it runs.
 */
final class SymtabPass {
    private static final int ENTRY = 24;
    private static final int WORDS = 3;
    private static final int OBJECT = 1;
    private static final int TLS = 6;

    private final long[] symbols;
    private final byte[] strings;
    private final byte[][] wanted;
    private final int mask;
    private final byte[] prefix;
    private final Map<String, Long> found = new HashMap<>();
    private final Map<String, Long> prefixed = new HashMap<>();

    /** Both buffers from their index 0 to their limit; {@code prefix} may be null. */
    SymtabPass(ByteBuffer symbols, ByteBuffer strings, List<String> names, String prefix) {
        this.symbols = new long[symbols.limit() / ENTRY * WORDS];
        symbols.slice().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(this.symbols);
        this.strings = new byte[strings.limit()];
        strings.get(0, this.strings);
        this.prefix = prefix == null ? null : prefix.getBytes(StandardCharsets.UTF_8);
        this.mask = Integer.highestOneBit(names.size() * 8 + 8) - 1;
        this.wanted = new byte[mask + 1][];
        for (String name : names) {
            byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
            int slot = hash(bytes) & mask;
            while (wanted[slot] != null) {
                slot = (slot + 1) & mask;
            }
            wanted[slot] = bytes;
        }
    }

    Map<String, Long> found() {
        return found;
    }

    Map<String, Long> prefixed() {
        return prefixed;
    }

    void run() {
        for (int at = 0; at < symbols.length; at += WORDS) {
            int type = (int) (symbols[at] >>> 32) & 15;
            if (type == OBJECT || type == TLS) {
                match((int) symbols[at], symbols[at + 1]);
            }
        }
    }

    private void match(int name, long value) {
        if (name <= 0 || name >= strings.length) {
            return;
        }
        byte[] text = strings;
        int hash = 0;
        int end = name;
        for (byte b; end < text.length && (b = text[end]) != 0; end++) {
            hash = hash * 31 + b;
        }
        for (int slot = hash & mask; wanted[slot] != null; slot = (slot + 1) & mask) {
            if (Arrays.equals(wanted[slot], 0, wanted[slot].length, text, name, end)) {
                found.put(text(name, end), value);
            }
        }
        if (prefix != null
                && Arrays.equals(prefix, 0, prefix.length, text, name, Math.min(end, name + prefix.length))) {
            prefixed.put(text(name, end), value);
        }
    }

    private String text(int from, int to) {
        return new String(strings, from, to - from, StandardCharsets.UTF_8);
    }

    private static int hash(byte[] bytes) {
        int hash = 0;
        for (byte b : bytes) {
            hash = hash * 31 + b;
        }
        return hash;
    }
}
