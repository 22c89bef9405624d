package dev.javelin.collector.proc;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardOpenOption;

/**
 * The memory of another process, read through {@code /proc/PID/mem}. The target is neither stopped nor traced; it runs on while it is read,
 * so two reads need not agree. The file stays bound to the address space it was opened on: after an exec or exit of the target every read
 * throws {@link MemoryUnreadable} with {@link MemoryUnreadable#targetGone()}.
 *
 * <p>Threads: any may read; single values are serialised by a lock. A thread that reads must not be interrupted: {@link FileChannel} closes
 * itself then.
 */
public final class TargetMemory implements Closeable {
    private static final int STRING_CHUNK = 256;

    private final int pid;
    private final FileChannel channel;
    private final ByteBuffer word = ByteBuffer.allocateDirect(8).order(ByteOrder.LITTLE_ENDIAN);

    private TargetMemory(int pid, FileChannel channel) {
        this.pid = pid;
        this.channel = channel;
    }

    /**
     * Opens the memory of a process.
     *
     * @throws ProcessGoneException if there is no such process
     * @throws IOException with words on the missing privilege otherwise
     */
    public static TargetMemory open(int pid) throws IOException {
        try {
            return new TargetMemory(pid, FileChannel.open(ProcIo.path(pid, "mem"), StandardOpenOption.READ));
        } catch (IOException e) {
            throw ProcIo.explain(pid, "mem", e);
        }
    }

    /** The process whose memory this is. */
    public int pid() {
        return pid;
    }

    /** Eight bytes, little endian. */
    public long readLong(long address) {
        synchronized (word) {
            return word(address, 8).getLong(0);
        }
    }

    /** Four bytes, little endian. */
    public int readInt(long address) {
        synchronized (word) {
            return word(address, 4).getInt(0);
        }
    }

    /** Two bytes, little endian, 0 to 65535. */
    public int readUnsignedShort(long address) {
        synchronized (word) {
            return word(address, 2).getShort(0) & 0xffff;
        }
    }

    /** One byte. */
    public byte readByte(long address) {
        synchronized (word) {
            return word(address, 1).get(0);
        }
    }

    private ByteBuffer word(long address, int length) {
        word.clear().limit(length);
        fill(address, word);
        return word;
    }

    /**
     * Fills the buffer from its position to its limit.
     *
     * @throws MemoryUnreadable if not every byte can be read; what the buffer holds then is undefined
     */
    public void read(long address, ByteBuffer dst) {
        fill(address, dst);
    }

    /** A copy of {@code length} bytes. */
    public byte[] readBytes(long address, int length) {
        byte[] bytes = new byte[length];
        fill(address, ByteBuffer.wrap(bytes));
        return bytes;
    }

    private void fill(long address, ByteBuffer dst) {
        long from = address;
        while (dst.hasRemaining()) {
            from += readSome(from, dst);
        }
    }

    private int readSome(long address, ByteBuffer dst) {
        if (address < 0) {
            throw new MemoryUnreadable(pid, address, false);
        }
        int count;
        try {
            count = channel.read(dst, address);
        } catch (IOException e) {
            throw new MemoryUnreadable(pid, address, !channel.isOpen());
        }
        if (count <= 0) {
            throw new MemoryUnreadable(pid, address, true);
        }
        return count;
    }

    /**
     * A string that ends with a 0 byte (UTF-8), cut after {@code max} bytes.
     *
     * @throws MemoryUnreadable if unreadable memory comes before the end
     */
    public String readCString(long address, int max) {
        byte[] bytes = new byte[Math.min(max, STRING_CHUNK)];
        int length = 0;
        while (length < max) {
            if (length == bytes.length) {
                bytes = java.util.Arrays.copyOf(bytes, Math.min(max, bytes.length * 2));
            }
            ByteBuffer chunk = ByteBuffer.wrap(bytes, length, Math.min(bytes.length - length, STRING_CHUNK));
            int count = readSome(address + length, chunk);
            for (int end = length + count; length < end; length++) {
                if (bytes[length] == 0) {
                    return new String(bytes, 0, length, StandardCharsets.UTF_8);
                }
            }
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
