package dev.javelin.collector.proc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcMapsTest {
    private static List<Mapping> parse(String text) {
        return ProcMaps.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void shouldParseEveryKindOfMapping() {
        List<Mapping> mappings = parse("""
                55d0c8a00000-55d0c8a01000 r-xp 00001000 fe:00 327901                     /usr/bin/java
                7f0000000000-7f0000001000 rw-p 00000000 00:00 0
                7f0000002000-7f0000003000 r--s 0000a000 103:02 9876543210987           /tmp/a b/ü.so (deleted)
                7ffc0c9f5000-7ffc0ca16000 rw-p 00000000 00:00 0                          [stack]
                7ffc0cb00000-7ffc0cb02000 r-xp 00000000 00:00 0                          [vdso]
                7ffc0cb03000-7ffc0cb04000 r-xp 00000000 00:01 55                         /odd\\012name
                ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
                """);
        assertThat(mappings)
                .containsExactly(
                        new Mapping(
                                0x55d0c8a00000L,
                                0x55d0c8a01000L,
                                true,
                                false,
                                true,
                                0x1000,
                                "fe:00",
                                327901,
                                "/usr/bin/java",
                                false),
                        new Mapping(0x7f0000000000L, 0x7f0000001000L, true, true, false, 0, "00:00", 0, "", false),
                        new Mapping(
                                0x7f0000002000L,
                                0x7f0000003000L,
                                true,
                                false,
                                false,
                                0xa000,
                                "103:02",
                                9876543210987L,
                                "/tmp/a b/ü.so",
                                true),
                        new Mapping(
                                0x7ffc0c9f5000L, 0x7ffc0ca16000L, true, true, false, 0, "00:00", 0, "[stack]", false),
                        new Mapping(
                                0x7ffc0cb00000L, 0x7ffc0cb02000L, true, false, true, 0, "00:00", 0, "[vdso]", false),
                        new Mapping(
                                0x7ffc0cb03000L,
                                0x7ffc0cb04000L,
                                true,
                                false,
                                true,
                                0,
                                "00:01",
                                55,
                                "/odd\nname",
                                false),
                        new Mapping(
                                0xffffffffff600000L,
                                0xffffffffff601000L,
                                false,
                                false,
                                true,
                                0,
                                "00:00",
                                0,
                                "[vsyscall]",
                                false));
    }

    @Test
    void shouldKnowFilesAndRanges() {
        Mapping mapping =
                parse("1000-3000 r-xp 00000000 fe:00 12 /usr/lib/libx.so\n").get(0);
        assertThat(mapping.isFile()).isTrue();
        assertThat(mapping.fileName()).isEqualTo("libx.so");
        assertThat(mapping.size()).isEqualTo(0x2000);
        assertThat(mapping.contains(0xfff)).isFalse();
        assertThat(mapping.contains(0x1000)).isTrue();
        assertThat(mapping.contains(0x2fff)).isTrue();
        assertThat(mapping.contains(0x3000)).isFalse();
        Mapping high = parse("ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]")
                .get(0);
        assertThat(high.contains(0xffffffffff600010L)).isTrue();
        assertThat(high.isFile()).isFalse();
    }

    @Test
    void shouldLeaveOutLinesItDoesNotUnderstand() {
        assertThat(parse("")).isEmpty();
        assertThat(parse("\n\nhello\n1000\n1000-\n1000-2000\n1000-2000 r\n")).isEmpty();
    }

    @Test
    void shouldReadItsOwnMappings() throws Exception {
        List<Mapping> mappings = ProcMaps.read((int) ProcessHandle.current().pid());
        assertThat(mappings).anyMatch(m -> m.executable() && m.fileName().equals("libjvm.so"));
        assertThat(mappings).anyMatch(m -> m.path().equals("[stack]") && m.writable());
        for (int i = 1; i < mappings.size(); i++) {
            assertThat(mappings.get(i - 1).end())
                    .matches(end -> Long.compareUnsigned(end, 0) > 0)
                    .isLessThanOrEqualTo(
                            mappings.get(i).start() < 0
                                    ? Long.MAX_VALUE
                                    : mappings.get(i).start());
        }
    }

    @Test
    void shouldSayThatThereIsNoSuchProcess() {
        assertThatThrownBy(() -> ProcMaps.read(999_999_999))
                .isInstanceOf(ProcessGoneException.class)
                .hasMessage("process 999999999 does not exist");
    }
}
