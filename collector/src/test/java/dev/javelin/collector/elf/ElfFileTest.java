package dev.javelin.collector.elf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ElfFileTest {
    @TempDir
    Path directory;

    @Test
    void shouldReadTheBuildId() throws Exception {
        Tools.require("readelf");
        String notes = Tools.run("readelf", "-n", Tools.libc().toString());
        String id = notes.substring(notes.indexOf("Build ID: ") + 10)
                .lines()
                .findFirst()
                .orElseThrow();
        assertThat(ElfFile.open(Tools.libc()).buildId()).isEqualTo(id);
    }

    @Test
    void shouldHaveNoBuildIdWhereThereIsNone() throws Exception {
        Tools.require("cc");
        Path library = Tools.compile(directory, "n.c", "int f;", "-shared", "-Wl,--build-id=none");
        assertThat(ElfFile.open(library).buildId()).isNull();
    }

    @ParameterizedTest
    @MethodSource("dev.javelin.collector.elf.Tools#libjvms")
    void shouldFindHotSpotsVariables(Path libjvm) throws Exception {
        Tools.require("readelf");
        Map<String, ElfSymbol> symbols = ElfFile.open(libjvm)
                .symbols(
                        Set.of("gHotSpotVMStructs", "_ZN6Thread12_thr_currentE", "JNI_CreateJavaVM", "no_such_symbol"));
        assertThat(symbols).containsKeys("gHotSpotVMStructs", "_ZN6Thread12_thr_currentE", "JNI_CreateJavaVM");
        assertThat(symbols).doesNotContainKey("no_such_symbol");
        for (String line :
                Tools.run("readelf", "-sW", libjvm.toString()).lines().toList()) {
            String[] words = line.trim().split(" +", -1);
            if (words.length == 8 && symbols.containsKey(words[7])) {
                assertThat(symbols.get(words[7]).value()).as(words[7]).isEqualTo(Long.parseLong(words[1], 16));
            }
        }
        ElfSymbol tls = symbols.get("_ZN6Thread12_thr_currentE");
        assertThat(tls.type()).isEqualTo(ElfSymbol.TLS);
        assertThat(tls.size()).isEqualTo(8);
        assertThat(symbols.get("gHotSpotVMStructs").type()).isEqualTo(ElfSymbol.OBJECT);
    }

    @ParameterizedTest
    @MethodSource("dev.javelin.collector.elf.Tools#libjvms")
    void shouldFindTheSlotsOfTheTlsModuleNumber(Path libjvm) throws Exception {
        Tools.require("readelf");
        long[] slots = ElfFile.open(libjvm).tlsModuleSlots();
        Set<Long> expected = new java.util.HashSet<>();
        for (String line :
                Tools.run("readelf", "-rW", libjvm.toString()).lines().toList()) {
            if (line.contains("R_X86_64_DTPMOD64")) {
                expected.add(Long.parseLong(line.substring(0, 16), 16));
            }
        }
        assertThat(slots).isNotEmpty();
        for (long slot : slots) {
            assertThat(expected).contains(slot);
        }
    }

    @Test
    void shouldNotTakeAThreadLocalOffsetForAnAddress() throws Exception {
        ElfFile libjvm = ElfFile.open(Tools.libjvms().get(0));
        assertThat(libjvm.address("_ZN6Thread12_thr_currentE")).isEmpty();
        assertThat(libjvm.address("gHotSpotVMStructs")).isPresent();
        assertThat(libjvm.address("no_such_symbol")).isEmpty();
    }

    @Test
    void shouldFindShortAndLongNames() throws Exception {
        Tools.require("cc");
        String longName = "a".repeat(300);
        String source =
                "int f; int sixteen_bytes_xy; int seventeen_bytes_x; int eight_by; int sevenby; static int z = 1; "
                        + "int *g(void) { return &z; } int " + longName + ";";
        ElfFile file = ElfFile.open(Tools.compile(directory, "s.c", source, "-shared", "-fPIC"));
        Set<String> names =
                Set.of("f", "sixteen_bytes_xy", "seventeen_bytes_x", "eight_by", "sevenby", "z", "g", longName);
        assertThat(file.addresses(names).keySet()).isEqualTo(names);
    }

    @Test
    void shouldPreferAGlobalSymbolToALocalOne() throws Exception {
        Tools.require("cc");
        String source = ".text\nnop\nf: nop\n.globl g\ng: nop\n.data\n.globl d\nd: .quad f\n";
        Path one = Tools.compile(directory, "one.s", source, "-c");
        Path two = Tools.compile(directory, "two.s", ".text\n.globl f\nnop\nf: nop\n", "-c");
        Path both = directory.resolve("both.so");
        Tools.run("cc", "-shared", "-nostdlib", "-o", both.toString(), one.toString(), two.toString());
        ElfSymbol f = ElfFile.open(both).symbols(Set.of("f")).get("f");
        assertThat(f.binding()).isEqualTo(1);
    }

    @Test
    void shouldTranslateFileOffsets() throws Exception {
        ElfFile libc = ElfFile.open(Tools.libc());
        for (ElfSegment load : libc.loads()) {
            long middle = load.fileOffset() + load.fileSize() / 2;
            assertThat(libc.vaddrOfFileOffset(middle)).hasValue(load.vaddr() + load.fileSize() / 2);
            assertThat(libc.fileOffsetOfVaddr(load.vaddr() + load.fileSize() / 2))
                    .hasValue(middle);
        }
        assertThat(libc.vaddrOfFileOffset(Files.size(Tools.libc()) + 5000)).isEmpty();
        assertThat(libc.fileOffsetOfVaddr(-1)).isEmpty();
        assertThat(libc.loads().stream().filter(ElfSegment::executable)).isNotEmpty();
    }

    @Test
    void shouldFindDynamicSymbolsWithoutSectionHeaders() throws Exception {
        byte[] image = Files.readAllBytes(Tools.library("libz.so.1"));
        long deflate = ElfFile.of(ByteBuffer.wrap(image)).address("deflate").getAsLong();
        for (int i = 0; i < 8; i++) {
            image[ElfLayout.E_SHOFF + i] = 0;
        }
        ElfFile stripped = ElfFile.of(ByteBuffer.wrap(image));
        assertThat(stripped.sections()).isEmpty();
        assertThat(stripped.address("deflate")).hasValue(deflate);
        assertThat(stripped.symbols().nameAt(deflate + 4)).isEqualTo("deflate");
        assertThat(stripped.buildId()).isNotNull();
    }

    @Test
    void shouldSayWhatCannotBeOpened() throws Exception {
        Path text = Files.writeString(directory.resolve("text"), "hello");
        assertThatThrownBy(() -> ElfFile.open(text))
                .isInstanceOf(ElfException.class)
                .hasMessageContaining(text + ": not an ELF file: only 5 bytes");
    }

    @Test
    void shouldReadOnAfterTheFileWasReplaced() throws Exception {
        Path copy = Files.copy(Tools.library("libz.so.1"), directory.resolve("z.so"));
        ElfFile file = ElfFile.open(copy);
        Files.delete(copy);
        assertThat(file.address("deflate")).isPresent();
    }

    @Test
    void shouldSayThatAFileWasCutWhileItWasRead() throws Exception {
        Path copy = Files.copy(Tools.library("libstdc++.so.6"), directory.resolve("c.so"));
        ElfFile file = ElfFile.open(copy);
        try (java.io.RandomAccessFile cut = new java.io.RandomAccessFile(copy.toFile(), "rw")) {
            cut.setLength(4096);
        }
        List<ThrowingCallable> readings = List.of(
                () -> UnwindTable.compile(file),
                () -> FunctionSymbols.of(file),
                file::symbols,
                () -> file.symbols(Set.of("none")));
        for (ThrowingCallable reading : readings) {
            assertThatThrownBy(reading)
                    .isInstanceOf(ElfException.class)
                    .hasMessageEndingWith("the file was cut while it was read");
        }
    }
}
