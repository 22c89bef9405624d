package dev.javelin.collector.elf;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files may give an {@link ElfException} or less information, and nothing else: no other exception, no loop without end. */
@Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ElfFuzzTest {
    private static final long[] EXTREME = {
        0,
        1,
        7,
        8,
        0x7f,
        0x80,
        0xff,
        0xffff,
        0x7fffffffL,
        0x80000000L,
        0xffffffffL,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        -1,
        -8
    };

    @TempDir
    Path directory;

    @Test
    void shouldSurviveDamageAnywhere() throws Exception {
        fuzz(Files.readAllBytes(Tools.library("libz.so.1")), Long.getLong("javelin.fuzz.seed", 20261122L), 1500);
    }

    @Test
    void shouldSurviveDamageToAFileWithASymbolTable() throws Exception {
        Tools.require("cc");
        String source = """
                #include <stdlib.h>
                static __thread int here;
                __asm__(".pushsection .note.stapsdt,\\"\\",\\"note\\";.balign 4;.4byte 8,32,3;.asciz \\"stapsdt\\";"
                        ".8byte 1,2,0;.asciz \\"p\\";.asciz \\"n\\";.asciz \\"a12\\";.popsection");
                __attribute__((noinline)) static int inner(int n) { return n > 2 ? abs(n) * inner(n - 1) : ++here; }
                int outer(int n) { return inner(n) + rand(); }
                """;
        Path library = Tools.compile(directory, "f.c", source, "-shared", "-fPIC", "-O1");
        assertThat(UsdtProbe.read(ElfFile.open(library))).hasSize(1);
        fuzz(Files.readAllBytes(library), Long.getLong("javelin.fuzz.seed", 7L), 4000);
    }

    private static void fuzz(byte[] original, long seed, int rounds) {
        Random random = new Random(seed);
        int accepted = 0;
        for (int round = 0; round < rounds; round++) {
            byte[] image = damage(original, random);
            try {
                readAll(image, random.nextLong());
                accepted++;
            } catch (ElfException e) {
                assertThat(e).hasMessageStartingWith("ELF image: ");
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ", round " + round, e);
            }
        }
        assertThat(accepted).as("files that could still be read").isPositive();
    }

    /** One to eight changes: headers, section headers and the rest each get about a third of them. */
    private static byte[] damage(byte[] original, Random random) {
        byte[] image = original.clone();
        ByteBuffer bytes = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        int sections = (int) bytes.getLong(ElfLayout.E_SHOFF);
        for (int i = random.nextInt(8); i >= 0; i--) {
            int at;
            switch (random.nextInt(4)) {
                case 0 -> at = 16 + random.nextInt(700);
                case 1 -> at = sections + random.nextInt(image.length - sections - 8);
                default -> at = random.nextInt(image.length - 8);
            }
            long value = random.nextBoolean() ? EXTREME[random.nextInt(EXTREME.length)] : random.nextLong();
            switch (random.nextInt(4)) {
                case 0 -> bytes.putLong(at & -8, value);
                case 1 -> bytes.putInt(at & -4, (int) value);
                case 2 -> bytes.put(at, (byte) value);
                default -> bytes.putLong(at, bytes.getLong(at) ^ 1L << random.nextInt(64));
            }
        }
        return random.nextInt(16) == 0 ? java.util.Arrays.copyOf(image, random.nextInt(image.length)) : image;
    }

    private static void readAll(byte[] image, long random) throws ElfException {
        ElfFile file = ElfFile.of(ByteBuffer.wrap(image));
        file.buildId();
        file.vaddrOfFileOffset(random >>> 40);
        UnwindTable table = UnwindTable.compile(file);
        assertSorted(table);
        table.rowAt(random >>> 48);
        file.symbols(Set.of("inner", "outer", "here", "deflate", "absent"));
        file.tlsModuleSlots();
        UsdtProbe.read(file);
        SymbolTable symbols = file.symbols();
        for (int i = 0; i < 20; i++) {
            symbols.nameAt((random >>> 48) * i);
        }
        for (int i = 0; i < symbols.size(); i++) {
            assertThat(symbols.name(i).length()).isLessThanOrEqualTo(SymbolSource.LONGEST_NAME + "@plt".length());
        }
    }

    private static void assertSorted(UnwindTable table) {
        for (int i = 1; i < table.rows(); i++) {
            if (UnwindTable.pc(table.row(i - 1)) >= UnwindTable.pc(table.row(i))) {
                throw new AssertionError("rows " + (i - 1) + " and " + i + " are not in order");
            }
        }
    }

    @Test
    void shouldRefuseWhatIsNoElfFile() throws Exception {
        assertRefused(new byte[0], "not an ELF file");
        assertRefused(new byte[100], "not an ELF file");
        byte[] image = Files.readAllBytes(Tools.libc());
        byte[] narrow = image.clone();
        narrow[4] = 1;
        assertRefused(narrow, "not a 64-bit little-endian ELF file");
        byte[] big = image.clone();
        big[5] = 2;
        assertRefused(big, "not a 64-bit little-endian ELF file");
        assertRefused(java.util.Arrays.copyOf(image, 64), "program headers reach beyond the file");
    }

    private static void assertRefused(byte[] image, String why) {
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> ElfFile.of(ByteBuffer.wrap(image), "x.so")))
                .isInstanceOf(ElfException.class)
                .hasMessageStartingWith("x.so: " + why);
    }
}
