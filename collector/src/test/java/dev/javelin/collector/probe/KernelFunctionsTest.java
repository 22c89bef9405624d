package dev.javelin.collector.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.javelin.bpf.KernelFeatures.Attempt;
import dev.javelin.bpf.KernelProbes;
import dev.javelin.bpf.KernelTypes;
import dev.javelin.collector.session.JavelinException;
import dev.javelin.collector.walker.AttachPoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelFunctionsTest {
    private static final int ENOENT = 2;
    private static final int EPERM = 1;
    private static final int EOPNOTSUPP = 95;

    @TempDir
    Path directory;

    private final Set<String> warnings = new TreeSet<>();

    private static KernelFunctions kernel(boolean kprobe, boolean fentry) {
        return kernel(kprobe, fentry, false);
    }

    /** One of whose functions at_start cannot be traced. */
    private static KernelFunctions kernel(boolean kprobe, boolean fentry, boolean multi) {
        SortedMap<String, Long> names = new TreeMap<>();
        List.of("vfs_fsync", "vfs_fsync_range", "vfs_read", "at_start", "at_end", "at_once", "x64_sys_call")
                .forEach(name -> names.put(name, 0x1000L + names.size()));
        IntStream.range(0, 5_001).forEach(i -> names.put("many_" + i, 0L));
        Stream.of("__ia32_sys_yield", "__x64_sys_yield", "__do_sys_yield").forEach(name -> names.put(name, 0x2000L));
        KernelProbes offered = new KernelProbes(
                new Attempt(kprobe ? 0 : ENOENT),
                new Attempt(fentry ? 0 : EPERM),
                new Attempt(multi ? 0 : EOPNOTSUPP),
                new Attempt(ENOENT));
        Set<String> unique = new TreeSet<>(names.keySet());
        unique.removeAll(List.of("at_start", "__ia32_sys_yield", "__x64_sys_yield"));
        return new KernelFunctions(
                () -> offered,
                () -> names,
                () -> Set.of("vfs_refused"),
                () -> new KernelNames.Traceable(Set.of("vfs_read"), unique));
    }

    private List<AttachPoint> points(KernelFunctions kernel, String text) {
        ProbeSpec spec = ProbeSpec.parse(text);
        return kernel.points(spec, !spec.kind().isReturn(), spec.kind().isReturn(), warnings);
    }

    private List<AttachPoint> calls(KernelFunctions kernel, String text) {
        return kernel.points(ProbeSpec.parse(text), true, true, warnings);
    }

    @ParameterizedTest
    @CsvSource({
        "kprobe:vfs_read, true, true, KernelEntry",
        "kprobe:vfs_read+4, true, true, KernelEntry",
        "kretprobe:vfs_read, true, true, KernelReturn",
        "fentry:vfs_read, true, true, Traced",
        "fexit:vfs_read, true, true, Traced",
        "kprobe:vfs_read, false, true, Traced",
        "kretprobe:vfs_read, false, true, Traced",
        "fentry:vfs_read, true, false, KernelEntry",
        "fexit:vfs_read, true, false, KernelReturn",
    })
    void eitherWayServesForTheOther(String spec, boolean kprobe, boolean fentry, String point) {
        assertThat(points(kernel(kprobe, fentry), spec))
                .extracting(found -> found.getClass().getSimpleName())
                .containsExactly(point);
    }

    @Test
    void whatTheKernelRefusesIsTold(@TempDir Path directory) throws Exception {
        assertThatThrownBy(() -> points(kernel(true, true), "kprobe:vfs_refused"))
                .isInstanceOf(JavelinException.class)
                .hasMessageStartingWith(
                        "kprobe:vfs_refused: the kernel refuses probes in this function (its blacklist)");
        Path blacklist = directory.resolve("blacklist");
        Files.writeString(
                blacklist,
                "0xffffffff81000000-0xffffffff81000040\tvfs_refused\n0xffffffff81000040-0xffffffff81000050\tother\n");
        assertThat(KernelNames.refused(blacklist)).containsExactlyInAnyOrder("vfs_refused", "other");
        assertThat(KernelNames.refused(directory.resolve("none"))).isEmpty();
    }

    @Test
    void aCallIsWatchedAtItsReturnFirst() {
        assertThat(calls(kernel(true, false), "kprobe:vfs_fsync*"))
                .containsExactly(
                        new AttachPoint.KernelReturn("vfs_fsync"),
                        new AttachPoint.KernelEntry("vfs_fsync", 0),
                        new AttachPoint.KernelReturn("vfs_fsync_range"),
                        new AttachPoint.KernelEntry("vfs_fsync_range", 0));
    }

    /** A kretprobe loses returns where many threads are in the function. */
    @Test
    void aCallGoesByFentryWhereItsTypesAllowIt() {
        assertThat(KernelTypes.read().isPlain("vfs_read")).isTrue();
        assertThat(KernelTypes.read().isPlain("_printk")).isFalse(); // any number of arguments
        assertThat(calls(kernel(true, true), "kretprobe:vfs_read"))
                .containsExactly(new AttachPoint.Traced("vfs_read", true, true));
        assertThat(calls(kernel(true, true), "kprobe:vfs_fsync"))
                .hasSize(2)
                .noneMatch(AttachPoint.Traced.class::isInstance);
    }

    @Test
    void moreThanFentryTakesGoByKprobes() {
        KernelFunctions kernel = kernel(true, true);
        assertThat(points(kernel, "fentry:vfs_*")).hasSize(3).allMatch(AttachPoint.Traced.class::isInstance);
        assertThat(points(kernel, "fentry:vfs_fsync*")).hasSize(2).allMatch(AttachPoint.KernelEntry.class::isInstance);
    }

    @Test
    void patternsGoByOneLinkWhereTheKernelHasSuch() {
        assertThat(points(kernel(true, true, true), "kprobe:vfs_*"))
                .containsExactly(new AttachPoint.KernelFunctions(
                        List.of("vfs_fsync", "vfs_fsync_range", "vfs_read"), true, false));
        assertThat(points(kernel(true, true, true), "kretprobe:many_10*"))
                .containsExactly(new AttachPoint.KernelFunctions(
                        functions(kernel(true, true, true), "kprobe:many_10*"), false, true));
        assertThat(points(kernel(true, true, true), "kprobe:vfs_read"))
                .containsExactly(new AttachPoint.KernelEntry("vfs_read", 0));
        assertThat(points(kernel(true, true, true), "fentry:vfs_*"))
                .hasSize(3)
                .allMatch(AttachPoint.Traced.class::isInstance);
        assertThat(points(kernel(false, true, true), "fentry:many_1*")).hasSize(1);
        assertThat(calls(kernel(true, true, true), "kprobe:many_1*"))
                .singleElement()
                .matches(point ->
                        point instanceof AttachPoint.KernelFunctions many && many.atEntry() && many.atReturn());
        assertThat(warnings).hasSize(2).allMatch(line -> line.contains(" 1111 functions of the kernel are probed"));
    }

    private List<String> functions(KernelFunctions kernel, String text) {
        return ((AttachPoint.KernelFunctions) points(kernel, text).get(0)).functions();
    }

    @Test
    void whatCannotBeTracedIsLeftOutOfPatternsAndSaid() {
        assertThat(functions(kernel(true, true, true), "kprobe:at_*")).containsExactly("at_end", "at_once");
        assertThat(warnings)
                .singleElement()
                .asString()
                .startsWith("kprobe:at_*: 1 function is left out: the kernel cannot trace");
        assertThat(points(kernel(true, true), "kprobe:at_*")).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "kprobe:vfs_raed | true | true | this kernel has no such function; did you mean vfs_read",
                "kprobe:nothing_* | true | true | this kernel has no such function; 'javelin list",
                "kprobe:many_* | true | true | 5001 functions; at most 100",
                "kprobe:many_1* | false | true | at most 4 can be traced by fentry at once, and this kernel has no kprobes (ENOENT",
                "kprobe:vfs_read+4 | false | true | leave out the offset",
                "fexit:vfs_fsync_range | false | false | neither by kprobes (ENOENT (2): No such file or directory) nor by"
                        + " fentry (EPERM (1): Operation not permitted); what may serve instead: syscall:fsync",
            })
    void whatCannotBeIsSaidInOneLine(String spec, boolean kprobe, boolean fentry, String message) {
        KernelFunctions kernel = kernel(kprobe, fentry);
        assertThatThrownBy(() -> points(kernel, spec))
                .hasMessageContaining(message)
                .hasMessageStartingWith(spec.replace("+4", "+0x4") + ": ")
                .hasMessageNotContaining("\n");
    }

    @Test
    void aFunctionWithSeveralNamesIsOne() {
        assertThat(points(kernel(true, true), "kprobe:__*_sys_yield"))
                .containsExactly(new AttachPoint.KernelEntry("__do_sys_yield", 0));
        assertThat(functions(kernel(true, true, true), "kprobe:*x64_*"))
                .containsExactly("__x64_sys_yield", "x64_sys_call");
    }

    @Test
    void whatCanBeTracedIsKnownByNamesThatAreUnique() throws IOException {
        Path functions = directory.resolve("available_filter_functions");
        Files.writeString(functions, "vfs_read\next4_sync [ext4]\nshow\nshow\n");
        KernelNames.Traceable traceable = KernelNames.traceable(functions);
        assertThat(traceable.image()).containsExactlyInAnyOrder("vfs_read", "show");
        assertThat(traceable.unique()).containsExactlyInAnyOrder("vfs_read", "ext4_sync");
        assertThat(KernelNames.traceable(directory.resolve("none")).unique()).isEmpty();
    }

    @Test
    void namesAreThoseOfWholeFunctions() throws IOException {
        Path kallsyms = directory.resolve("kallsyms");
        Files.writeString(kallsyms, """
                ffffffff81000010 T vfs_read
                ffffffff81000000 t __pfx_vfs_read
                ffffffff81000020 t show
                ffffffff81000030 t show
                0000000000000000 t vfs_read.cold
                0000000000000000 D vfs_data
                0000000000000000 t ext4_sync\t[ext4]
                """);
        assertThat(KernelNames.addresses(kallsyms))
                .containsExactly(entry("ext4_sync", 0L), entry("show", 0L), entry("vfs_read", 0xffffffff81000010L));
    }
}
