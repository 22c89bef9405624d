package dev.javelin.bpf;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** The global variables of a BPF object by name: their section, offset and size, from its BTF. */
final class BtfGlobals {
    /** A variable's place in the initial value of the map that holds its section. */
    record Global(String section, int offset, int size) {}

    private static final int SECINFO_SIZE = 12;
    private static final int KIND_DATASEC = 15;

    private BtfGlobals() {}

    /** Every variable of every data section ({@code .rodata}, {@code .data}, {@code .bss} …). */
    static Map<String, Global> read(ByteBuffer raw) {
        BtfTypes types = new BtfTypes(raw);
        Map<String, Global> globals = new HashMap<>();
        for (int number = 1; number < types.count(); number++) {
            int at = types.at(number);
            if (types.kind(at) == KIND_DATASEC) {
                addSection(types, at, globals);
            }
        }
        return globals;
    }

    private static void addSection(BtfTypes types, int section, Map<String, Global> globals) {
        for (int i = 0; i < types.members(section); i++) {
            int info = section + BtfTypes.TYPE_SIZE + i * SECINFO_SIZE;
            int variable = types.at(types.word(info));
            globals.put(
                    types.name(variable), new Global(types.name(section), types.word(info + 4), types.word(info + 8)));
        }
    }
}
