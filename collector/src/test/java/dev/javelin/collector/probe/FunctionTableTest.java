package dev.javelin.collector.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.collector.elf.ElfFile;
import dev.javelin.collector.elf.ElfSymbol;
import dev.javelin.collector.elf.Tools;
import dev.javelin.collector.session.JavelinException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FunctionTableTest {
    private static final String BEGIN = "_ZN20SafepointSynchronize5beginEv";
    private static final Path LIBJVM = Path.of(System.getProperty("java.home"), "lib/server/libjvm.so");
    private static final String SOURCE = """
            #include <string.h>
            namespace zoo {
                struct Cat {
                    int feed(int n) const; int feed(const char *food);
                    template<class T> T tell(T t);
                    Cat();
                };
                int Cat::feed(int n) const { return n + 1; }
                int Cat::feed(const char *food) { return food[0]; }
                template<class T> T Cat::tell(T t) { return t; }
                template long Cat::tell<long>(long);
                Cat::Cat() {}
            }
            extern "C" int plain(int i) { return i; }
            extern "C" int other(int i) __attribute__((alias("plain")));
            extern "C" int __chosen_fast(int i) { return i; }
            extern "C" int __chosen_slow(int i) { return -i; }
            typedef int (*choice)(int);
            extern "C" choice resolve() { return __chosen_fast; }
            extern "C" int chosen(int i) __attribute__((ifunc("resolve")));
            int main(int n, char **) { return chosen(n) + (int) strlen(__FILE__ + n) + plain(n); }
            """;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                BEGIN,
                "SafepointSynchronize::begin()",
                "SafepointSynchronize::begin",
                "SafepointSynchronize::beg?n()",
                "*SafepointSynchronize::begin",
                "_ZN20SafepointSynchronize5beg*"
            })
    void shouldFindTheSameFunctionByEachOfItsNames(String name) throws Exception {
        try (ElfFile file = ElfFile.open(LIBJVM)) {
            ElfSymbol symbol = file.symbols(Set.of(BEGIN)).get(BEGIN);
            assertThat(FunctionTable.of(file).find(name))
                    .containsExactly(new FunctionPoint(
                            "SafepointSynchronize::begin()",
                            BEGIN,
                            symbol.value(),
                            file.fileOffsetOfVaddr(symbol.value()).orElseThrow(),
                            symbol.size(),
                            false));
        }
    }

    /** The filter that saves making names readable must not lose one. */
    @ParameterizedTest
    @ValueSource(
            strings = {"*string*", "*Safepoint*", "G1*::*(*)", "*operator*", "*::~*", "*unsigned long*", "?1*", "*<*>*"
            })
    void shouldFindAllThatFitsAGlob(String pattern) throws Exception {
        Glob glob = new Glob(pattern);
        try (ElfFile file = ElfFile.open(LIBJVM)) {
            FunctionTable functions = FunctionTable.of(file);
            List<Long> expected = functions.matching(List.of(), name -> true).stream()
                    .filter(point ->
                            glob.matches(point.name()) || glob.matches(CxxNames.withoutParameters(point.name())))
                    .map(FunctionPoint::address)
                    .toList();

            assertThat(functions.find(pattern))
                    .extracting(FunctionPoint::address)
                    .containsAll(expected);
        }
    }

    @Test
    void shouldKnowTheFunctionsThatReadelfShows() throws Exception {
        Tools.require("readelf");
        Path libc = Tools.libc();
        try (ElfFile file = ElfFile.open(libc)) {
            FunctionTable functions = FunctionTable.of(file);
            assertThat(functions.names(true)).contains("malloc", "free", "pthread_mutex_lock");
            int checked = 0;
            for (String line : Tools.run("readelf", "-W", "--dyn-syms", libc.toString())
                    .lines()
                    .toList()) {
                String[] fields = line.strip().split("\\s+", -1);
                if (fields.length > 7 && fields[3].equals("FUNC") && !fields[6].equals("UND") && checked++ < 100) {
                    assertThat(functions.find(fields[7].replaceAll("@.*", "")))
                            .extracting(FunctionPoint::address)
                            .contains(Long.parseLong(fields[1], 16));
                }
            }
            assertThat(checked).isGreaterThan(100);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "plain                         | plain",
                "other                         | other",
                "zoo::Cat::feed                | zoo::Cat::feed(int) const, zoo::Cat::feed(char const*)",
                "zoo::Cat::feed(int) const     | zoo::Cat::feed(int) const",
                "zoo::Cat::feed(char const*)   | zoo::Cat::feed(char const*)",
                "zoo::Cat::tell<long>          | long zoo::Cat::tell<long>(long)",
                "zoo::Cat::Cat                 | zoo::Cat::Cat()",
                "zoo::*(char*)                 | zoo::Cat::feed(char const*)",
                "pl*n                          | plain",
                "zoo                           | ''",
                "feed                          | ''",
            })
    void shouldFindFunctions(String name, String found) throws Exception {
        try (ElfFile file = ElfFile.open(program())) {
            assertThat(FunctionTable.of(file).find(name).stream()
                            .map(FunctionPoint::name)
                            .toList())
                    .containsExactlyInAnyOrder(found.isEmpty() ? new String[0] : found.split(", "));
        }
    }

    @Test
    void shouldCountAFunctionOfTwoNamesOnce() throws Exception {
        try (ElfFile file = ElfFile.open(program())) {
            FunctionTable functions = FunctionTable.of(file);
            List<FunctionPoint> all = functions.matching(List.of(), name -> true);

            assertThat(all).extracting(FunctionPoint::address).doesNotHaveDuplicates();
            assertThat(all.stream().filter(point -> !point.ifunc())).hasSize(functions.size());
        }
    }

    @Test
    void shouldFindWhatTheLinkerHasChosenForAPattern() throws Exception {
        TargetLibraries libraries =
                TargetLibraries.of((int) ProcessHandle.current().pid());
        TargetLibrary libc = libraries.find("libc");
        try (ElfFile file = ElfFile.open(Path.of(libc.pathToOpen()))) {
            List<FunctionPoint> ifuncs = FunctionTable.of(file).find("str*").stream()
                    .filter(FunctionPoint::ifunc)
                    .toList();

            assertThat(ifuncs).extracting(FunctionPoint::symbol).contains("strlen");
            assertThat(LibraryFunctions.find(libraries, libc, file, "str*"))
                    .anyMatch(point -> point.symbol().equals("strlen"))
                    .anyMatch(point -> point.symbol().equals("strtol"))
                    .extracting(FunctionPoint::address)
                    .doesNotContainAnyElementsOf(
                            ifuncs.stream().map(FunctionPoint::address).toList());
        }
    }

    @Test
    void shouldSayWhyAProbeWouldNotFire() throws Exception {
        Path program = program();
        TargetLibrary library = new TargetLibrary("zoo", program.toString(), program.toString());
        TargetLibraries libraries =
                TargetLibraries.of((int) ProcessHandle.current().pid());
        try (ElfFile file = ElfFile.open(program)) {
            assertThatThrownBy(() -> LibraryFunctions.find(libraries, library, file, "chosen"))
                    .isInstanceOf(JavelinException.class)
                    .hasMessageContaining("chosen of zoo would not fire")
                    .hasMessageEndingWith("name that one: __chosen_fast, __chosen_slow");
            assertThatThrownBy(() -> LibraryFunctions.find(libraries, library, file, "strlen"))
                    .hasMessageStartingWith("zoo only calls strlen: set the probe where it is defined, in libc");
            assertThatThrownBy(() -> LibraryFunctions.find(libraries, library, file, "zoo::Cat::fed"))
                    .isInstanceOfSatisfying(
                            UnknownNameException.class,
                            e -> assertThat(e.known()).contains("zoo::Cat::feed", "plain"))
                    .hasMessage("zoo has no function 'zoo::Cat::fed'");
            assertThat(LibraryFunctions.find(libraries, library, file, "*chosen*"))
                    .extracting(FunctionPoint::name)
                    .containsExactlyInAnyOrder("__chosen_fast", "__chosen_slow");
        }
    }

    private Path program() throws Exception {
        Tools.require("cc", "g++");
        return Tools.compile(directory, "zoo.cc", SOURCE, "-O1", "-fno-inline", "-fno-builtin", "-lstdc++");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "f(int)                                    | f",
                "malloc                                    | malloc",
                "Foo::bar(int, char*) const                | Foo::bar",
                "void Foo<int>::bar<long>(int)             | Foo<int>::bar<long>",
                "std::map<int, long> f<int>(void (*)(int)) | f<int>",
                "Foo::operator()(int)                      | Foo::operator()",
                "operator new(unsigned long)               | operator new",
                "(anonymous namespace)::f(int)             | (anonymous namespace)::f",
                "f(int) [clone .constprop.0]               | f",
                ")(                                        | )(",
            })
    void shouldTakeParametersAway(String name, String without) {
        assertThat(CxxNames.withoutParameters(name)).isEqualTo(without);
    }

    @ParameterizedTest
    @CsvSource({
        "a*c, abc, true",
        "a*c, ac, true",
        "a*c, abcd, false",
        "a?c, abc, true",
        "a?c, ac, false",
        "*, '', true",
        "'', '', true",
        "'', a, false",
        "*b*b*, abab, true",
        "*aab, aaab, true",
        "a**, a, true",
    })
    void shouldMatchGlobs(String pattern, String text, boolean matches) {
        assertThat(new Glob(pattern).matches(text)).isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "malloc | 0",
                "f() | 0",
                "f(void) | 0",
                "SafepointSynchronize::begin() | 0",
                "void Foo<int>::bar<long>(int, char*) const | 2",
                "f(std::pair<int, int>, void (*)(int, int)) | 2",
            })
    void shouldCountTheParametersOfAName(String name, int parameters) {
        assertThat(CxxNames.parameters(name)).isEqualTo(parameters);
    }
}
