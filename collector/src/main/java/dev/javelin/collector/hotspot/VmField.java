package dev.javelin.collector.hotspot;

/**
 * One row of libjvm's {@code gHotSpotVMStructs}: a field of a C++ class, as the JVM describes it.
 *
 * @param type C++ class, for example {@code "nmethod"}
 * @param name field as the table writes it, for example {@code "_compile_id"} or {@code "_flags._flags"}
 * @param typeString C++ type of the field as declared, for example {@code "const int"}; {@code ""} where the table has none
 * @param isStatic whether {@code value} is an address and not an offset
 * @param value bytes from the start of the object; for a static field its absolute address in the target
 */
public record VmField(String type, String name, String typeString, boolean isStatic, long value) {

    /** {@code "type.name"}: the form in which alternatives are written. */
    public String dotted() {
        return type + "." + name;
    }
}
