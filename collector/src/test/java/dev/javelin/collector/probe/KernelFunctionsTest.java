package dev.javelin.collector.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelFunctionsTest {
    private static final int ENOENT = 2;
    private static final int EPERM = 1;

    @TempDir
    Path directory;

    private static KernelFunctions kernel(boolean kprobe, boolean fentry) {
        SortedSet<String> names = new TreeSet<>(List.of("vfs_fsync", "vfs_fsync_range", "vfs_read"));
        IntStream.range(0, 101).forEach(i -> names.add("many_" + i));
        KernelProbes offered = new KernelProbes(
                new Attempt(kprobe ? 0 : ENOENT), new Attempt(fentry ? 0 : EPERM), new Attempt(ENOENT));
        return new KernelFunctions(() -> offered, () -> names, () -> Set.of("vfs_refused"), () -> Set.of("vfs_read"));
    }

    private static List<AttachPoint> points(KernelFunctions kernel, String text) {
        ProbeSpec spec = ProbeSpec.parse(text);
        return kernel.points(spec, !spec.kind().isReturn(), spec.kind().isReturn());
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
        assertThat(kernel(true, false).points(ProbeSpec.parse("kprobe:vfs_fsync*"), true, true))
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
        assertThat(kernel(true, true).points(ProbeSpec.parse("kretprobe:vfs_read"), true, true))
                .containsExactly(new AttachPoint.Traced("vfs_read", true, true));
        assertThat(kernel(true, true).points(ProbeSpec.parse("kprobe:vfs_fsync"), true, true))
                .hasSize(2)
                .noneMatch(AttachPoint.Traced.class::isInstance);
    }

    @Test
    void moreThanFentryTakesGoByKprobes() {
        KernelFunctions kernel = kernel(true, true);
        assertThat(points(kernel, "fentry:vfs_*")).hasSize(3).allMatch(AttachPoint.Traced.class::isInstance);
        assertThat(points(kernel, "fentry:vfs_fsync*")).hasSize(2).allMatch(AttachPoint.KernelEntry.class::isInstance);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "kprobe:vfs_raed | true | true | this kernel has no such function; did you mean vfs_read",
                "kprobe:nothing_* | true | true | this kernel has no such function; 'javelin list",
                "kprobe:many_* | true | true | 101 functions; at most 100",
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
    void namesAreThoseOfWholeFunctions() throws IOException {
        Path kallsyms = directory.resolve("kallsyms");
        Files.writeString(kallsyms, """
                0000000000000000 T vfs_read
                0000000000000000 t __pfx_vfs_read
                0000000000000000 t vfs_read.cold
                0000000000000000 D vfs_data
                0000000000000000 t ext4_sync\t[ext4]
                """);
        assertThat(KernelNames.read(kallsyms)).containsExactly("ext4_sync", "vfs_read");
    }
}
