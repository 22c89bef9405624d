package dev.javelin.collector.hotspot;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One pass over the variables of an ELF symbol table (Elf64_Sym, 24 bytes: st_name u4, st_info u1, st_other u1, st_shndx u2,
 * st_value u8, st_size u8) for a set of names and a prefix. Functions, five sixths of libjvm's symbols, are skipped unread.
 */
final class SymtabPass {
    private static final int ENTRY = 24;
    private static final int OBJECT = 1;
    private static final int TLS = 6;

    private final ByteBuffer symbols;
    private final ByteBuffer strings;
    private final byte[][] wanted;
    private final int mask;
    private final byte[] prefix;
    private final Map<String, Long> found = new HashMap<>();
    private final Map<String, Long> prefixed = new HashMap<>();

    /** Both buffers from their index 0 to their limit; {@code prefix} may be null. */
    SymtabPass(ByteBuffer symbols, ByteBuffer strings, List<String> names, String prefix) {
        this.symbols = symbols.slice().order(ByteOrder.LITTLE_ENDIAN);
        this.strings = strings.slice();
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
        for (int at = 0; at + ENTRY <= symbols.limit(); at += ENTRY) {
            int type = symbols.get(at + 4) & 15;
            if (type == OBJECT || type == TLS) {
                match(at);
            }
        }
    }

    private void match(int at) {
        int name = symbols.getInt(at);
        if (name <= 0 || name >= strings.limit()) {
            return;
        }
        int hash = 0;
        int end = name;
        for (byte b; end < strings.limit() && (b = strings.get(end)) != 0; end++) {
            hash = hash * 31 + b;
        }
        for (int slot = hash & mask; wanted[slot] != null; slot = (slot + 1) & mask) {
            if (wanted[slot].length == end - name && startsWith(name, end, wanted[slot])) {
                found.put(new String(wanted[slot], StandardCharsets.UTF_8), symbols.getLong(at + 8));
            }
        }
        if (prefix != null && startsWith(name, end, prefix)) {
            byte[] bytes = new byte[end - name];
            strings.get(name, bytes);
            prefixed.put(new String(bytes, StandardCharsets.UTF_8), symbols.getLong(at + 8));
        }
    }

    private boolean startsWith(int name, int end, byte[] start) {
        if (end - name < start.length) {
            return false;
        }
        for (int i = start.length - 1; i >= 0; i--) {
            if (strings.get(name + i) != start[i]) {
                return false;
            }
        }
        return true;
    }

    private static int hash(byte[] bytes) {
        int hash = 0;
        for (byte b : bytes) {
            hash = hash * 31 + b;
        }
        return hash;
    }
}
