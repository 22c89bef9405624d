package dev.javelin.collector.probe;

/**
 * Where the argument of a USDT probe is when the probe fires.
 *
 * <ul>
 *   <li>{@code REGISTER}: the lowest {@code size} bytes of {@code register >>> shift}
 *   <li>{@code MEMORY}: {@code size} bytes at {@code register + index * scale + value}; a register that is null counts as 0
 *   <li>{@code CONSTANT}: {@code value}
 *   <li>{@code UNKNOWN}: not understood, or not to be had outside of the process
 * </ul>
 *
 * @param kind what it is
 * @param register the register, or the base of the address; null if there is none
 * @param index the address's second register; null if there is none
 * @param scale what {@code index} is multiplied by: 1, 2, 4 or 8; 0 without index
 * @param value the constant, or what is added to the address
 * @param shift 8 for the second byte of a register ({@code %ah}), else 0; bits
 * @param size bytes: 1, 2, 4 or 8; 0 if unknown
 * @param signed whether it is a signed number
 */
public record ArgumentLocation(
        Kind kind,
        X86Register register,
        X86Register index,
        int scale,
        long value,
        int shift,
        int size,
        boolean signed) {

    /** How an argument is reached. */
    public enum Kind {
        REGISTER,
        MEMORY,
        CONSTANT,
        UNKNOWN
    }

    static ArgumentLocation unknown(int size, boolean signed) {
        return new ArgumentLocation(Kind.UNKNOWN, null, null, 0, 0, 0, size, signed);
    }

    /** Its type as the kernel's probe syntax has it: {@code u8}, {@code s32}, {@code u64}; {@code ?} if it cannot be read. */
    public String type() {
        return kind == Kind.UNKNOWN ? "?" : (signed ? "s" : "u") + size * 8;
    }
}
