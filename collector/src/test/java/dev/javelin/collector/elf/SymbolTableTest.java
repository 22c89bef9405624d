package dev.javelin.collector.elf;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SymbolTableTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @MethodSource("dev.javelin.collector.elf.Tools#libjvms")
    void shouldNameEveryFunctionOfLibjvm(Path libjvm) throws Exception {
        Tools.require("readelf");
        assertNames(libjvm);
    }

    @Test
    void shouldNameEveryFunctionOfLibc() throws Exception {
        Tools.require("readelf");
        assertNames(Tools.libc());
    }

    /** At each function's first and last byte: a name that readelf has for that address, or for one that includes it. */
    private static void assertNames(Path file) throws Exception {
        Map<Long, Set<String>> names = new HashMap<>();
        Map<Long, Long> sizes = new HashMap<>();
        for (String line : Tools.run("readelf", "-sW", file.toString()).lines().toList()) {
            String[] words = line.trim().split(" +", -1);
            boolean function = words.length >= 8 && (words[3].equals("FUNC") || words[3].equals("IFUNC"));
            if (function && !words[6].equals("UND") && words[2].charAt(0) != '0') {
                long value = Long.parseLong(words[1], 16);
                String name = words[7].contains("@") ? words[7].substring(0, words[7].indexOf('@')) : words[7];
                names.computeIfAbsent(value, v -> new HashSet<>()).add(name);
                sizes.merge(value, Long.parseLong(words[2]), Math::max);
            }
        }
        SymbolTable table = ElfFile.open(file).symbols();
        List<String> wrong = new ArrayList<>();
        names.forEach((value, set) -> {
            if (!set.contains(table.nameAt(value))) {
                wrong.add(Long.toHexString(value) + " " + set + " but " + table.nameAt(value));
            }
        });
        assertThat(names).hasSizeGreaterThan(1000);
        assertThat(wrong).isEmpty();
    }

    @Test
    void shouldNamePltStubsAsObjdumpDoes() throws Exception {
        Tools.require("objdump");
        Path libz = Tools.library("libz.so.1");
        SymbolTable table = ElfFile.open(libz).symbols();
        int checked = 0;
        for (String line : Tools.run("objdump", "-d", "-j", ".plt", "-j", ".plt.got", libz.toString())
                .lines()
                .toList()) {
            if (line.endsWith("@plt>:")) {
                long address = Long.parseLong(line.substring(0, 16), 16);
                String name = line.substring(line.indexOf('<') + 1, line.length() - 2);
                assertThat(table.nameAt(address)).isEqualTo(name);
                assertThat(table.nameAt(address + 5)).isEqualTo(name);
                checked++;
            }
        }
        assertThat(checked).isGreaterThan(10);
    }

    @Test
    void shouldChooseAmongNamesOfOneAddress() throws Exception {
        Tools.require("cc");
        String source = """
                .text
                .macro fn name
                .type \\name, @function
                \\name:
                .endm
                .globl strong
                .weak  weak
                fn local
                fn weak
                fn strong
                nop
                .size strong, 1
                .size weak, 1
                .size local, 1
                .globl __under, under
                fn __under
                fn under
                nop
                .size __under, 1
                .size under, 1
                .globl label
                label:
                fn function
                nop
                .size function, 1
                """;
        SymbolTable table = ElfFile.open(Tools.compile(directory, "p.s", source, "-shared", "-nostdlib"))
                .symbols();
        long start = table.start(0);
        assertThat(table.nameAt(start)).isEqualTo("strong");
        assertThat(table.nameAt(start + 1)).isEqualTo("under");
        assertThat(table.nameAt(start + 2)).isEqualTo("function");
    }

    @Test
    void shouldRespectSizes() throws Exception {
        Tools.require("cc");
        String source = """
                .text
                .globl sized, open, last, outer, inner
                .type sized, @function
                .type open, @function
                .type outer, @function
                .type inner, @function
                .type last, @function
                sized: .skip 4
                .size sized, 4
                .skip 4
                open: .skip 8
                outer: .skip 4
                inner: .skip 4
                .size inner, 4
                label: .skip 4
                $x: .skip 4
                .size outer, 16
                last: .skip 8
                """;
        SymbolTable table = ElfFile.open(Tools.compile(directory, "z.s", source, "-shared", "-nostdlib"))
                .symbols();
        long start = table.start(0);
        assertThat(table.nameAt(start - 1)).isNull();
        assertThat(table.nameAt(start + 3)).isEqualTo("sized");
        assertThat(table.nameAt(start + 4)).isNull();
        assertThat(table.nameAt(start + 8)).isEqualTo("open");
        assertThat(table.nameAt(start + 15)).isEqualTo("open");
        assertThat(table.nameAt(start + 16)).isEqualTo("outer");
        assertThat(table.nameAt(start + 20)).isEqualTo("inner");
        assertThat(table.nameAt(start + 24)).isEqualTo("outer");
        assertThat(table.nameAt(start + 28)).isEqualTo("outer");
        assertThat(table.nameAt(start + 32)).isEqualTo("last");
        assertThat(table.nameAt(start + 39)).isEqualTo("last");
        assertThat(table.nameAt(start + 100_000)).isNull();
        int index = table.indexAt(start + 21);
        assertThat(table.start(index)).isEqualTo(start + 20);
        assertThat(table.length(index)).isEqualTo(4);
    }

    @Test
    void shouldDemangleWhatIsAskedForOnly() throws Exception {
        List<String> asked = new ArrayList<>();
        SymbolTable table = ElfFile.open(Tools.library("libz.so.1")).symbols(name -> {
            asked.add(name);
            return "<" + name + ">";
        });
        long deflate =
                ElfFile.open(Tools.library("libz.so.1")).address("deflate").getAsLong();
        assertThat(asked).isEmpty();
        assertThat(table.nameAt(deflate)).isEqualTo("<deflate>");
        assertThat(asked).containsExactly("deflate");
    }
}
