package dev.javelin.bpf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The types of the kernel's functions, as its BTF has them; those of modules are not looked at. Immutable. */
public final class KernelTypes {
    /**
     * A value in a register.
     *
     * @param bytes 1, 2, 4 or 8; 0 for void
     * @param signed whether it is a signed number
     */
    public record Value(int bytes, boolean signed) {}

    /**
     * A function's values.
     *
     * @param parameters up to the first one that is no number or pointer, and is passed otherwise
     */
    public record Function(Value returned, List<Value> parameters) {
        public Function {
            parameters = List.copyOf(parameters);
        }
    }

    private static final Path BTF = Path.of("/sys/kernel/btf/vmlinux");
    private static final int KIND_INT = 1;
    private static final int KIND_PTR = 2;
    private static final int KIND_ENUM = 6;
    private static final int KIND_TYPEDEF = 8;
    private static final int KIND_VOLATILE = 9;
    private static final int KIND_CONST = 10;
    private static final int KIND_RESTRICT = 11;
    private static final int KIND_FUNC = 12;
    private static final int KIND_TYPE_TAG = 18;
    private static final int KIND_ENUM64 = 19;
    private static final int INT_SIGNED = 1 << 24;
    private static final int PARAMETER_SIZE = 8;
    /** Those of more are passed in memory. */
    private static final int MOST_REGISTERS = 6;
    /** Typedefs of typedefs: no more than are sensible. */
    private static final int LONGEST_CHAIN = 32;

    /** Null if there are none. */
    private final BtfTypes types;

    private KernelTypes(BtfTypes types) {
        this.types = types;
    }

    /** Those of this kernel; of one without BTF, or with one that cannot be read, no function is known. */
    public static KernelTypes read() {
        try {
            return of(ByteBuffer.wrap(Files.readAllBytes(BTF)));
        } catch (IOException | IllegalArgumentException e) {
            return new KernelTypes(null);
        }
    }

    static KernelTypes of(ByteBuffer raw) {
        return new KernelTypes(new BtfTypes(raw));
    }

    /** A function's types; empty if it is not known. */
    public Optional<Function> function(String name) {
        int at = prototypeOf(name);
        return at < 0 ? Optional.empty() : Optional.of(prototype(at));
    }

    /** Whether all that a function takes and returns are numbers and pointers in registers, so that any kernel can trace it by fentry and fexit. */
    public boolean isPlain(String name) {
        int at = prototypeOf(name);
        return at >= 0
                && types.members(at) <= MOST_REGISTERS
                && prototype(at).parameters().size() == types.members(at)
                && value(types.sizeOrType(at)) != null;
    }

    /** Where a function's prototype is; -1 if it is not known. */
    private int prototypeOf(String name) {
        byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
        for (int number = 1; types != null && number < types.count(); number++) {
            int at = types.at(number);
            if (types.kind(at) == KIND_FUNC && types.isNamed(at, ascii)) {
                return types.at(types.sizeOrType(at));
            }
        }
        return -1;
    }

    private Function prototype(int at) {
        List<Value> parameters = new ArrayList<>();
        for (int i = 0; i < types.members(at); i++) {
            Value value = value(types.word(at + BtfTypes.TYPE_SIZE + i * PARAMETER_SIZE + 4));
            if (value == null || value.bytes() == 0) {
                break; // passed in several registers or in memory; or there may be any number more
            }
            parameters.add(value);
        }
        Value returned = value(types.sizeOrType(at));
        return new Function(returned == null ? new Value(Long.BYTES, false) : returned, parameters);
    }

    /** Null for what is neither number nor pointer. */
    private Value value(int type) {
        int number = type;
        for (int i = 0; i < LONGEST_CHAIN && number != 0; i++) {
            int at = types.at(number);
            switch (types.kind(at)) {
                case KIND_TYPEDEF, KIND_VOLATILE, KIND_CONST, KIND_RESTRICT, KIND_TYPE_TAG ->
                    number = types.sizeOrType(at);
                case KIND_PTR -> {
                    return new Value(Long.BYTES, false);
                }
                case KIND_INT -> {
                    int bytes = types.sizeOrType(at);
                    boolean signed = (types.word(at + BtfTypes.TYPE_SIZE) & INT_SIGNED) != 0;
                    return bytes <= Long.BYTES ? new Value(bytes, signed) : null;
                }
                case KIND_ENUM, KIND_ENUM64 -> {
                    return new Value(types.sizeOrType(at), types.flag(at));
                }
                default -> {
                    return null;
                }
            }
        }
        return number == 0 ? new Value(0, false) : null;
    }
}
