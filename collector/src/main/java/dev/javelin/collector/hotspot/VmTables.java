package dev.javelin.collector.hotspot;

import java.util.Map;

/** The four tables of one libjvm build; static fields' values are relative to its load bias. Never changed once read. */
final class VmTables {
    final Map<String, VmField> fields;
    final Map<String, Integer> sizes;
    final Map<String, String> superclasses;
    final Map<String, Long> constants;

    VmTables(
            Map<String, VmField> fields,
            Map<String, Integer> sizes,
            Map<String, String> superclasses,
            Map<String, Long> constants) {
        this.fields = fields;
        this.sizes = sizes;
        this.superclasses = superclasses;
        this.constants = constants;
    }

    /** Width of a field in bytes, from its declared C++ type. */
    int widthOf(VmField field) {
        String type = field.typeString()
                .replace("const ", "")
                .replace("volatile ", "")
                .strip();
        if (type.endsWith("*")) {
            return 8;
        }
        Integer size = sizes.get(type);
        return size != null ? size : builtIn(type, field);
    }

    private static int builtIn(String type, VmField field) {
        return switch (type) {
            case "bool", "char", "u1", "uint8_t", "int8_t", "signed char", "unsigned char", "jubyte" -> 1;
            case "short", "u2", "uint16_t", "int16_t", "jushort", "unsigned short" -> 2;
            case "int", "u4", "uint", "uint32_t", "int32_t", "jint", "juint", "unsigned", "unsigned int" -> 4;
            case "long", "u8", "uint64_t", "int64_t", "intx", "uintx", "size_t", "intptr_t", "address" -> 8;
            default -> throw new IllegalStateException("unknown width of " + field.dotted() + ": " + type);
        };
    }
}
