package dev.javelin.bpf;

import dev.javelin.bpf.jna.LibC;

/**
 * The kernel or libbpf refused: what was tried, on what, the error number and, where known, why and what to do, in one line:
 * {@code attach on_clock: EPERM (1): Operation not permitted}. More (a verifier's last words) is in {@link #log()}.
 */
public final class BpfException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String operation;
    private final String object;
    private final int errno;
    private final String log;

    /**
     * @param object what it was tried on; empty when the operation says it all
     * @param errno a positive error number; 0 when none was given
     * @param advice the reason and the remedy in words; empty when the number says it all
     */
    public BpfException(String operation, String object, int errno, String advice) {
        this(operation, object, errno, advice, "");
    }

    BpfException(String operation, String object, int errno, String advice, String log) {
        super(message(operation, object, errno, advice));
        this.operation = operation;
        this.object = object;
        this.errno = errno;
        this.log = log;
    }

    private static String message(String operation, String object, int errno, String advice) {
        String what = object.isEmpty() ? operation : operation + " " + object;
        String why = errno == 0 ? "" : ": " + Errno.describe(errno);
        return what + why + (advice.isEmpty() ? "" : ": " + advice);
    }

    /** {@code "attach"}, {@code "load"}, {@code "perf_event_open"}… */
    public String operation() {
        return operation;
    }

    /** The program, map, event or file. */
    public String object() {
        return object;
    }

    /** The positive error number, 0 when there was none. */
    public int errno() {
        return errno;
    }

    /** What libbpf and the verifier said, several lines; empty when nothing. */
    public String log() {
        return log;
    }

    /** Loads the native libraries now, so that what cannot be loaded is said in one line as well. */
    static void requireNative() {
        try {
            LibC.load();
        } catch (UnsatisfiedLinkError e) {
            throw new BpfException("load", "native libraries", 0, e.getMessage());
        }
    }

    /**
     * The one place where native failure becomes an exception. libbpf (1.0 and later) and libc both leave the reason in errno.
     *
     * @param result negative on failure
     * @return the result, when it is no failure
     */
    static long check(long result, String operation, String object) {
        if (result < 0) {
            throw new BpfException(operation, object, LibC.errno(), "");
        }
        return result;
    }

    /** {@link #check} for handles, where 0 is the failure. */
    static long checkHandle(long handle, String operation, String object) {
        return check(handle == 0 ? -1 : handle, operation, object);
    }
}
