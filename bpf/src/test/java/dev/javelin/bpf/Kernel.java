package dev.javelin.bpf;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.javelin.bpf.jna.LibC;

/** What the tests ask of the machine, and the programs of {@code src/test/bpf/probe.bpf.c}. */
final class Kernel {
    private static final long SYS_GETPPID = 110;

    private Kernel() {}

    static boolean mustRun() {
        return "true".equals(System.getenv("CI")) || "1".equals(System.getenv("JAVELIN_MUST_RUN"));
    }

    /** Skips the test with the reason, or fails where tests must run (CI=true or JAVELIN_MUST_RUN=1). */
    static void skip(String reason) {
        if (mustRun()) {
            fail("must run, but: " + reason);
        }
        abort(reason);
    }

    /** Why no BPF program can be loaded here; empty when one can. */
    static String obstacle() {
        try (BpfObject object = BpfObject.open("probe")) {
            object.load();
            return "";
        } catch (BpfException e) {
            if (e.errno() != Errno.EPERM && e.errno() != Errno.EACCES && e.errno() != Errno.ENOSYS) {
                throw e;
            }
            return e.getMessage();
        }
    }

    /** The test programs, loaded, for events of this process only. */
    static BpfObject probe() {
        BpfObject object = BpfObject.open("probe");
        object.global("target_tgid", ProcessHandle.current().pid());
        object.load();
        return object;
    }

    /** Fires the on_syscall program so often. */
    static void fire(int times) {
        for (int i = 0; i < times; i++) {
            LibC.syscall(SYS_GETPPID, 0, 0, 0, 0, 0, 0);
        }
    }
}
