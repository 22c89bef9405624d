package dev.javelin.collector.probe;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToLongFunction;

/**
 * An expression whose meaning is known without the parser: text, precedence in C (greater binds tighter), and how it is computed.
 * Arithmetic is done in integers without limits and cut to 64 bits.
 */
record RandomExpression(String text, int precedence, ToLongFunction<Evaluation.Hit> meaning) {
    private static final int ATOM = 99;
    private static final int EQUALITY = 8;

    private static final Map<String, Integer> BINARY = Map.ofEntries(
            Map.entry("||", 3),
            Map.entry("&&", 4),
            Map.entry("|", 5),
            Map.entry("^", 6),
            Map.entry("&", 7),
            Map.entry("==", EQUALITY),
            Map.entry("!=", EQUALITY),
            Map.entry("<", 9),
            Map.entry("<=", 9),
            Map.entry(">", 9),
            Map.entry(">=", 9),
            Map.entry("<<", 10),
            Map.entry(">>", 10),
            Map.entry("+", 11),
            Map.entry("-", 11),
            Map.entry("*", 12),
            Map.entry("/", 12),
            Map.entry("%", 12));
    private static final List<String> SYMBOLS =
            BINARY.keySet().stream().sorted().toList();

    private static final Map<String, Long> NUMBERS = Map.of(
            "0", 0L,
            "1", 1L,
            "7", 7L,
            "0x1F", 31L,
            "0xffffffffffffffff", -1L,
            "0x8000000000000000", Long.MIN_VALUE,
            "9223372036854775807", Long.MAX_VALUE,
            "1.5ms", 1_500_000L,
            "4k", 4096L,
            "65", 65L);
    private static final List<String> LITERALS =
            NUMBERS.keySet().stream().sorted().toList();

    static RandomExpression of(Random random, int depth) {
        int choice = random.nextInt(10);
        if (depth == 0 || choice < 2) {
            return leaf(random);
        }
        RandomExpression right = of(random, depth - 1);
        if (choice < 4) {
            return unary("-~!".charAt(random.nextInt(3)), right);
        }
        return binary(SYMBOLS.get(random.nextInt(SYMBOLS.size())), of(random, depth - 1), right);
    }

    private static RandomExpression leaf(Random random) {
        int arg = random.nextInt(12);
        return switch (random.nextInt(9)) {
            case 0 -> atom("retval", Evaluation.Hit::retval);
            case 1 -> atom("duration", Evaluation.Hit::duration);
            case 2 -> atom("tid", Evaluation.Hit::tid);
            case 3 -> atom("pid", Evaluation.Hit::pid);
            case 4 -> atom("cpu", Evaluation.Hit::cpu);
            case 5 ->
                comm(
                        random.nextBoolean(),
                        List.of("java", "C2 CompilerThre", "").get(random.nextInt(3)));
            case 6 -> atom("arg" + arg, hit -> hit.args().get(arg));
            default -> number(LITERALS.get(random.nextInt(LITERALS.size())));
        };
    }

    private static RandomExpression atom(String text, ToLongFunction<Evaluation.Hit> meaning) {
        return new RandomExpression(text, ATOM, meaning);
    }

    private static RandomExpression number(String literal) {
        long value = NUMBERS.get(literal);
        return atom(literal, hit -> value);
    }

    private static RandomExpression comm(boolean equal, String name) {
        String text = "comm " + (equal ? "==" : "!=") + " \"" + name + "\"";
        return new RandomExpression(text, EQUALITY, hit -> hit.comm().equals(name) == equal ? 1 : 0);
    }

    private static RandomExpression unary(char symbol, RandomExpression operand) {
        return new RandomExpression(symbol + operand.within(ATOM - 1), ATOM - 1, hit -> {
            long value = operand.meaning.applyAsLong(hit);
            return switch (symbol) {
                case '-' -> BigInteger.valueOf(value).negate().longValue();
                case '~' -> BigInteger.valueOf(value).not().longValue();
                default -> value == 0 ? 1 : 0;
            };
        });
    }

    private static RandomExpression binary(String symbol, RandomExpression left, RandomExpression right) {
        int precedence = BINARY.get(symbol);
        String text = left.within(precedence) + " " + symbol + " " + right.within(precedence + 1);
        return new RandomExpression(
                text, precedence, hit -> apply(symbol, left.meaning.applyAsLong(hit), right.meaning.applyAsLong(hit)));
    }

    private String within(int least) {
        return precedence < least ? "(" + text + ")" : text;
    }

    private static long apply(String symbol, long left, long right) {
        BigInteger a = BigInteger.valueOf(left);
        BigInteger b = BigInteger.valueOf(right);
        int order = a.compareTo(b);
        int shift = b.mod(BigInteger.valueOf(64)).intValue();
        return switch (symbol) {
            case "||" -> left == 0 && right == 0 ? 0 : 1;
            case "&&" -> left == 0 || right == 0 ? 0 : 1;
            case "|" -> a.or(b).longValue();
            case "^" -> a.xor(b).longValue();
            case "&" -> a.and(b).longValue();
            case "==" -> order == 0 ? 1 : 0;
            case "!=" -> order == 0 ? 0 : 1;
            case "<" -> order < 0 ? 1 : 0;
            case "<=" -> order > 0 ? 0 : 1;
            case ">" -> order > 0 ? 1 : 0;
            case ">=" -> order < 0 ? 0 : 1;
            case "<<" -> a.shiftLeft(shift).longValue();
            case ">>" -> a.shiftRight(shift).longValue();
            case "+" -> a.add(b).longValue();
            case "-" -> a.subtract(b).longValue();
            case "*" -> a.multiply(b).longValue();
            case "/" -> right == 0 ? 0 : a.divide(b).longValue();
            case "%" -> right == 0 ? 0 : a.remainder(b).longValue();
            default -> throw new IllegalArgumentException(symbol);
        };
    }
}
