package dev.javelin.bpf;

import dev.javelin.bpf.jna.LibC;
import dev.javelin.bpf.jna.NativeBlock;
import java.util.Optional;

/** How many characters a terminal shows. */
public record TerminalSize(int columns, int rows) {
    /** asm-generic/ioctls.h; fills struct winsize: u16 ws_row, ws_col, ws_xpixel, ws_ypixel. */
    private static final long TIOCGWINSZ = 0x5413;

    private static final int WINSIZE_BYTES = 8;

    /** The size of the terminal at a file descriptor of this process; empty if it is none, or does not know its size. */
    public static Optional<TerminalSize> of(int fd) {
        try (NativeBlock block = new NativeBlock(WINSIZE_BYTES)) {
            if (LibC.ioctl(fd, TIOCGWINSZ, block.address()) != 0) {
                return Optional.empty();
            }
            TerminalSize size = new TerminalSize(
                    block.buffer().getShort(2) & 0xffff, block.buffer().getShort(0) & 0xffff);
            return size.columns() == 0 || size.rows() == 0 ? Optional.empty() : Optional.of(size);
        }
    }
}
