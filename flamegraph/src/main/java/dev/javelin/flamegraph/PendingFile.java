package dev.javelin.flamegraph;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Set;

/**
 * A file written under a temporary name in the target's own directory, and moved to its name when it is complete: nobody
 * sees half a report, and a failure leaves an older one as it was. A target that exists and is no regular file (such as
 * {@code /dev/stdout}) is written in place.
 */
final class PendingFile implements Closeable {
    private static final int ATTEMPTS = 100;

    private final Path target;
    private final Path temporary;
    private final FileChannel channel;
    private boolean committed;

    private PendingFile(Path target, Path temporary, FileChannel channel) {
        this.target = target;
        this.temporary = temporary;
        this.channel = channel;
    }

    static PendingFile create(Path target) throws IOException {
        if (Files.exists(target) && !Files.isRegularFile(target) && !Files.isDirectory(target)) {
            return new PendingFile(target, target, FileChannel.open(target, StandardOpenOption.WRITE));
        }
        Path file = resolved(target);
        if (Files.isDirectory(file)) {
            throw new IOException(target + " is a directory");
        }
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            throw new NoSuchFileException(String.valueOf(directory), null, "no such directory");
        }
        return create(file, directory);
    }

    private static PendingFile create(Path file, Path directory) throws IOException {
        SecureRandom random = new SecureRandom();
        for (int i = 0; ; i++) {
            Path temporary =
                    directory.resolve("." + file.getFileName() + "." + Long.toHexString(random.nextLong()) + ".tmp");
            try {
                FileChannel channel = FileChannel.open(
                        temporary,
                        Set.of(StandardOpenOption.WRITE, StandardOpenOption.READ, StandardOpenOption.CREATE_NEW));
                return new PendingFile(file, temporary, channel);
            } catch (FileAlreadyExistsException e) {
                if (i == ATTEMPTS) {
                    throw e;
                }
            } catch (AccessDeniedException e) {
                throw new AccessDeniedException(
                        file.toString(), null, "no permission to create files in its directory");
            } catch (FileSystemException e) {
                throw new FileSystemException(file.toString(), null, e.getReason());
            }
        }
    }

    /** A link is followed, so that it stays a link. */
    private static Path resolved(Path target) throws IOException {
        return Files.isSymbolicLink(target) && Files.exists(target) ? target.toRealPath() : target;
    }

    /** Whether what was written can be written over, which pipes and terminals do not allow. */
    boolean isRandomAccess() {
        return !temporary.equals(target);
    }

    /** Writes all of the buffer at the end. */
    void write(ByteBuffer buffer) throws IOException {
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (IOException e) {
            throw named(e);
        }
    }

    /** Writes all of the buffer over what is at {@code position}. */
    void write(ByteBuffer buffer, long position) throws IOException {
        try {
            for (long at = position; buffer.hasRemaining(); ) {
                at += channel.write(buffer, at);
            }
        } catch (IOException e) {
            throw named(e);
        }
    }

    /** The system's messages ("No space left on device") do not say which file. */
    private IOException named(IOException e) {
        return new IOException(target + ": " + e.getMessage(), e);
    }

    /** A stream to the file; the caller buffers. */
    OutputStream stream() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                PendingFile.this.write(ByteBuffer.wrap(bytes, from, length));
            }
        };
    }

    /** Closes the file and moves it to its name. */
    void commit() throws IOException {
        channel.close();
        if (!temporary.equals(target)) {
            try {
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        committed = true;
    }

    /** Removes the temporary file, unless it was committed. */
    @Override
    public void close() throws IOException {
        channel.close();
        if (!committed && !temporary.equals(target)) {
            Files.deleteIfExists(temporary);
        }
    }
}
