package dev.javelin.collector.elf;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class UsdtProbeTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @MethodSource("dev.javelin.collector.elf.Tools#libjvms")
    void shouldReadTheProbesThatReadelfShows(Path libjvm) throws Exception {
        Tools.require("readelf");
        List<String> expected = new ArrayList<>();
        for (String line :
                Tools.run("readelf", "-nW", libjvm.toString()).lines().toList()) {
            String text =
                    line.substring(Math.max(0, line.indexOf("Provider: "))).trim();
            if (text.startsWith("Provider: ") || text.startsWith("Name: ") || text.startsWith("Location: ")) {
                expected.add(
                        text.replace(", Base:", "").replace(", Semaphore:", "").trim());
            } else if (text.startsWith("Arguments:")) {
                expected.add(text);
            }
        }
        List<String> actual = new ArrayList<>();
        for (UsdtProbe probe : UsdtProbe.read(ElfFile.open(libjvm))) {
            actual.add("Provider: " + probe.provider());
            actual.add("Name: " + probe.name());
            actual.add("Location: " + hex(probe.pc()) + " " + hex(probe.base()) + " " + hex(probe.semaphore()));
            actual.add(("Arguments: " + probe.arguments()).trim());
        }
        assertThat(actual).isEqualTo(expected);
    }

    private static String hex(long value) {
        return String.format("0x%016x", value);
    }

    @Test
    void shouldCorrectAddressesByTheBase() throws Exception {
        Tools.require("cc");
        String source = """
                .text
                .globl f
                f: nop
                .section .stapsdt.base, "aG", "progbits", .stapsdt.base, comdat
                .weak base
                .hidden base
                base: .space 1
                .data
                .globl semaphore
                semaphore: .2byte 0
                .section .note.stapsdt, "", "note"
                .balign 4
                .4byte 8, 2f - 1f, 3
                .asciz "stapsdt"
                1: .8byte f - 0x1000, base - 0x1000, semaphore - 0x1000
                .asciz "my"
                .asciz "probe__one"
                .asciz "-4@%eax 8@-16(%rbp)"
                2: .balign 4
                .4byte 4, 0, 9
                .asciz "abc"
                """;
        ElfFile file = ElfFile.open(Tools.compile(directory, "u.s", source, "-no-pie", "-nostdlib", "-Wl,-e,f"));
        long f = file.address("f").getAsLong();
        long semaphore = file.address("semaphore").getAsLong();
        long base = file.section(".stapsdt.base").address();
        assertThat(UsdtProbe.read(file))
                .containsExactly(new UsdtProbe("my", "probe__one", f, base - 0x1000, semaphore, "-4@%eax 8@-16(%rbp)"));
    }

    @Test
    void shouldHaveNone() throws Exception {
        assertThat(UsdtProbe.read(ElfFile.open(Tools.library("libz.so.1")))).isEmpty();
    }
}
