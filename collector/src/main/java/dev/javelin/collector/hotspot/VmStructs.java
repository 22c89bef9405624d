package dev.javelin.collector.hotspot;

import dev.javelin.collector.elf.ElfFile;
import dev.javelin.collector.proc.TargetMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The tables in which libjvm describes itself to debuggers ({@code vmStructs.cpp}: gHotSpotVMStructs, gHotSpotVMTypes,
 * gHotSpotVMIntConstants, gHotSpotVMLongConstants), read out of a running process. Offsets, sizes and constants come from
 * here and not from a list of versions, so a JDK that was never seen works as long as it has the entries.
 *
 * <p>Immutable and safe for use by many threads. The tables of one libjvm build are read once per collector and shared by
 * all its processes: addresses of static fields are kept relative to the load bias.
 */
public final class VmStructs {
    private static final Map<String, VmTables> BY_BUILD_ID = new ConcurrentHashMap<>();

    private final VmTables tables;
    private final long loadBias;

    private VmStructs(VmTables tables, long loadBias) {
        this.tables = tables;
        this.loadBias = loadBias;
    }

    /**
     * Reads the tables of the process behind {@code memory}.
     *
     * @param loadBias address in the process minus address in the ELF file
     * @throws HotSpotException when libjvm exports no tables, or they are not filled in (a process just starting)
     */
    public static VmStructs read(TargetMemory memory, ElfFile libjvm, long loadBias) throws HotSpotException {
        String buildId = libjvm.buildId();
        VmTables known = buildId == null ? null : BY_BUILD_ID.get(buildId);
        if (known == null) {
            known = new VmTablesReader(memory, libjvm, loadBias).read();
            if (buildId != null) {
                BY_BUILD_ID.putIfAbsent(buildId, known);
            }
        }
        return new VmStructs(known, loadBias);
    }

    /** Offset of a non-static field in bytes; the error names the missing entry. */
    public long offset(String type, String field) {
        return anyOffset(VmTablesReader.key(type, field));
    }

    /** Whether the tables have this field, static or not. */
    public boolean has(String type, String field) {
        return tables.fields.containsKey(VmTablesReader.key(type, field));
    }

    /** Absolute address of a static field in the target; the error names the missing entry. */
    public long address(String type, String field) {
        return anyAddress(VmTablesReader.key(type, field));
    }

    /**
     * The first of several names for the same field ({@code "nmethod._method", "CompiledMethod._method"}) that this JDK
     * has, or null when it has none. A static field's value is absolute in this target.
     */
    public VmField find(String... alternatives) {
        for (String dotted : alternatives) {
            VmField field = tables.fields.get(dotted);
            if (field != null) {
                return field.isStatic() ? relocated(field) : field;
            }
        }
        return null;
    }

    /** Like {@link #find}, failing with all the alternatives when none is there or the first one is static. */
    public long anyOffset(String... alternatives) {
        VmField field = find(alternatives);
        if (field == null || field.isStatic()) {
            throw missing("field", alternatives);
        }
        return field.value();
    }

    /** Like {@link #anyOffset}, {@code -1} when none is there. */
    public long offsetOrMinusOne(String... alternatives) {
        VmField field = find(alternatives);
        return field == null || field.isStatic() ? -1 : field.value();
    }

    /** Absolute address of the first of several static fields that this JDK has; fails naming all the alternatives. */
    public long anyAddress(String... alternatives) {
        VmField field = find(alternatives);
        if (field == null || !field.isStatic()) {
            throw missing("static field", alternatives);
        }
        return field.value();
    }

    /** Absolute address of the first of several static fields, or empty. */
    public OptionalLong findAddress(String... alternatives) {
        VmField field = find(alternatives);
        return field == null || !field.isStatic() ? OptionalLong.empty() : OptionalLong.of(field.value());
    }

    /** Width in bytes (1, 2, 4 or 8) of the first of several fields that this JDK has. */
    public int width(String... alternatives) {
        VmField field = find(alternatives);
        if (field == null) {
            throw missing("field", alternatives);
        }
        return tables.widthOf(field);
    }

    /** Size of a C++ class in bytes; the error names the missing entry. */
    public int sizeOf(String type) {
        Integer size = tables.sizes.get(type);
        if (size == null) {
            throw missing("type", type);
        }
        return size;
    }

    /** Whether the tables list this C++ class. */
    public boolean hasType(String type) {
        return tables.sizes.containsKey(type);
    }

    /** A C++ class of the tables and all classes derived from it that they list. */
    public Set<String> subtypes(String type) {
        Set<String> found = new LinkedHashSet<>();
        found.add(type);
        for (int before = 0;
                before != found.size(); ) { // until a round finds no more: the hierarchy is a few levels deep
            before = found.size();
            for (Map.Entry<String, String> derived : tables.superclasses.entrySet()) {
                if (found.contains(derived.getValue())) {
                    found.add(derived.getKey());
                }
            }
        }
        return found;
    }

    /** An entry of the int or long constants; the error names the missing entry. */
    public long constant(String name) {
        return anyConstant(name);
    }

    /** The first of several names of a constant that this JDK has; fails naming all the alternatives. */
    public long anyConstant(String... alternatives) {
        for (String name : alternatives) {
            Long value = tables.constants.get(name);
            if (value != null) {
                return value;
            }
        }
        throw missing("constant", alternatives);
    }

    /** A constant, or {@code fallback} where this JDK has none of that name. */
    public long constantOr(String name, long fallback) {
        return tables.constants.getOrDefault(name, fallback);
    }

    /** All fields of a C++ class; static values are absolute in this target. */
    public List<VmField> fieldsOf(String type) {
        List<VmField> found = new ArrayList<>();
        for (VmField field : tables.fields.values()) {
            if (field.type().equals(type)) {
                found.add(field.isStatic() ? relocated(field) : field);
            }
        }
        return found;
    }

    private VmField relocated(VmField field) {
        return new VmField(field.type(), field.name(), field.typeString(), true, field.value() + loadBias);
    }

    private static IllegalStateException missing(String kind, String... names) {
        String which = names.length == 1 ? names[0] : "any of " + Arrays.toString(names);
        return new IllegalStateException("this JVM's gHotSpotVM tables do not have the " + kind + " " + which);
    }
}
