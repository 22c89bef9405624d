package dev.javelin.collector.hotspot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.collector.hotspot.target.Workload;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HotSpotTest {
    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void shouldReadVersionFlagsAndTables(int version) throws IOException {
        try (JvmProcess target = JvmProcess.start(Jdk.require(version), List.of("-XX:+UseSerialGC"), Workload.class);
                HotSpot hotSpot = HotSpot.find(target.pid())) {
            assertThat(hotSpot.majorVersion()).isEqualTo(version);
            assertThat(hotSpot.vmRelease()).startsWith(version + ".");
            assertThat(hotSpot.flag("UseSerialGC", false)).isTrue();
            assertThat(hotSpot.flag("UseG1GC", true)).isFalse();
            assertThat(hotSpot.flag("NoSuchFlag", true)).isTrue();
            assertThat(hotSpot.flagLong("ReservedCodeCacheSize", 0)).isEqualTo(64L << 20);
            VmStructs structs = hotSpot.structs();
            assertThat(structs.offset("Method", "_constMethod")).isEqualTo(8);
            assertThat(structs.has("Method", "_noSuchField")).isFalse();
            assertThat(structs.sizeOf("PcDesc")).isEqualTo(16);
            assertThat(structs.constant("CompLevel_full_optimization")).isEqualTo(4);
            assertThat(structs.constant("InvocationEntryBci")).isEqualTo(-1);
            assertThat(structs.subtypes("JavaThread")).contains("JavaThread", "CompilerThread", "ServiceThread");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void shouldNameWhatTheTablesLack(int version) throws IOException {
        try (JvmProcess target = JvmProcess.start(Jdk.require(version), List.of(), Workload.class);
                HotSpot hotSpot = HotSpot.find(target.pid())) {
            VmStructs structs = hotSpot.structs();
            assertThatThrownBy(() -> structs.offset("nmethod", "_colour"))
                    .hasMessageContaining("the field nmethod._colour");
            assertThatThrownBy(() -> structs.anyOffset("a._b", "c._d"))
                    .hasMessageContaining("a._b")
                    .hasMessageContaining("c._d");
            assertThatThrownBy(() -> structs.address("nmethod", "_compile_id")).hasMessageContaining("static field");
            assertThatThrownBy(() -> structs.sizeOf("Nothing")).hasMessageContaining("type Nothing");
            assertThatThrownBy(() -> structs.constant("None")).hasMessageContaining("constant None");
        }
    }

    @Test
    void shouldShareTablesButNotAddressesBetweenProcessesOfOneBuild() throws IOException {
        Jdk jdk = Jdk.require(17);
        try (JvmProcess one = JvmProcess.start(jdk, List.of(), Workload.class);
                JvmProcess other = JvmProcess.start(jdk, List.of(), Workload.class);
                HotSpot first = HotSpot.find(one.pid());
                HotSpot second = HotSpot.find(other.pid())) {
            long distance = second.loadBias() - first.loadBias();
            long here = first.structs().address("CodeCache", "_low_bound");
            assertThat(second.structs().address("CodeCache", "_low_bound")).isEqualTo(here + distance);
            assertThat(CodeLayout.of(second).blob())
                    .isEqualTo(CodeLayout.of(first).blob());
        }
    }

    @Test
    void shouldFindTheCodeOfAJvmThatMapsItsLibraryAsDataToo() throws IOException {
        Path libjvm = Path.of(System.getProperty("java.home"), "lib", "server", "libjvm.so");
        try (FileChannel file = FileChannel.open(libjvm)) {
            MappedByteBuffer data = file.map(FileChannel.MapMode.READ_ONLY, 0, file.size());
            try (HotSpot hotSpot = HotSpot.find((int) ProcessHandle.current().pid())) {
                assertThat(hotSpot.majorVersion()).isEqualTo(Runtime.version().feature());
            }
            assertThat(data.get(0)).isEqualTo((byte) 0x7f);
        }
    }

    @Test
    void shouldSayThatAProcessIsNoJvm() throws Exception {
        Process sleep = new ProcessBuilder("sleep", "60").start();
        try {
            assertThatThrownBy(() -> HotSpot.find((int) sleep.pid()))
                    .isInstanceOf(HotSpotException.class)
                    .hasMessage("process " + sleep.pid() + " is not a HotSpot JVM: it has no libjvm.so mapped");
        } finally {
            sleep.destroyForcibly().waitFor();
        }
        assertThatThrownBy(() -> HotSpot.find((int) sleep.pid()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("does not exist");
    }
}
