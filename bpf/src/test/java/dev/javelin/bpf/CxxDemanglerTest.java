package dev.javelin.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CxxDemanglerTest {
    @Test
    void shouldDemangle() {
        assertThat(CxxDemangler.demangle("_ZN3Foo3barEv")).isEqualTo("Foo::bar()");
        assertThat(CxxDemangler.demangle(
                        "_ZN9JavaCalls11call_helperEP9JavaValueRK12methodHandleP17JavaCallArgumentsP10JavaThread"))
                .isEqualTo("JavaCalls::call_helper(JavaValue*, methodHandle const&, JavaCallArguments*, JavaThread*)");
        assertThat(CxxDemangler.demangle("_ZNSt6vectorIiSaIiEE9push_backEOi"))
                .isEqualTo("std::vector<int, std::allocator<int> >::push_back(int&&)");
    }

    @Test
    void shouldLeaveOtherNamesAsTheyAre() {
        assertThat(CxxDemangler.demangle("main")).isEqualTo("main");
        assertThat(CxxDemangler.demangle("")).isEmpty();
        assertThat(CxxDemangler.demangle("_Z")).isEqualTo("_Z");
        assertThat(CxxDemangler.demangle("_ZN3Foo3bar")).isEqualTo("_ZN3Foo3bar");
        assertThat(CxxDemangler.demangle("_Zzäöü")).isEqualTo("_Zzäöü");
    }

    @Test
    void shouldBoundWhatHostileNamesExpandTo() {
        // Each template argument list repeats the type before it twice: text that doubles forty times over.
        StringBuilder name = new StringBuilder("_Z1f1AI1BS0_E");
        for (int i = 1; i < 40; i++) {
            String previous = "S" + (i == 1 ? "1" : Integer.toString(i, 36).toUpperCase(java.util.Locale.ROOT)) + "_";
            name.append("1AI").append(previous).append(previous).append('E');
        }
        assertThat(CxxDemangler.demangle(name.toString()).length()).isLessThanOrEqualTo(16 * 1024);
        assertThat(CxxDemangler.demangle("_Z" + "P".repeat(100_000) + "i").length())
                .isLessThanOrEqualTo(100_003);
    }

    @Test
    void shouldReturnLongNamesWhole() {
        String name = "x".repeat(900);
        assertThat(CxxDemangler.demangle("_ZN900" + name + "3barEv")).isEqualTo(name + "::bar()");
    }
}
