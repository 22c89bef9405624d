package dev.javelin.collector.elf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.collector.proc.Mapping;
import dev.javelin.collector.proc.ProcMaps;
import dev.javelin.collector.proc.TargetMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnwindTableTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"libc.so.6", "ld-linux-x86-64.so.2", "libm.so.6", "libz.so.1", "libstdc++.so.6"})
    void shouldAgreeWithReadelfOnEveryRowOfALibrary(String name) throws Exception {
        Tools.require("readelf");
        assertSameRules(Tools.library(name));
    }

    @ParameterizedTest
    @MethodSource("dev.javelin.collector.elf.Tools#libjvms")
    void shouldAgreeWithReadelfOnEveryRowOfLibjvm(Path libjvm) throws Exception {
        Tools.require("readelf");
        assertSameRules(libjvm);
    }

    @Test
    void shouldAgreeWithReadelfOnTheVdso() throws Exception {
        Tools.require("readelf");
        assertSameRules(Files.write(directory.resolve("vdso.so"), vdso()));
    }

    private static byte[] vdso() throws IOException {
        int self = (int) ProcessHandle.current().pid();
        for (Mapping mapping : ProcMaps.read(self)) {
            if (mapping.path().equals("[vdso]")) {
                try (TargetMemory memory = TargetMemory.open(self)) {
                    return memory.readBytes(mapping.start(), (int) mapping.size());
                }
            }
        }
        throw new IOException("no vdso");
    }

    private static void assertSameRules(Path file) throws IOException {
        UnwindTable table = UnwindTable.compile(ElfFile.open(file));
        NavigableMap<Long, Long> expected = ReadelfFrames.read(file);
        NavigableMap<Long, Long> actual = new TreeMap<>();
        for (int i = 0; i < table.rows(); i++) {
            actual.put(UnwindTable.pc(table.row(i)) + table.baseVaddr(), table.row(i) >>> 32);
        }
        assertThat(expected).isNotEmpty();
        NavigableMap<Long, Long> points = new TreeMap<>(expected);
        points.putAll(actual);
        List<String> different = new ArrayList<>();
        for (long address : points.keySet()) {
            long want = floor(expected, address);
            long have = floor(actual, address);
            if (want != have && !acceptable(want, have)) {
                different.add(Long.toHexString(address) + ": " + Long.toHexString(have) + ", readelf: "
                        + Long.toHexString(want));
            }
        }
        assertThat(different).isEmpty();
    }

    private static long floor(NavigableMap<Long, Long> rules, long address) {
        Map.Entry<Long, Long> entry = rules.floorEntry(address);
        return entry == null ? 0 : entry.getValue();
    }

    /** Where readelf shows only that there is an expression, the rest of the row must agree. */
    private static boolean acceptable(long want, long have) {
        if ((want & ReadelfFrames.EXPRESSION) == 0) {
            return false;
        }
        long known = want & ~ReadelfFrames.EXPRESSION;
        return known == 0 || known == (have & ~0xff0000L);
    }

    @Test
    void shouldGiveNoRowsToAFileWithoutFrames() throws Exception {
        Tools.require("cc", "objcopy");
        Path program = Tools.compile(directory, "a.c", "int f(void) { return 1; }", "-shared", "-fPIC");
        Tools.run("objcopy", "-R", ".eh_frame", "-R", ".eh_frame_hdr", program.toString());
        assertThat(UnwindTable.compile(ElfFile.open(program)).rows()).isZero();
    }

    @Test
    void shouldFindFramesByTheirSegmentWithoutSectionHeaders() throws Exception {
        byte[] image = Files.readAllBytes(Tools.library("libz.so.1"));
        UnwindTable whole = UnwindTable.compile(ElfFile.of(ByteBuffer.wrap(image)));
        for (int i = 0; i < 8; i++) {
            image[ElfLayout.E_SHOFF + i] = 0;
        }
        UnwindTable stripped = UnwindTable.compile(ElfFile.of(ByteBuffer.wrap(image)));
        assertThat(rows(stripped)).isEqualTo(rows(whole));
    }

    private static long[] rows(UnwindTable table) {
        long[] rows = new long[table.rows()];
        table.copyTo(LongBuffer.wrap(rows));
        return rows;
    }

    @Test
    void shouldReadDebugFrameWhereThatIsAllThereIs() throws Exception {
        Tools.require("cc");
        String source = """
                .cfi_sections .debug_frame
                .text
                .globl f
                f:
                .cfi_startproc
                push %rbp
                .cfi_def_cfa_offset 16
                .cfi_offset 6, -16
                nop
                ret
                .cfi_endproc
                """;
        Path library = Tools.compile(directory, "d.s", source, "-shared", "-nostdlib");
        ElfFile file = ElfFile.open(library);
        UnwindTable table = UnwindTable.compile(file);
        long f = file.address("f").getAsLong();
        assertThat(describe(table, f)).isEqualTo("1 1 0");
        assertThat(describe(table, f + 1)).isEqualTo("1 2 -2");
        assertThat(describe(table, f + 3)).isEqualTo("0 0 0");
    }

    @Test
    void shouldTranslateEveryInstruction() throws Exception {
        Tools.require("cc");
        // one byte of code per row; ESC bytes are the instructions that the assembler has no word for
        String[][] rows = {
            {".cfi_def_cfa_offset 24", "1 3 0"},
            {".cfi_offset 6, -16", "1 3 -2"},
            {".cfi_remember_state; .cfi_def_cfa 6, 16", "2 2 -2"},
            {".cfi_restore 6", "2 2 0"},
            {".cfi_register 6, 3", "2 2 127"},
            {".cfi_same_value 6", "2 2 0"},
            {".cfi_undefined 6", "2 2 127"},
            {".cfi_restore_state", "1 3 -2"},
            {".cfi_escape 0x2e, 0x80, 0x01", "1 3 -2"}, // GNU_args_size
            {".cfi_escape 0x05, 0x06, 0x03", "1 3 -3"}, // offset_extended
            {".cfi_escape 0x11, 0x06, 0x04", "1 3 -4"}, // offset_extended_sf
            {".cfi_escape 0x2f, 0x06, 0x01", "1 3 1"}, // GNU_negative_offset_extended
            {".cfi_escape 0x06, 0x06", "1 3 0"}, // restore_extended
            {".cfi_escape 0x12, 0x07, 0x7b", "1 5 0"}, // def_cfa_sf 7, -5
            {".cfi_escape 0x13, 0x7a", "1 6 0"}, // def_cfa_offset_sf -6
            {".cfi_escape 0x0f, 0x02, 0x77, 0x10", "1 2 0"}, // CFA = rsp + 16
            {".cfi_escape 0x0f, 0x03, 0x76, 0x78, 0x06", "4 -1 0"}, // CFA = *(rbp - 8)
            {".cfi_escape 0x10, 0x06, 0x02, 0x76, 0x00", "4 -1 126"}, // rbp at *(rbp)
            {".cfi_def_cfa 6, 32", "2 4 -4"}, // the same place, from the CFA
            {".cfi_escape 0x14, 0x06, 0x01", "2 4 127"}, // val_offset
            {".cfi_escape 0x16, 0x06, 0x02, 0x76, 0x00", "2 4 127"}, // val_expression
            {".cfi_def_cfa 10, 0", "0 0 0"}, // from r10
            {".cfi_def_cfa 7, 12", "0 0 0"}, // not a multiple of 8
            {".cfi_def_cfa 7, 0x100000", "0 0 0"}, // too far
            {".cfi_def_cfa 7, 8; .cfi_offset 6, -2048; .cfi_escape 0x2d", "1 1 127"}, // window_save; rbp too far
            {".cfi_same_value 6; .cfi_undefined 16", "6 0 0"}, // the end
            {".cfi_register 16, 0", "0 0 0"}, // return address in a register
            {".cfi_offset 16, -8", "1 1 0"},
            {".cfi_escape 0x0f, 11, 0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3a, 0x2a, 0x33, 0x24, 0x22", "3 10 0"},
        };
        StringBuilder source = new StringBuilder(".text\n.globl f\nf:\n.cfi_startproc\n");
        for (String[] row : rows) {
            source.append("nop\n").append(row[0]).append('\n');
        }
        source.append("nop\n.cfi_endproc\n.skip 300, 0x90\n");
        source.append("g: .cfi_startproc\n.cfi_signal_frame\nnop\n.cfi_endproc\n");
        Path library = Tools.compile(directory, "ops.s", source.toString(), "-shared", "-nostdlib");
        ElfFile file = ElfFile.open(library);
        UnwindTable table = UnwindTable.compile(file);
        long f = file.address("f").getAsLong();
        assertThat(describe(table, f)).isEqualTo("1 1 0");
        for (int i = 0; i < rows.length; i++) {
            assertThat(describe(table, f + 1 + i)).as(rows[i][0]).isEqualTo(rows[i][1]);
        }
        assertThat(describe(table, f + rows.length + 1)).isEqualTo("0 0 0");
        assertThat(describe(table, f + rows.length + 301)).isEqualTo("5 0 0");
        assertThat(describe(table, f - 1)).isEqualTo("0 0 0");
        assertThat(describe(table, -1)).isEqualTo("0 0 0");
    }

    private static String describe(UnwindTable table, long address) {
        long row = table.rowAt(address);
        return UnwindTable.kind(row) + " " + UnwindTable.offset(row) + " " + UnwindTable.rbpSlot(row);
    }

    @Test
    void shouldEndTheWalkWhereAThreadBegins() throws Exception {
        ElfFile libc = ElfFile.open(Tools.libc());
        UnwindTable table = UnwindTable.compile(libc);
        long clone = libc.address("clone").getAsLong();
        boolean ends = false;
        for (long address = clone; address < clone + 128; address++) {
            ends |= UnwindTable.kind(table.rowAt(address)) == UnwindTable.END;
        }
        assertThat(ends).isTrue();
    }

    @Test
    void shouldTakeARealignedFrameApart() throws Exception {
        Tools.require("cc");
        String source = """
                #include <immintrin.h>
                __attribute__((target("avx2"), noinline)) int f(int n, int (*g)(void *)) {
                  volatile __m256i a[4];
                  a[n & 3] = _mm256_set1_epi32(n);
                  __builtin_alloca(n);
                  return g((void *)a);
                }
                """;
        Path library = Tools.compile(directory, "r.c", source, "-shared", "-fPIC", "-O2");
        UnwindTable table = UnwindTable.compile(ElfFile.open(library));
        List<String> kinds = new ArrayList<>();
        for (int i = 0; i < table.rows(); i++) {
            kinds.add(describe(table, UnwindTable.pc(table.row(i)) + table.baseVaddr())
                    .replaceAll(" -?\\d+ ", " "));
        }
        assertThat(kinds).containsAnyOf("4 126", "2 -2");
    }
}
