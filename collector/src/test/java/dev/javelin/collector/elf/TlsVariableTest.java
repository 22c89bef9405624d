package dev.javelin.collector.elf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.collector.elf.TlsVariable.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is found is what readelf says of the file. */
class TlsVariableTest {
    private static final String SOURCE = """
            __thread long first[5], published = 1, own;
            long get(void) { return published++ + own++; }
            """;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "-mtls-dialect=gnu2, R_X86_64_TLSDESC, DESCRIPTOR",
        "-mtls-dialect=gnu, R_X86_64_DTPMOD64, MODULE_AND_OFFSET",
        "-ftls-model=initial-exec, R_X86_64_TPOFF64, THREAD_OFFSET"
    })
    void shouldFindTheWordsThatTheLinkerFills(String option, String relocation, Kind kind) throws Exception {
        Tools.require("cc", "readelf");
        Path library = Tools.compile(directory, "a.c", SOURCE, "-O2", "-shared", "-fPIC", option);
        TlsVariable found = ElfFile.open(library).tlsVariable("published");

        assertThat(found.offset()).isEqualTo(symbol(library, "published"));
        assertThat(found.threadOffset()).isZero();
        assertThat(found.references())
                .containsExactly(new TlsVariable.Reference(kind, slot(library, relocation, "published"), 0));
    }

    @ParameterizedTest
    @CsvSource({
        "-mtls-dialect=gnu2, R_X86_64_TLSDESC, DESCRIPTOR",
        "-mtls-dialect=gnu, R_X86_64_DTPMOD64, MODULE",
    })
    void shouldFindWhatIsFilledForTheWholeModule(String option, String relocation, Kind kind) throws Exception {
        Tools.require("cc", "readelf");
        String source = "__thread long first[5], published; static __thread long own[3];"
                + "long *get(int i) { return own + i; }";
        Path library = Tools.compile(directory, "a.c", source, "-O2", "-shared", "-fPIC", option);
        TlsVariable found = ElfFile.open(library).tlsVariable("published");

        List<String> words = relocation(library, relocation, "");
        long addend = words.size() > 3 ? Long.parseLong(words.get(3), 16) : 0;
        long adjustment = found.offset() - addend;
        assertThat(found.references())
                .containsExactly(new TlsVariable.Reference(kind, Long.parseLong(words.get(0), 16), adjustment));
    }

    @Test
    void shouldKnowWhereAProgramHasIt() throws Exception {
        Tools.require("cc");
        String check = """
                extern int printf(const char *, ...);
                __attribute__((aligned(64))) __thread char aligned[70];
                int main(void) { return printf("%ld", (char *)&published - (char *)__builtin_thread_pointer()) < 0; }
                """;
        for (String option : List.of("-pie", "-no-pie")) {
            List<String> options = new ArrayList<>(List.of("-O2", "-rdynamic", option));
            options.add(option.equals("-pie") ? "-fPIE" : "-fno-pie");
            Path program = Tools.compile(directory, "a.c", SOURCE + check, options.toArray(String[]::new));
            TlsVariable found = ElfFile.open(program).tlsVariable("published");

            assertThat(found.references()).isEmpty();
            assertThat(found.threadOffset()).isEqualTo(Long.parseLong(Tools.run(program.toString())));
        }
    }

    @Test
    void shouldFindOnlyWhatIsExportedAndThreadLocal() throws Exception {
        Tools.require("cc");
        String source = "static __thread long hidden; long plain; __thread long unused;"
                + " extern __thread long elsewhere; long get(void) { return hidden++ + plain + elsewhere; }";
        ElfFile file = ElfFile.open(Tools.compile(directory, "a.c", source, "-O2", "-shared", "-fPIC"));

        assertThat(file.tlsVariable("hidden")).isNull();
        assertThat(file.tlsVariable("plain")).isNull();
        assertThat(file.tlsVariable("elsewhere")).isNull();
        assertThat(file.tlsVariable("unused")).isNotNull();
        assertThat(ElfFile.open(Tools.libc()).tlsVariable("published")).isNull();
    }

    private static long symbol(Path file, String name) throws Exception {
        return Tools.run("readelf", "--dyn-syms", "-W", file.toString())
                .lines()
                .map(line -> List.of(line.trim().split(" +", -1)))
                .filter(words -> words.size() == 8 && words.get(7).equals(name))
                .map(words -> Long.parseLong(words.get(1), 16))
                .findFirst()
                .orElseThrow();
    }

    private static long slot(Path file, String type, String name) throws Exception {
        return Long.parseLong(relocation(file, type, name).get(0), 16);
    }

    /** Offset, info, type, and the rest: of a symbol its value, name, "+" and addend, else the addend. */
    private static List<String> relocation(Path file, String type, String name) throws Exception {
        return Tools.run("readelf", "-rW", file.toString())
                .lines()
                .map(line -> List.of(line.trim().split(" +", -1)))
                .filter(words -> words.size() > 2 && words.get(2).equals(type))
                .filter(words -> name.isEmpty() ? words.size() <= 4 : words.contains(name))
                .findFirst()
                .orElseThrow();
    }
}
