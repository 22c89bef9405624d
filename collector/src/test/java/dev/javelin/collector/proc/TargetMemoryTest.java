package dev.javelin.collector.proc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.javelin.collector.elf.Tools;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class TargetMemoryTest {
    private static final int SELF = (int) ProcessHandle.current().pid();

    /** The first page of libjvm in this process: an ELF header. */
    private static long header() throws IOException {
        for (Mapping mapping : ProcMaps.read(SELF)) {
            if (mapping.fileName().equals("libjvm.so") && mapping.fileOffset() == 0) {
                return mapping.start();
            }
        }
        throw new AssertionError("libjvm.so is not mapped");
    }

    @Test
    void shouldReadEveryWidth() throws Exception {
        try (TargetMemory memory = TargetMemory.open(SELF)) {
            long at = header();
            assertThat(memory.readByte(at)).isEqualTo((byte) 0x7f);
            assertThat(memory.readInt(at)).isEqualTo(0x464c457f);
            assertThat(memory.readLong(at))
                    .isEqualTo(0x00010102464c457fL | (memory.readLong(at) & 0xff00000000000000L));
            assertThat(memory.readUnsignedShort(at + 18)).isEqualTo(62);
            assertThat(memory.readBytes(at, 4)).containsExactly(0x7f, 'E', 'L', 'F');
            ByteBuffer direct = ByteBuffer.allocateDirect(8192);
            memory.read(at, direct);
            assertThat(direct.hasRemaining()).isFalse();
            assertThat(direct.get(1)).isEqualTo((byte) 'E');
            assertThat(memory.pid()).isEqualTo(SELF);
        }
    }

    @Test
    void shouldReadStrings() throws Exception {
        try (TargetMemory memory = TargetMemory.open(SELF)) {
            long at = header();
            assertThat(memory.readCString(at + 1, 3)).isEqualTo("ELF");
            assertThat(memory.readCString(at + 1, 100)).isEqualTo("ELF\u0002\u0001\u0001");
            assertThat(memory.readCString(at + 1, 0)).isEmpty();
            assertThat(memory.readCString(at + 9, 10)).isEmpty();
        }
    }

    @Test
    void shouldSayWhatCannotBeRead() throws Exception {
        try (TargetMemory memory = TargetMemory.open(SELF)) {
            for (long address : new long[] {0, 8, 0xdead00000000L, 0xffffffffff600000L, Long.MAX_VALUE, -1}) {
                MemoryUnreadable e = catchThrowableOfType(MemoryUnreadable.class, () -> memory.readLong(address));
                assertThat(e.address()).isEqualTo(address);
                assertThat(e.targetGone()).isFalse();
                assertThat(e)
                        .hasMessage("no readable memory at 0x" + Long.toHexString(address) + " in process " + SELF);
                assertThatThrownBy(() -> memory.readCString(address, 10)).isInstanceOf(MemoryUnreadable.class);
            }
        }
    }

    @Test
    void shouldReadUpToAHoleAndNoFurther() throws Exception {
        List<Mapping> mappings = ProcMaps.read(SELF);
        try (TargetMemory memory = TargetMemory.open(SELF)) {
            for (int i = 1; i < mappings.size(); i++) {
                Mapping mapping = mappings.get(i - 1);
                if (mapping.path().endsWith("libjvm.so")
                        && mapping.readable()
                        && mappings.get(i).start() > mapping.end()) {
                    assertThat(memory.readBytes(mapping.end() - 16, 16)).hasSize(16);
                    MemoryUnreadable e = catchThrowableOfType(
                            MemoryUnreadable.class, () -> memory.readBytes(mapping.end() - 16, 17));
                    assertThat(e.address()).isEqualTo(mapping.end());
                }
            }
        }
    }

    @Test
    void shouldNoticeThatTheTargetEnded() throws Exception {
        Process process = new ProcessBuilder("sleep", "60").start();
        try (TargetMemory memory = TargetMemory.open((int) process.pid())) {
            long address = ProcMaps.read((int) process.pid()).get(0).start();
            memory.readByte(address);
            process.destroyForcibly().waitFor();
            MemoryUnreadable e = catchThrowableOfType(MemoryUnreadable.class, () -> memory.readByte(address));
            assertThat(e.targetGone()).isTrue();
            assertThat(e).hasMessage("process " + process.pid() + " ended or became another program");
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void shouldNoticeThatTheTargetBecameAnotherProgram() throws Exception {
        Tools.require("sh", "sleep");
        Process process = new ProcessBuilder("sh", "-c", "read go; exec sleep 60").start();
        int pid = (int) process.pid();
        try (TargetMemory memory = TargetMemory.open(pid)) {
            long address = ProcMaps.read(pid).get(0).start();
            memory.readByte(address);
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
            while (!ProcessInfo.read(pid).comm().equals("sleep")) {
                Thread.sleep(5);
            }
            MemoryUnreadable e = catchThrowableOfType(MemoryUnreadable.class, () -> memory.readByte(address));
            assertThat(e.targetGone()).isTrue();
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void shouldSayThatThereIsNoSuchProcess() {
        assertThatThrownBy(() -> TargetMemory.open(999_999_999)).isInstanceOf(ProcessGoneException.class);
    }
}
