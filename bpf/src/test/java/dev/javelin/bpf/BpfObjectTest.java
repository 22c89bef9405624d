package dev.javelin.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

@NeedsBpf
class BpfObjectTest {
    @Test
    void shouldLetProgramsSeeGlobalsOfEverySize() {
        try (BpfObject object = BpfObject.open("probe")) {
            object.global("answer", 0x1122334455667788L);
            object.global("small", 200);
            object.global("negative", -5);
            object.global("record_bytes", 0xfffffffeL);
            object.load();
            object.program("on_globals").attach();
            Kernel.fire(1);
            ByteBuffer shared = object.map("shared").mmap();
            assertThat(shared.getLong(8 * 8)).isEqualTo(0x1122334455667788L);
            assertThat(shared.getLong(9 * 8)).isEqualTo(200);
            assertThat(shared.getLong(10 * 8)).isEqualTo(-5);
            assertThat(shared.getLong(11 * 8)).isEqualTo(0xfffffffeL);
        }
    }

    @Test
    void shouldSetGlobalFromBytes() {
        try (BpfObject object = BpfObject.open("probe")) {
            object.global("record_bytes", new byte[] {1, 2, 0, 0});
            assertThatThrownBy(() -> object.global("record_bytes", new byte[3]))
                    .hasMessage("global record_bytes of probe has 4 bytes, not 3");
            object.load();
            object.program("on_globals").attach();
            Kernel.fire(1);
            assertThat(object.map("shared").mmap().getLong(11 * 8)).isEqualTo(0x201);
        }
    }

    @Test
    void shouldRefuseGlobalsThatAreNotThereOrDoNotFit() {
        try (BpfObject object = BpfObject.open("probe")) {
            assertThatThrownBy(() -> object.global("nothing", 1)).hasMessage("no global nothing in probe");
            assertThatThrownBy(() -> object.global("small", 256))
                    .hasMessage("256 does not fit into the 8 bits of global small");
            assertThatThrownBy(() -> object.global("negative", -32769)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> object.global("record_bytes", 1L << 32))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void shouldNameMissingMapsAndPrograms() {
        try (BpfObject object = Kernel.probe()) {
            assertThatThrownBy(() -> object.map("nothing"))
                    .hasMessage("find map nothing: ENOENT (2): No such file or directory");
            assertThatThrownBy(() -> object.program("nothing"))
                    .hasMessage("find program nothing: ENOENT (2): No such file or directory");
        }
    }

    @Test
    void shouldSizeMapsBeforeLoad() {
        try (BpfObject object = BpfObject.open("probe")) {
            object.maxEntries("hashed", 101);
            object.maxEntries("ring", 1 << 16);
            object.load();
            assertThat(object.map("hashed").maxEntries()).isEqualTo(101);
            assertThat(object.map("ring").maxEntries()).isEqualTo(1 << 16);
        }
    }

    @Test
    void shouldLoadOnlyWantedPrograms() {
        try (BpfObject object = BpfObject.open("probe")) {
            object.wanted("on_clock", false);
            object.load();
            assertThat(object.programNames()).contains("on_clock", "on_syscall");
            assertThat(object.program("on_syscall").fd()).isPositive();
            assertThatThrownBy(() -> object.program("on_clock")).isInstanceOf(BpfException.class);
        }
    }

    @Test
    void shouldExplainWhatTheVerifierRejected() {
        try (BpfObject object = BpfObject.open("rejected")) {
            object.wanted("unbounded_index", false);
            BpfException failure = catchThrowableOfType(BpfException.class, object::load);
            assertThat(failure.operation()).isEqualTo("load");
            assertThat(failure.object()).isEqualTo("rejected");
            assertThat(failure.errno()).isEqualTo(Errno.EACCES);
            assertThat(failure.getMessage())
                    .startsWith("load rejected: EACCES (13): Permission denied: the kernel's verifier rejected program"
                            + " unchecked_lookup at instruction ")
                    .contains("invalid mem access 'map_value_or_null'")
                    .endsWith("(a pointer that may be null is used before it is compared with null)")
                    .hasLineCount(1);
            assertThat(failure.log()).contains("PROG LOAD LOG");
        }
    }

    @Test
    void shouldExplainUnboundedIndex() {
        try (BpfObject object = BpfObject.open("rejected")) {
            object.wanted("unchecked_lookup", false);
            BpfException failure = catchThrowableOfType(BpfException.class, object::load);
            assertThat(failure.getMessage())
                    .contains("unbounded_index")
                    .contains("mask or compare it just before the access");
        }
    }

    @Test
    void shouldSayWhatIsWrongWithAFileThatIsNoObject() {
        BpfException failure = catchThrowableOfType(
                BpfException.class,
                () -> BpfObject.open(new byte[100], "rubbish").close());
        assertThat(failure.getMessage()).startsWith("open rubbish: LIBBPF_FORMAT (4001)");
    }

    @Test
    void shouldGuardStates() {
        BpfObject object = BpfObject.open("probe");
        assertThatThrownBy(() -> object.map("ring")).hasMessage("object probe is OPEN, not LOADED");
        object.load();
        BpfMap map = object.map("hashed");
        BpfProgram program = object.program("on_syscall");
        assertThatThrownBy(() -> object.global("answer", 1)).isInstanceOf(IllegalStateException.class);
        object.close();
        object.close();
        assertThatThrownBy(() -> object.map("ring")).hasMessage("object probe is CLOSED, not LOADED");
        assertThatThrownBy(program::attach).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(program::stats).isInstanceOf(IllegalStateException.class);
        ByteBuffer eight = ByteBuffer.allocate(8);
        assertThatThrownBy(() -> map.lookup(eight, eight)).hasMessage("map hashed is closed");
    }
}
