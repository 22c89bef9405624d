package dev.javelin.collector.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.javelin.collector.probe.Predicate.Variable;
import dev.javelin.collector.probe.PredicateOp.Op;
import dev.javelin.collector.session.JavelinException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PredicateTest {
    private static final Evaluation.Hit HIT = new Evaluation.Hit(
            List.of(0L, 1L, 4097L, -3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L), -1, 11_000_000, 12, 10, 3, "java");

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "arg2 > 4096; arg2 4096 GT",
                "arg11; arg11",
                "duration > 10ms; DURATION 10000000 GT",
                "retval < 0 || cpu == 3; RETVAL 0 LT CPU 3 EQ OR",
                "tid != pid; TID PID NE",
                "comm == \"java\"; COMM0 1635148138 EQ COMM1 0 EQ AND",
                "comm != \"GC Thread#12345\"; COMM0 7018141386740351815 NE COMM1 14975568255722340 NE OR",
                "comm == \"\"; COMM0 0 EQ COMM1 0 EQ AND",
                "-5 < arg0; -5 arg0 LT",
                "!(arg0 & ~7); arg0 -8 BIT_AND NOT",
                "-arg0; arg0 NEG",
                "arg0 > 2 * 3k + 1; arg0 6145 GT",
                "arg0 - 1 - 2; arg0 1 SUB 2 SUB",
                "2 > 3; 0",
                "1 / 0 + 1 % 0; 0"
            })
    void shouldCompile(String text, String program) {
        assertThat(shown(Predicate.parse(text))).isEqualTo(program);
    }

    private static String shown(Predicate predicate) {
        return predicate.program().stream().map(PredicateTest::shown).collect(Collectors.joining(" "));
    }

    private static String shown(PredicateOp step) {
        return switch (step.op()) {
            case CONST -> Long.toString(step.value());
            case ARG -> "arg" + step.index();
            case COMM -> "COMM" + step.index();
            default -> step.op().name();
        };
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "0; 0",
                "9223372036854775807; 9223372036854775807",
                "0x7f; 127",
                "0XFF; 255",
                "0xffffffffffffffff; -1",
                "0x00000000000000000001; 1",
                "7ns; 7",
                "10us; 10000",
                "1.5ms; 1500000",
                "0.000000001s; 1",
                "2m; 120000000000",
                "1h; 3600000000000",
                "1k; 1024",
                "1K; 1024",
                "2M; 2097152",
                "1g; 1073741824",
                "1G; 1073741824"
            })
    void shouldReadNumbers(String text, String value) {
        assertThat(shown(Predicate.parse(text))).isEqualTo(value);
    }

    /** What C makes of them: only the parentheses differ from what a reader might have expected. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "arg0&4==4; arg0 & (4 == 4)",
                "arg0<<1+2; arg0 << (1 + 2)",
                "arg0||arg1&&arg2; arg0 || (arg1 && arg2)",
                "arg0|arg1^arg2&arg3; arg0 | (arg1 ^ (arg2 & arg3))",
                "arg0<arg1==arg2>=arg3; (arg0 < arg1) == (arg2 >= arg3)",
                "-arg0*arg1%arg2/arg3; (((-arg0) * arg1) % arg2) / arg3",
                "!arg0==~arg1; (!arg0) == (~arg1)",
                "comm==\"a\"&&arg0; (comm == \"a\") && arg0",
                "comm==\"a\"!=arg0; (comm == \"a\") != arg0"
            })
    void shouldBindAsInC(String bare, String parenthesized) {
        assertThat(Predicate.parse(bare)).isEqualTo(Predicate.parse(parenthesized));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "' arg2>4096 '; arg2 > 4096",
                "((arg0))+(1*2); arg0 + 1 * 2",
                "(arg0+1)*2; (arg0 + 1) * 2",
                "arg0-(arg1-arg2); arg0 - (arg1 - arg2)",
                "- -arg0; --arg0",
                "!(comm==\"say \\\"\\\\\"); !(comm == \"say \\\"\\\\\")",
                "duration>=1.5ms; duration >= 1.5ms"
            })
    void shouldHaveOneText(String typed, String text) {
        Predicate predicate = Predicate.parse(typed);
        assertThat(predicate.text()).isEqualTo(text).isEqualTo(predicate.toString());
        assertThat(Predicate.parse(text)).isEqualTo(predicate).hasSameHashCodeAs(predicate);
    }

    @Test
    void shouldTellWhatItReads() {
        assertThat(Predicate.parse("arg0 + arg11 > 2 && duration > 1s || comm == \"java\"")
                        .variables())
                .containsExactly(Variable.ARG0, Variable.ARG11, Variable.DURATION, Variable.COMM);
        assertThat(Predicate.parse("retval == tid + pid + cpu").variables())
                .containsExactly(Variable.RETVAL, Variable.TID, Variable.PID, Variable.CPU);
        assertThat(Predicate.parse("1").variables()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "arg2 >; expected a value at character 7, found the end",
                "> 3; expected a value at character 1, found '>'",
                "arg0 arg1; expected an operator at character 6, found 'arg1'",
                "arg0 ! arg1; expected an operator at character 6, found '!'",
                "arg0 and arg1; expected an operator at character 6, found 'and'",
                "arg0 > 1); expected an operator at character 9, found ')'",
                "(arg0 > 1; '(' at character 1 is not closed: expected an operator or ')' at character 10, found the end",
                "arg0 = 1; '=' at character 6 means nothing here: write == to compare",
                "arg0 > $1; '$' at character 8 means nothing here",
                "comm == 'java'; ''' at character 9 means nothing here",
                "arg0 \uD83D\uDE00; '\uD83D\uDE00' at character 6 means nothing here",
                "foo > 1; unknown variable 'foo' at character 1:"
                        + " there are arg0 to arg11, retval, duration, tid, pid, cpu and comm",
                "1 < durration; unknown variable 'durration' at character 5: did you mean duration?",
                "arg12; unknown variable 'arg12' at character 1: did you mean arg1, arg2 or arg10?",
                "Retval; unknown variable 'Retval' at character 1: did you mean retval?",
                "comm == java; 'comm' at character 1 can only be compared with a string:"
                        + " write comm == \"java\" or comm != \"java\"",
                "comm; 'comm' at character 1 can only be compared with a string: write comm == \"java\" or comm != \"java\"",
                "1 + comm == \"x\"; 'comm' at character 5 can only be compared with a string:"
                        + " write comm == \"java\" or comm != \"java\"",
                "!comm == \"x\"; 'comm' at character 2 can only be compared with a string:"
                        + " write comm == \"java\" or comm != \"java\"",
                "comm == \"x\" + 1; a string at character 9 can only be compared with comm:"
                        + " write comm == \"java\" or comm != \"java\"",
                "arg0 == \"x\"; a string at character 9 can only be compared with comm:"
                        + " write comm == \"java\" or comm != \"java\"",
                "comm == \"x; the string that begins at character 9 is not closed by \"",
                "comm == \"\\n\"; \\ at character 10 can stand before \" and \\ only",
                "comm == \"0123456789abcdef\"; the string at character 9 is longer than 15 bytes:"
                        + " the kernel cuts the names of threads there, and none could be equal",
                "comm == \"ääääääää\"; the string at character 9 is longer than 15 bytes:"
                        + " the kernel cuts the names of threads there, and none could be equal",
                "1mb; '1mb' at character 1 has an unknown unit:"
                        + " durations are in ns, us, ms, s, m (minutes) or h, sizes in k, M or g",
                "1.5k; '1.5k' at character 1 has a fraction, which only durations may have, such as 1.5ms",
                "0.5; '0.5' at character 1 has a fraction, which only durations may have, such as 1.5ms",
                "1.5ns; '1.5ns' at character 1 is no whole number of nanoseconds",
                "0644; '0644' at character 1 could be meant as octal: write it without the leading 0, or with 0x",
                "0x; '0x' at character 1 is no number",
                "0x1g; '0x1g' at character 1 is no number",
                "9223372036854775808; '9223372036854775808' at character 1 does not fit in 64 bits",
                "0x10000000000000000; '0x10000000000000000' at character 1 does not fit in 64 bits",
                "3000000h; '3000000h' at character 1 does not fit in 64 bits"
            })
    void shouldRefuse(String text, String why) {
        assertThat(messageOf(text)).isEqualTo("predicate '" + text + "': " + why);
    }

    @Test
    void shouldRefuseNothing() {
        assertThat(messageOf("  ")).isEqualTo("a predicate is empty: write a condition, such as /arg2 > 4096/");
    }

    @Test
    void shouldKeepWithinTheKernelsLimits() {
        String longest = "!".repeat(31) + "arg0";
        assertThat(Predicate.parse(longest).program()).hasSize(32);
        assertThat(messageOf("!" + longest))
                .isEqualTo("predicate '!" + longest + "' takes 33 steps, and 32 are possible: make it shorter");

        String deepest = "arg0 + (".repeat(7) + "arg0" + ")".repeat(7);
        assertThat(Predicate.parse(deepest).program()).hasSize(15);
        String deeper = "arg0 + (" + deepest + ")";
        assertThat(messageOf(deeper))
                .isEqualTo("predicate '" + deeper + "' holds 9 values at once, and 8 are possible:"
                        + " write what is nested deepest first");
    }

    /** What is read by calling ourselves must end before the stack does. */
    @Test
    void shouldRefuseEndlessNesting() {
        assertThat(Predicate.parse("(".repeat(499) + "1" + ")".repeat(499)).text())
                .isEqualTo("1");
        assertThat(messageOf("(".repeat(100_000)))
                .isEqualTo("a predicate is longer than 1000 characters: make it shorter");
    }

    @ParameterizedTest
    @CsvSource({
        "END,0",
        "CONST,1",
        "ARG,2",
        "RETVAL,3",
        "DURATION,4",
        "TID,5",
        "PID,6",
        "CPU,7",
        "COMM,8",
        "ADD,16",
        "SUB,17",
        "MUL,18",
        "DIV,19",
        "MOD,20",
        "BIT_AND,21",
        "BIT_OR,22",
        "BIT_XOR,23",
        "SHL,24",
        "SHR,25",
        "NEG,26",
        "BIT_NOT,27",
        "NOT,28",
        "EQ,32",
        "NE,33",
        "LT,34",
        "LE,35",
        "GT,36",
        "GE,37",
        "AND,38",
        "OR,39"
    })
    void shouldHaveTheNumbersOfTheKernelsSide(Op op, int code) {
        assertThat(op.code()).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "arg2 > 4096; 1",
                "arg2 > 4k + 1; 0",
                "duration > 10ms && retval == -1; 1",
                "comm == \"java\"; 1",
                "comm == \"jav\"; 0",
                "comm == \"javac\"; 0",
                "comm != \"java\"; 0",
                "arg3 / 2; -1",
                "arg3 % 2; -1",
                "arg3 >> 1; -2",
                "arg2 / arg0 + arg2 % arg0; 0",
                "arg1 << 65; 2",
                "(arg1 << 63) / arg3 * 0 + (arg1 << 63) / retval == arg1 << 63; 1",
                "(arg1 << 63) % retval; 0",
                "!arg0 + !arg1; 1"
            })
    void shouldMeanWhatItSays(String text, long value) {
        assertThat(Evaluation.run(Predicate.parse(text).program(), HIT)).isEqualTo(value);
    }

    @Test
    void shouldComputeWhatAnyExpressionMeans() {
        Random random = new Random(20240607);
        int compared = 0;
        int tooMuch = 0;
        while (compared < 20_000) {
            RandomExpression expression = RandomExpression.of(random, 1 + random.nextInt(5));
            Predicate predicate;
            try {
                predicate = Predicate.parse(expression.text());
            } catch (JavelinException e) {
                assertThat(e).hasMessageMatching("(?s).*(are possible|longer than 1000 characters): .*");
                tooMuch++;
                continue;
            }
            assertThat(predicate.text()).isEqualTo(expression.text());
            Evaluation.Hit hit = hit(random);
            assertThat(Evaluation.run(predicate.program(), hit))
                    .as("%s with %s", expression.text(), hit)
                    .isEqualTo(expression.meaning().applyAsLong(hit));
            compared++;
        }
        assertThat(tooMuch).isLessThan(compared);
    }

    private static Evaluation.Hit hit(Random random) {
        List<Long> args = random.longs(12)
                .map(value -> random.nextBoolean() ? value % 10 : value)
                .boxed()
                .toList();
        List<String> names = Arrays.asList("java", "C2 CompilerThre", "", "javac");
        return new Evaluation.Hit(
                args,
                random.nextInt(5) - 2,
                random.nextInt(),
                random.nextInt(1 << 22),
                random.nextInt(1 << 22),
                random.nextInt(8),
                names.get(random.nextInt(names.size())));
    }

    private static String messageOf(String text) {
        JavelinException refusal = catchThrowableOfType(JavelinException.class, () -> Predicate.parse(text));
        assertThat(refusal).as(text).isNotNull();
        assertThat(refusal.exitStatus()).isEqualTo(JavelinException.USAGE);
        return refusal.getMessage();
    }
}
