package dev.javelin.collector.proc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KallsymsTest {
    @TempDir
    Path directory;

    private Kallsyms symbols(String text) throws IOException {
        return new Kallsyms(Files.writeString(directory.resolve("kallsyms"), text));
    }

    @Test
    void shouldResolveFunctionsOfTheImageAndOfModules() throws Exception {
        Kallsyms symbols = symbols("""
                0000000000000000 A fixed_percpu_data
                ffffffff81000000 t local_alias
                ffffffff81000000 T global_name
                ffffffff81000000 T second_global
                ffffffff810001f0 T __pfx_do_syscall_64
                ffffffff81000200 T do_syscall_64
                ffffffff81000300 W weak_one
                ffffffff81000400 D some_data
                ffffffff81000500 T _etext
                ffffffffc0802000 t ext4_b\t[ext4]
                ffffffffc0801000 t ext4_a\t[ext4]
                ffffffffc0900000 t bpf_prog_6deef7357e7b4530_sd_fw\t[bpf]
                """);
        assertThat(symbols.unavailableReason()).isNull();
        assertThat(symbols.size()).isEqualTo(7);
        assertThat(symbols.resolve(0xffffffff81000000L)).isEqualTo("global_name");
        assertThat(symbols.resolve(0xffffffff81000200L)).isEqualTo("do_syscall_64");
        assertThat(symbols.resolve(0xffffffff810002ffL)).isEqualTo("do_syscall_64");
        assertThat(symbols.module(0xffffffff810002ffL)).isNull();
        assertThat(symbols.resolve(0xffffffff81000300L)).isEqualTo("weak_one");
        assertThat(symbols.resolve(0xffffffffc0801fffL)).isEqualTo("ext4_a");
        assertThat(symbols.module(0xffffffffc0801fffL)).isEqualTo("ext4");
        assertThat(symbols.resolve(0xffffffffc0802000L)).isEqualTo("ext4_b");
        assertThat(symbols.module(0xffffffffc0900004L)).isEqualTo("bpf");
    }

    @Test
    void shouldReadAgainWhatWasAddedSince() throws Exception {
        String first = "ffffffff81000200 T first\n";
        Path file = Files.writeString(directory.resolve("kallsyms"), first);
        Kallsyms symbols = new Kallsyms(file, Duration.ZERO);
        Kallsyms pausing = new Kallsyms(file, Duration.ofHours(1));
        assertThat(symbols.resolve(0xffffffffc0900004L)).isNull();
        assertThat(pausing.resolve(0xffffffffc0900004L)).isNull();
        Files.writeString(file, first + "ffffffffc0900000 t bpf_prog_6deef7357e7b4530_added\t[bpf]\n");
        assertThat(symbols.resolve(0xffffffffc0900004L)).isEqualTo("bpf_prog_6deef7357e7b4530_added");
        assertThat(pausing.resolve(0xffffffffc0900004L)).isNull();
        Files.writeString(file, "");
        assertThat(symbols.resolve(0xffffffffd0000000L)).isNull();
        assertThat(symbols.resolve(0xffffffff81000200L)).as("what was known").isEqualTo("first");
    }

    @Test
    void shouldNotGuess() throws Exception {
        Kallsyms symbols = symbols("ffffffff81000200 T first\nffffffff81000300 T last\n");
        assertThat(symbols.resolve(0xffffffff810001ffL)).isNull();
        assertThat(symbols.resolve(0xffffffff81000300L + (1 << 20))).isNull();
        assertThat(symbols.resolve(0x0000000081000200L)).isNull();
        assertThat(symbols.resolve(0)).isNull();
        assertThat(symbols.resolve(-1)).isNull();
        assertThat(symbols.module(0)).isNull();
    }

    @Test
    void shouldSayWhyThereAreNone() throws Exception {
        Kallsyms hidden = symbols("0000000000000000 T a\n0000000000000000 T b\n");
        assertThat(hidden.resolve(0xffffffff81000000L)).isNull();
        assertThat(hidden.unavailableReason())
                .startsWith("no kernel symbols: the kernel hides their addresses (kernel.kptr_restrict is ")
                .endsWith(" as root or with CAP_SYSLOG");
        assertThat(symbols("").unavailableReason()).endsWith(" is empty");
        assertThat(new Kallsyms(directory.resolve("none")).unavailableReason())
                .startsWith("no kernel symbols: cannot open ");
        assertThat(new Kallsyms(directory).unavailableReason()).startsWith("no kernel symbols: cannot ");
    }

    @Test
    void shouldSurviveOtherText() throws Exception {
        assertThat(symbols("hello\n\n\n\nx T y\n").size()).isZero();
        assertThat(symbols("a".repeat(100_000)).unavailableReason()).contains("a line longer than");
        assertThat(symbols("ffffffff81000000 T no_line_end").size()).isZero();
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 50_000; i++) {
            many.append("ffffffff8")
                    .append(Integer.toHexString(0x1000000 + i * 16))
                    .append(" t f")
                    .append(i)
                    .append('\n');
        }
        Kallsyms symbols = symbols(many.toString());
        assertThat(symbols.size()).isEqualTo(50_000);
        assertThat(symbols.resolve(0xffffffff81000000L + 49_999 * 16 + 3)).isEqualTo("f49999");
        assertThat(symbols.resolve(0xffffffff81000000L + 12_345 * 16 + 15)).isEqualTo("f12345");
    }

    @Test
    void shouldResolveEveryFunctionOfThisKernel() throws Exception {
        Path file = Path.of("/proc/kallsyms");
        Assumptions.assumeTrue(Files.isReadable(file), "no /proc/kallsyms");
        Kallsyms symbols = new Kallsyms();
        Assumptions.assumeTrue(symbols.unavailableReason() == null, symbols::unavailableReason);
        Map<Long, Set<String>> names = new HashMap<>();
        for (String line : Files.readAllLines(file)) {
            String[] words = line.split("[ \t]", -1);
            if ("TtWw".contains(words[1]) && !words[2].startsWith("__pfx_") && words[0].startsWith("ffffffff")) {
                names.computeIfAbsent(Long.parseUnsignedLong(words[0], 16), a -> new HashSet<>())
                        .add(words[2]);
            }
        }
        assertThat(names).hasSizeGreaterThan(10_000);
        // programs of other processes come and go in the list; the image does not change
        names.forEach((address, set) -> {
            if (symbols.module(address) == null) {
                assertThat(set).contains(symbols.resolve(address));
            }
        });
    }
}
