package dev.javelin.collector.probe;

import dev.javelin.collector.probe.ArgumentLocation.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the argument strings of USDT probes on x86-64: {@code -4@%eax 8@-16(%rbp) 8@$5 4@8(%rax,%rbx,4)}. Each is the size in bytes, with a
 * minus if signed, and an operand in the assembler's AT&amp;T syntax (<a
 * href="https://sourceware.org/systemtap/wiki/UserSpaceProbeImplementation">SystemTap</a>).
 */
public final class UsdtArguments {
    private static final String NUMBER = "[+-]?(?:0[xX][0-9a-fA-F]{1,16}|[0-9]{1,20})";
    private static final Pattern ARGUMENT = Pattern.compile("(-?)([1248])@(.*)");
    private static final Pattern REGISTER = Pattern.compile("%([a-z0-9]+)");
    private static final Pattern CONSTANT = Pattern.compile("\\$(" + NUMBER + ")");
    private static final Pattern MEMORY =
            Pattern.compile("(" + NUMBER + ")?\\((?:%([a-z0-9]+))?(?:,%([a-z0-9]+)(?:,([1248]))?)?\\)");
    /** Blanks inside an operand's parentheses separate nothing. */
    private static final Pattern SEPARATOR = Pattern.compile("\\s+(?![^()]*\\))");

    private UsdtArguments() {}

    /**
     * The arguments in their order. One that is not understood (a symbol relative to {@code %rip}, a floating-point register) is {@link
     * Kind#UNKNOWN}, and the others keep their numbers.
     */
    public static List<ArgumentLocation> parse(String arguments) {
        List<ArgumentLocation> locations = new ArrayList<>();
        for (String argument : SEPARATOR.split(arguments.strip(), -1)) {
            if (!argument.isEmpty()) {
                locations.add(argument(argument.replaceAll("\\s", "")));
            }
        }
        return locations;
    }

    private static ArgumentLocation argument(String text) {
        Matcher argument = ARGUMENT.matcher(text);
        if (!argument.matches()) {
            return ArgumentLocation.unknown(0, false);
        }
        boolean signed = !argument.group(1).isEmpty();
        int size = argument.group(2).charAt(0) - '0';
        ArgumentLocation location = operand(argument.group(3), size, signed);
        return location == null ? ArgumentLocation.unknown(size, signed) : location;
    }

    /** Null if it is not understood. */
    private static ArgumentLocation operand(String operand, int size, boolean signed) {
        Matcher register = REGISTER.matcher(operand);
        if (register.matches()) {
            return register(register.group(1), size, signed);
        }
        Matcher constant = CONSTANT.matcher(operand);
        if (constant.matches()) {
            Long value = number(constant.group(1));
            return value == null ? null : new ArgumentLocation(Kind.CONSTANT, null, null, 0, value, 0, size, signed);
        }
        Matcher memory = MEMORY.matcher(operand);
        return memory.matches() ? memory(memory, size, signed) : null;
    }

    private static ArgumentLocation register(String name, int size, boolean signed) {
        X86Register register = X86Register.named(name);
        int shift = name.length() == 2 && name.charAt(1) == 'h' ? 8 : 0;
        return register == null ? null : new ArgumentLocation(Kind.REGISTER, register, null, 0, 0, shift, size, signed);
    }

    private static ArgumentLocation memory(Matcher operand, int size, boolean signed) {
        Long displacement = operand.group(1) == null ? Long.valueOf(0) : number(operand.group(1));
        X86Register base = address(operand.group(2));
        X86Register index = address(operand.group(3));
        boolean understood = displacement != null
                && (operand.group(2) == null) == (base == null)
                && (operand.group(3) == null) == (index == null)
                && (base != null || index != null);
        if (!understood) {
            return null;
        }
        int scale = index == null
                ? 0
                : operand.group(4) == null ? 1 : operand.group(4).charAt(0) - '0';
        return new ArgumentLocation(Kind.MEMORY, base, index, scale, displacement, 0, size, signed);
    }

    /** A register that an address may be made of: 64 bits wide. */
    private static X86Register address(String name) {
        boolean wide = name != null && name.startsWith("r") && !name.matches("r\\d+[dwb]");
        return wide ? X86Register.named(name) : null;
    }

    /** Null if it does not fit. */
    private static Long number(String text) {
        boolean negative = text.startsWith("-");
        String digits = negative || text.startsWith("+") ? text.substring(1) : text;
        boolean hex = digits.length() > 2 && (digits.charAt(1) | ' ') == 'x';
        try {
            long value = hex ? Long.parseUnsignedLong(digits, 2, digits.length(), 16) : Long.parseUnsignedLong(digits);
            return negative ? -value : value;
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
