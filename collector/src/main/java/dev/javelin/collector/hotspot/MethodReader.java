package dev.javelin.collector.hotspot;

import dev.javelin.collector.proc.MemoryUnreadable;
import dev.javelin.collector.proc.TargetMemory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Reads a Method and its names from the target: Method → ConstMethod → ConstantPool → Symbols, and the holder's Klass. Each
 * step is checked; what is not a Method gives null. For one thread.
 */
final class MethodReader {
    private static final int VTABLE_WORDS = 10;
    private static final int MAX_CONST_METHOD = 1 << 20;
    private static final int SYMBOL_GUESS = 120;

    private final TargetMemory memory;
    private final Scratch scratch;
    private final boolean withoutZero;
    private final int constMethodAt;
    private final int constMethodHeader;
    private final int constantsAt;
    private final int sizeAt;
    private final int flagsAt;
    private final int flagsWidth;
    private final long hasLines;
    private final int codeSizeAt;
    private final int nameAt;
    private final int signatureAt;
    private final int poolHolderAt;
    private final int poolLengthAt;
    private final int poolHeader;
    private final int klassNameAt;
    private final int symbolLengthAt;
    private final int symbolBodyAt;
    private final long libjvmVtable;
    private final boolean strictVtable;
    private final Set<Long> vtables = new HashSet<>();

    MethodReader(HotSpot hotSpot) {
        VmStructs structs = hotSpot.structs();
        memory = hotSpot.mem();
        scratch = new Scratch(memory);
        withoutZero = hotSpot.majorVersion() >= 20;
        constMethodAt = (int) structs.anyOffset("Method._constMethod");
        constMethodHeader = structs.sizeOf("ConstMethod");
        constantsAt = (int) structs.anyOffset("ConstMethod._constants");
        sizeAt = (int) structs.anyOffset("ConstMethod._constMethod_size");
        flagsAt = (int) structs.anyOffset("ConstMethod._flags._flags", "ConstMethod._flags");
        flagsWidth = structs.width("ConstMethod._flags._flags", "ConstMethod._flags");
        hasLines = structs.anyConstant(
                "ConstMethodFlags::_misc_has_linenumber_table", "ConstMethod::_has_linenumber_table");
        codeSizeAt = (int) structs.anyOffset("ConstMethod._code_size");
        nameAt = (int) structs.anyOffset("ConstMethod._name_index");
        signatureAt = (int) structs.anyOffset("ConstMethod._signature_index");
        poolHolderAt = (int) structs.anyOffset("ConstantPool._pool_holder");
        poolLengthAt = (int) structs.anyOffset("ConstantPool._length");
        poolHeader = structs.sizeOf("ConstantPool");
        klassNameAt = (int) structs.anyOffset("Klass._name");
        symbolLengthAt = (int) structs.anyOffset("Symbol._length");
        symbolBodyAt = (int) structs.anyOffset("Symbol._body[0]", "Symbol._body");
        Map<String, Long> statics = hotSpot.statics();
        Long symbol = statics.get(LibjvmStatics.METHOD_VTABLE);
        libjvmVtable = symbol == null ? 0 : symbol + LibjvmStatics.VTABLE_HEADER;
        // JDK 8 patches the vtables of its archive with other code: nothing to compare with
        strictVtable = libjvmVtable != 0 && hotSpot.majorVersion() >= 9;
        vtables.add(libjvmVtable);
    }

    /**
     * Reads the method as it is now.
     *
     * @return null when there is no Method at that address, or it changed while it was read
     * @throws MemoryUnreadable when a pointer on the way leads nowhere
     */
    MethodInfo read(long method) {
        if (!isPointer(method)) {
            return null;
        }
        long constMethod = constMethodOf(method);
        if (!isPointer(constMethod)) {
            return null;
        }
        ByteBuffer header = scratch.read(constMethod, constMethodHeader);
        long pool = header.getLong(constantsAt);
        int words = header.getInt(sizeAt);
        int codeSize = header.getShort(codeSizeAt) & 0xffff;
        int name = header.getShort(nameAt) & 0xffff;
        int signature = header.getShort(signatureAt) & 0xffff;
        long flags = flagsWidth == 4 ? header.getInt(flagsAt) : header.getShort(flagsAt) & 0xffff;
        long size = words * 8L;
        if (!isPointer(pool) || size < constMethodHeader + codeSize || size > MAX_CONST_METHOD) {
            return null;
        }
        LineTable lines = (flags & hasLines) == 0
                ? LineTable.NONE
                : lines(constMethod + constMethodHeader + codeSize, (int) size - constMethodHeader - codeSize);
        MethodInfo info = named(method, constMethod, pool, name, signature, lines);
        return info != null && constMethodOf(method) == constMethod ? info : null;
    }

    /** Method._constMethod of what is a Method by its vtable; 0 of anything else. */
    long constMethodOf(long method) {
        ByteBuffer header = scratch.read(method, constMethodAt + 8);
        long vtable = header.getLong(0);
        long constMethod = header.getLong(constMethodAt);
        return isMethodVtable(vtable) ? constMethod : 0;
    }

    private MethodInfo named(long method, long constMethod, long pool, int name, int signature, LineTable lines) {
        ByteBuffer header = scratch.read(pool, poolHeader);
        long holder = header.getLong(poolHolderAt);
        int length = header.getInt(poolLengthAt);
        if (!isPointer(holder) || name == 0 || name >= length || signature == 0 || signature >= length) {
            return null;
        }
        String methodName = symbol(poolEntry(pool, name));
        String descriptor = symbol(poolEntry(pool, signature));
        String className = symbol(memory.readLong(holder + klassNameAt));
        if (!MethodNames.plausible(className, methodName, descriptor)) {
            return null;
        }
        return new MethodInfo(
                method, constMethod, holder, MethodNames.readable(className), methodName, descriptor, lines);
    }

    private long poolEntry(long pool, int index) {
        return memory.readLong(pool + poolHeader + 8L * index) & ~1L;
    }

    /** Text of a Symbol; null when it is none. */
    private String symbol(long symbol) {
        if (!isPointer(symbol)) {
            return null;
        }
        ByteBuffer bytes = scratch.readUpTo(symbol, symbolBodyAt + SYMBOL_GUESS);
        int length = bytes.getShort(symbolLengthAt) & 0xffff;
        if (symbolBodyAt + length > bytes.limit()) {
            bytes = scratch.read(symbol, symbolBodyAt + length);
        }
        return SymbolText.decode(bytes, symbolBodyAt, length);
    }

    private LineTable lines(long address, int room) {
        byte[] bytes = new byte[Math.min(room, MAX_CONST_METHOD)];
        scratch.read(address, bytes.length).get(0, bytes);
        return LineTable.cut(bytes, withoutZero);
    }

    /** The vtable in libjvm, or a copy of it: methods of the class data archive have theirs there. */
    private boolean isMethodVtable(long vtable) {
        if (vtables.contains(vtable) || !strictVtable) {
            return true;
        }
        if (!isPointer(vtable)) {
            return false;
        }
        try {
            int bytes = VTABLE_WORDS * 8;
            if (Arrays.equals(memory.readBytes(vtable, bytes), memory.readBytes(libjvmVtable, bytes))) {
                vtables.add(vtable);
                return true;
            }
        } catch (MemoryUnreadable e) {
            return false;
        }
        return false;
    }

    /** Word-aligned, and in the lower half of the address space above its first page. */
    static boolean isPointer(long address) {
        return (address & 7) == 0 && address > 4096 && address < 1L << 47;
    }
}
