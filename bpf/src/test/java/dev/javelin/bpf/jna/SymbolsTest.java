package dev.javelin.bpf.jna;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** JNA looks a function up when it is first called: here each is looked up beforehand. */
class SymbolsTest {
    private static List<String> functionsOf(Class<?> binding, List<String> ours) {
        return Arrays.stream(binding.getDeclaredMethods())
                .filter(m -> Modifier.isPublic(m.getModifiers()))
                .map(Method::getName)
                .filter(name -> !ours.contains(name))
                .toList();
    }

    @Test
    void shouldFindEveryFunction() {
        assertThat(functionsOf(LibBpf.class, List.of())).isNotEmpty().allMatch(NativeLibraries.libbpf()::has);
        assertThat(functionsOf(LibC.class, List.of("errno", "load"))).allMatch(NativeLibraries.process()::has);
        assertThat(functionsOf(LibJavelin.class, List.of("logPrintFunction"))).allMatch(NativeLibraries.own()::has);
        assertThat(NativeLibraries.libbpf().has("bpf_no_such_function")).isFalse();
    }

    /** Debian 12's libbpf is 1.1: nothing newer may be called. */
    @Test
    void shouldUseNothingNewerThanLibbpf11() throws Exception {
        Process readelf = new ProcessBuilder(
                        "readelf", "-W", "--dyn-syms", "target/classes/dev/javelin/bpf/native/linux-x86-64/libbpf.so.1")
                .start();
        String symbols = new String(readelf.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        for (String function : functionsOf(LibBpf.class, List.of())) {
            Matcher version =
                    Pattern.compile(" " + function + "@@LIBBPF_(\\S+)").matcher(symbols);
            assertThat(version.find()).as(function).isTrue();
            assertThat(version.group(1)).as(function).matches("0\\.\\d+\\.\\d+|1\\.[01]\\.\\d+");
        }
    }
}
