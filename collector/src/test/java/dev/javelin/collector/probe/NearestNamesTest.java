package dev.javelin.collector.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNamesTest {
    private static final List<String> KNOWN = List.of(
            "read",
            "pread64",
            "readv",
            "write",
            "openat",
            "sys_enter_openat",
            "sys_exit_openat",
            "sys_enter_openat2",
            "SafepointSynchronize::begin()",
            "SafepointSynchronize::end()",
            "JavaCalls::call(JavaValue*, methodHandle const&, JavaCallArguments*, JavaThread*)");

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "raed; ''",
                "reed; read",
                "red; read",
                "READ; read,readv,pread64",
                "reads; read,readv",
                "openat; openat,sys_exit_openat,sys_enter_openat",
                "SafepointSynchronise::begin; SafepointSynchronize::begin(),SafepointSynchronize::end()",
                "JavaCalls::call; JavaCalls::call(JavaValue*, methodHandle const&, JavaCallArguments*, JavaThread*)",
                "x; ''",
                "'' ; ''",
                "something_else_altogether; ''"
            })
    void shouldFindTheNearest(String wanted, String nearest) {
        assertThat(String.join(",", NearestNames.of(wanted, KNOWN))).isEqualTo(nearest);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "wrte; did you mean write?",
                "reads; did you mean read or readv?",
                "READ; did you mean read, readv or pread64?",
                "close; no name is like it"
            })
    void shouldAsk(String wanted, String question) {
        assertThat(NearestNames.question(wanted, KNOWN, "no name is like it")).isEqualTo(question);
    }

    @Test
    void shouldNameNothingTwice() {
        assertThat(NearestNames.of("read", List.of("read", "read", "ready"))).containsExactly("read", "ready");
    }

    /** Against Levenshtein's whole table. */
    @Test
    void shouldCountEdits() {
        Random random = new Random(7);
        for (int round = 0; round < 20_000; round++) {
            String wanted = word(random);
            String name = word(random);
            int edits = edits(wanted, name);
            boolean near = edits <= Math.max(1, wanted.length() / 3) || (wanted.length() >= 4 && name.contains(wanted));
            assertThat(NearestNames.of(wanted, List.of(name)))
                    .as("%s from %s: %d", name, wanted, edits)
                    .isEqualTo(near ? List.of(name) : List.of());
        }
    }

    @Test
    void shouldFindTheNearestOfMany() {
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 60_000; i++) {
            many.add("_ZN20SafepointSynchronize" + i + "Ev");
        }
        assertThat(NearestNames.of("_ZN20SafepointSynchronise41234Ev", many))
                .containsExactly(
                        "_ZN20SafepointSynchronize41234Ev",
                        "_ZN20SafepointSynchronize1234Ev",
                        "_ZN20SafepointSynchronize4123Ev");
    }

    private static String word(Random random) {
        StringBuilder word = new StringBuilder();
        for (int left = random.nextInt(13); left > 0; left--) {
            word.append("abc".charAt(random.nextInt(3)));
        }
        return word.toString();
    }

    private static int edits(String a, String b) {
        int[][] table = new int[a.length() + 1][b.length() + 1];
        Arrays.setAll(table[0], j -> j);
        for (int i = 1; i <= a.length(); i++) {
            table[i][0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = table[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                table[i][j] = Math.min(replaced, 1 + Math.min(table[i - 1][j], table[i][j - 1]));
            }
        }
        return table[a.length()][b.length()];
    }
}
