package dev.javelin.bpf;

import dev.javelin.bpf.jna.LibC;
import dev.javelin.bpf.jna.NativeBlock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The kernel's directory of classic tracepoints. Any thread may call. */
public final class Tracefs {
    private static final List<Path> MOUNTED =
            List.of(Path.of("/sys/kernel/tracing/events"), Path.of("/sys/kernel/debug/tracing/events"));

    /** asm/unistd_64.h */
    private static final long SYS_FSOPEN = 430;

    private static final long SYS_FSCONFIG = 431;
    private static final long SYS_FSMOUNT = 432;
    /** linux/mount.h; close-on-exec is 1 for both calls. */
    private static final int CLOSE_ON_EXEC = 1;

    private static final int CMD_CREATE = 6;
    /** Read only, no set-user-id, no devices, no programs. */
    private static final int ATTRIBUTES = 1 | 2 | 4 | 8;

    private static Path detached;

    private Tracefs() {}

    /**
     * The directory {@code events}: where tracefs is mounted, or else in a mount of this process's own, which nobody else sees and which
     * ends with it. Null if there is none that may be read.
     */
    public static synchronized Path events() {
        for (Path events : MOUNTED) {
            if (Files.isReadable(events)) {
                return events;
            }
        }
        if (detached == null) {
            detached = mount();
        }
        return detached;
    }

    /** Null if that is not allowed. */
    private static Path mount() {
        try (NativeBlock name = NativeBlock.ofString("tracefs")) {
            int context = (int) LibC.syscall(SYS_FSOPEN, name.address(), CLOSE_ON_EXEC, 0, 0, 0, 0);
            if (context < 0) {
                return null;
            }
            boolean created = LibC.syscall(SYS_FSCONFIG, context, CMD_CREATE, 0, 0, 0, 0) == 0;
            int root = created ? (int) LibC.syscall(SYS_FSMOUNT, context, CLOSE_ON_EXEC, ATTRIBUTES, 0, 0, 0) : -1;
            LibC.close(context);
            return root < 0 ? null : Path.of("/proc/self/fd/" + root + "/events");
        } catch (UnsatisfiedLinkError e) {
            return null; // without native code nothing can be recorded either
        }
    }

    /** The number by which perf knows a tracepoint; -1 if there is none of that name, or it may not be read. */
    static int id(String category, String tracepoint) {
        Path events = events();
        if (events == null) {
            return -1;
        }
        try {
            return Integer.parseInt(Files.readString(
                            events.resolve(category).resolve(tracepoint).resolve("id"))
                    .strip());
        } catch (IOException | NumberFormatException e) {
            return -1;
        }
    }
}
