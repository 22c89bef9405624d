package dev.javelin.collector.hotspot;

import dev.javelin.collector.elf.ElfException;
import dev.javelin.collector.elf.ElfFile;
import dev.javelin.collector.proc.MemoryUnreadable;
import dev.javelin.collector.proc.TargetMemory;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Reads the gHotSpotVM tables. libjvm exports, beside each table, the stride of its rows and the offset of each column
 * ({@code gHotSpotVMStructEntryTypeNameOffset} and so on), so that no layout is assumed here. A table ends with a row
 * whose name is null.
 */
final class VmTablesReader {
    /** No table has more rows: JDK 8 to 25 have at most about 2,000. */
    private static final int MAX_ROWS = 20_000;

    /** Looked up together: {@code .dynsym} is passed over once. */
    private static final Set<String> EXPORTS = Set.of(
            "gHotSpotVMStructs",
            "gHotSpotVMStructEntryArrayStride",
            "gHotSpotVMStructEntryTypeNameOffset",
            "gHotSpotVMStructEntryFieldNameOffset",
            "gHotSpotVMStructEntryTypeStringOffset",
            "gHotSpotVMStructEntryIsStaticOffset",
            "gHotSpotVMStructEntryOffsetOffset",
            "gHotSpotVMStructEntryAddressOffset",
            "gHotSpotVMTypes",
            "gHotSpotVMTypeEntryArrayStride",
            "gHotSpotVMTypeEntryTypeNameOffset",
            "gHotSpotVMTypeEntrySuperclassNameOffset",
            "gHotSpotVMTypeEntrySizeOffset",
            "gHotSpotVMIntConstants",
            "gHotSpotVMIntConstantEntryArrayStride",
            "gHotSpotVMIntConstantEntryNameOffset",
            "gHotSpotVMIntConstantEntryValueOffset",
            "gHotSpotVMLongConstants",
            "gHotSpotVMLongConstantEntryArrayStride",
            "gHotSpotVMLongConstantEntryNameOffset",
            "gHotSpotVMLongConstantEntryValueOffset");

    private final MemoryWindow window;
    private final ElfFile libjvm;
    private final long loadBias;
    private Map<String, Long> exports = Map.of();

    VmTablesReader(TargetMemory memory, ElfFile libjvm, long loadBias) {
        this.window = new MemoryWindow(memory);
        this.libjvm = libjvm;
        this.loadBias = loadBias;
    }

    VmTables read() throws HotSpotException {
        try {
            exports = libjvm.addresses(EXPORTS);
            Map<String, Long> constants = new HashMap<>(2048);
            readConstants("Int", constants);
            readConstants("Long", constants);
            Map<String, String> superclasses = new HashMap<>(2048);
            Map<String, Integer> sizes = readTypes(superclasses);
            return new VmTables(readFields(), sizes, superclasses, constants);
        } catch (MemoryUnreadable | ElfException e) {
            throw new HotSpotException("the gHotSpotVM tables of libjvm could not be read: " + e.getMessage(), e);
        }
    }

    private Map<String, VmField> readFields() throws HotSpotException {
        long stride = exported("gHotSpotVMStructEntryArrayStride");
        long typeAt = exported("gHotSpotVMStructEntryTypeNameOffset");
        long nameAt = exported("gHotSpotVMStructEntryFieldNameOffset");
        long typeStringAt = exported("gHotSpotVMStructEntryTypeStringOffset");
        long staticAt = exported("gHotSpotVMStructEntryIsStaticOffset");
        long offsetAt = exported("gHotSpotVMStructEntryOffsetOffset");
        long addressAt = exported("gHotSpotVMStructEntryAddressOffset");
        Map<String, VmField> fields = new HashMap<>(4096);
        long row = table("gHotSpotVMStructs");
        long typePointer = 0;
        String type = "";
        for (int i = 0; i < MAX_ROWS; i++, row += stride) {
            long pointer = window.readLong(row + typeAt);
            if (pointer == 0) {
                return filled(fields, "gHotSpotVMStructs");
            }
            if (pointer != typePointer) {
                type = window.readString(pointer);
                typePointer = pointer;
            }
            boolean isStatic = window.readInt(row + staticAt) != 0;
            long value = isStatic ? window.readLong(row + addressAt) - loadBias : window.readLong(row + offsetAt);
            String name = window.readString(window.readLong(row + nameAt));
            String typeString = window.readString(window.readLong(row + typeStringAt));
            fields.put(key(type, name), new VmField(type, name, typeString == null ? "" : typeString, isStatic, value));
        }
        throw endless("gHotSpotVMStructs");
    }

    private Map<String, Integer> readTypes(Map<String, String> superclasses) throws HotSpotException {
        long stride = exported("gHotSpotVMTypeEntryArrayStride");
        long nameAt = exported("gHotSpotVMTypeEntryTypeNameOffset");
        long superAt = exported("gHotSpotVMTypeEntrySuperclassNameOffset");
        long sizeAt = exported("gHotSpotVMTypeEntrySizeOffset");
        Map<String, Integer> sizes = new HashMap<>(2048);
        long row = table("gHotSpotVMTypes");
        for (int i = 0; i < MAX_ROWS; i++, row += stride) {
            long name = window.readLong(row + nameAt);
            if (name == 0) {
                return filled(sizes, "gHotSpotVMTypes");
            }
            String type = window.readString(name);
            String superclass = window.readString(window.readLong(row + superAt));
            sizes.put(type, (int) window.readLong(row + sizeAt));
            if (superclass != null) {
                superclasses.put(type, superclass);
            }
        }
        throw endless("gHotSpotVMTypes");
    }

    /** {@code which} is Int (4-byte values, signed) or Long (8-byte values). */
    private void readConstants(String which, Map<String, Long> into) throws HotSpotException {
        boolean isInt = which.equals("Int");
        String entry = "gHotSpotVM".concat(which).concat("ConstantEntry");
        long stride = exported(entry.concat("ArrayStride"));
        long nameAt = exported(entry.concat("NameOffset"));
        long valueAt = exported(entry.concat("ValueOffset"));
        String table = "gHotSpotVM".concat(which).concat("Constants");
        long row = table(table);
        for (int i = 0; i < MAX_ROWS; i++, row += stride) {
            long name = window.readLong(row + nameAt);
            if (name == 0) {
                return;
            }
            long value = isInt ? window.readInt(row + valueAt) : window.readLong(row + valueAt);
            into.put(window.readString(name), value);
        }
        throw endless(table);
    }

    /** Not by "+": the first use of that would load the string concatenation machinery, 20 ms of a cold start. */
    static String key(String type, String name) {
        return type.concat(".").concat(name);
    }

    private long table(String symbol) throws HotSpotException {
        long address = exported(symbol);
        if (address == 0) {
            throw new HotSpotException(symbol + " is still null: the JVM is just being loaded");
        }
        return address;
    }

    /** The value of one of the exported 8-byte variables. */
    private long exported(String symbol) throws HotSpotException {
        Long vaddr = exports.get(symbol);
        if (vaddr == null) {
            throw new HotSpotException(
                    "libjvm does not export " + symbol + ": not a HotSpot build that can be profiled");
        }
        return window.readLong(loadBias + vaddr);
    }

    private static <V> Map<String, V> filled(Map<String, V> map, String table) throws HotSpotException {
        if (map.isEmpty()) {
            throw new HotSpotException(table + " is empty: the JVM is just being loaded");
        }
        return map;
    }

    private static HotSpotException endless(String table) {
        return new HotSpotException(table + " has no end");
    }
}
