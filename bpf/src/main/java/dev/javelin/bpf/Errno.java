package dev.javelin.bpf;

import java.util.HashMap;
import java.util.Map;

/** Names and meanings of the error numbers that the kernel and libbpf give (asm-generic numbers; libbpf's own from 4000). */
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int EEXIST = 17;
    public static final int ESRCH = 3;
    public static final int EINTR = 4;
    public static final int E2BIG = 7;
    public static final int EBADF = 9;
    public static final int EAGAIN = 11;
    public static final int EACCES = 13;
    public static final int EBUSY = 16;
    public static final int ENODEV = 19;
    public static final int EINVAL = 22;
    public static final int EMFILE = 24;
    public static final int ENOSYS = 38;
    public static final int EILSEQ = 84;
    public static final int EOPNOTSUPP = 95;
    public static final int EADDRNOTAVAIL = 99;
    public static final int ENOPROTOOPT = 92;
    public static final int ECONNREFUSED = 111;
    public static final int ENOTSUPP = 524;

    private static final String TABLE = """
            1 EPERM Operation not permitted
            2 ENOENT No such file or directory
            3 ESRCH No such process
            4 EINTR Interrupted system call
            5 EIO Input/output error
            6 ENXIO No such device or address
            7 E2BIG Argument list too long
            8 ENOEXEC Exec format error
            9 EBADF Bad file descriptor
            10 ECHILD No child processes
            11 EAGAIN Resource temporarily unavailable
            12 ENOMEM Cannot allocate memory
            13 EACCES Permission denied
            14 EFAULT Bad address
            16 EBUSY Device or resource busy
            17 EEXIST File exists
            18 EXDEV Invalid cross-device link
            19 ENODEV No such device
            20 ENOTDIR Not a directory
            21 EISDIR Is a directory
            22 EINVAL Invalid argument
            23 ENFILE Too many open files in system
            24 EMFILE Too many open files
            25 ENOTTY Inappropriate ioctl for device
            26 ETXTBSY Text file busy
            27 EFBIG File too large
            28 ENOSPC No space left on device
            29 ESPIPE Illegal seek
            30 EROFS Read-only file system
            31 EMLINK Too many links
            32 EPIPE Broken pipe
            33 EDOM Numerical argument out of domain
            34 ERANGE Numerical result out of range
            35 EDEADLK Resource deadlock avoided
            36 ENAMETOOLONG File name too long
            38 ENOSYS Function not implemented
            40 ELOOP Too many levels of symbolic links
            61 ENODATA No data available
            62 ETIME Timer expired
            71 EPROTO Protocol error
            75 EOVERFLOW Value too large for defined data type
            84 EILSEQ Invalid or incomplete multibyte or wide character
            90 EMSGSIZE Message too long
            92 ENOPROTOOPT Protocol not available
            93 EPROTONOSUPPORT Protocol not supported
            95 EOPNOTSUPP Operation not supported
            98 EADDRINUSE Address already in use
            99 EADDRNOTAVAIL Cannot assign requested address
            104 ECONNRESET Connection reset by peer
            105 ENOBUFS No buffer space available
            110 ETIMEDOUT Connection timed out
            111 ECONNREFUSED Connection refused
            114 EALREADY Operation already in progress
            115 EINPROGRESS Operation now in progress
            116 ESTALE Stale file handle
            524 ENOTSUPP Operation is not supported by this kernel
            4000 LIBBPF_LIBELF Something wrong in libelf
            4001 LIBBPF_FORMAT BPF object format invalid
            4002 LIBBPF_KVERSION The 'version' section is incorrect or missing
            4003 LIBBPF_ENDIAN Endian mismatch
            4004 LIBBPF_INTERNAL Internal error in libbpf
            4005 LIBBPF_RELOC Relocation failed
            4006 LIBBPF_LOAD Loading the program failed
            4007 LIBBPF_VERIFY The kernel's verifier rejected the program
            4008 LIBBPF_PROG2BIG Program too big
            4009 LIBBPF_KVER Incorrect kernel version
            4010 LIBBPF_PROGTYPE Kernel does not support this program type
            """;

    private static final Map<Integer, String[]> KNOWN = parse();

    private Errno() {}

    /** The symbolic name, {@code "EPERM"}; {@code "E?"} for a number not known here. */
    public static String name(int errno) {
        return entry(errno)[1];
    }

    /** What it means, in libc's words. */
    public static String message(int errno) {
        return entry(errno)[2];
    }

    /** {@code "EPERM (1): Operation not permitted"}. */
    public static String describe(int errno) {
        return name(errno) + " (" + errno + "): " + message(errno);
    }

    private static String[] entry(int errno) {
        return KNOWN.getOrDefault(errno, new String[] {"", "E?", "Unknown error " + errno});
    }

    private static Map<Integer, String[]> parse() {
        Map<Integer, String[]> known = new HashMap<>();
        for (String line : TABLE.split("\n", -1)) {
            if (!line.isEmpty()) {
                String[] parts = line.split(" ", 3);
                known.put(Integer.valueOf(parts[0]), parts);
            }
        }
        return known;
    }
}
