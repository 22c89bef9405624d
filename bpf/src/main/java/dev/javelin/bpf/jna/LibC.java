package dev.javelin.bpf.jna;

import com.sun.jna.Native;

/**
 * glibc's functions, and the system calls it has no function for. Addresses are {@code long}. Failure is what the manual page says
 * (-1), with the reason in {@link #errno()}.
 *
 * <p>Any thread may call; {@link #errno()} is per thread.
 */
public final class LibC {
    /** {@code perf_event_open(2)} in {@code asm/unistd_64.h}. */
    public static final long SYS_PERF_EVENT_OPEN = 298;
    /** {@code bpf(2)} in {@code asm/unistd_64.h}. */
    public static final long SYS_BPF = 321;
    /** {@code pidfd_send_signal(2)} in {@code asm/unistd_64.h}. */
    public static final long SYS_PIDFD_SEND_SIGNAL = 424;
    /** {@code pidfd_open(2)} in {@code asm/unistd_64.h}. */
    public static final long SYS_PIDFD_OPEN = 434;

    public static final int PRIO_PROCESS = 0;

    public static final int PROT_READ = 1;
    public static final int PROT_WRITE = 2;
    public static final int MAP_SHARED = 0x1;
    public static final int MAP_PRIVATE = 0x2;
    public static final int MAP_FIXED = 0x10;
    public static final int MAP_ANONYMOUS = 0x20;
    public static final int MAP_NORESERVE = 0x4000;

    public static final int F_DUPFD_CLOEXEC = 1030;
    public static final int EFD_CLOEXEC = 0x80000;
    public static final int EFD_NONBLOCK = 0x800;
    public static final int EPOLL_CLOEXEC = 0x80000;
    public static final int EPOLL_CTL_ADD = 1;
    public static final int EPOLLIN = 1;
    /** {@code sizeof(struct epoll_event)}: packed on x86-64, {@code u32 events; u64 data}. */
    public static final int EPOLL_EVENT_SIZE = 12;

    private LibC() {}

    private static CLibrary library() {
        return NativeLibraries.process();
    }

    /**
     * Loads everything now rather than at the first call.
     *
     * @throws UnsatisfiedLinkError with the reason and the remedy, each time
     */
    public static void load() {
        library();
    }

    public static long syscall(long number, long a, long b, long c, long d, long e, long f) {
        return library().callLong("syscall", number, a, b, c, d, e, f);
    }

    public static int ioctl(int fd, long request, long argument) {
        return library().callInt("ioctl", fd, request, argument);
    }

    public static int setpriority(int which, int who, int priority) {
        return library().callInt("setpriority", which, who, priority);
    }

    public static int fcntl(int fd, int command, int argument) {
        return library().callInt("fcntl", fd, command, argument);
    }

    public static int kill(int pid, int signal) {
        return library().callInt("kill", pid, signal);
    }

    public static int mkfifo(String path, int mode) {
        return library().callInt("mkfifo", path, mode);
    }

    public static int close(int fd) {
        return library().callInt("close", fd);
    }

    public static long read(int fd, long buffer, long size) {
        return library().callLong("read", fd, buffer, size);
    }

    public static long write(int fd, long buffer, long size) {
        return library().callLong("write", fd, buffer, size);
    }

    public static long mmap(long address, long length, int protection, int flags, int fd, long offset) {
        return library().callLong("mmap", address, length, protection, flags, fd, offset);
    }

    public static int munmap(long address, long length) {
        return library().callInt("munmap", address, length);
    }

    public static int eventfd(int initial, int flags) {
        return library().callInt("eventfd", initial, flags);
    }

    public static int epoll_create1(int flags) {
        return library().callInt("epoll_create1", flags);
    }

    public static int epoll_ctl(int epoll, int operation, int fd, long event) {
        return library().callInt("epoll_ctl", epoll, operation, fd, event);
    }

    public static int epoll_wait(int epoll, long events, int capacity, int timeoutMillis) {
        return library().callInt("epoll_wait", epoll, events, capacity, timeoutMillis);
    }

    public static int socket(int domain, int type, int protocol) {
        return library().callInt("socket", domain, type, protocol);
    }

    public static int bind(int fd, long address, int length) {
        return library().callInt("bind", fd, address, length);
    }

    public static int listen(int fd, int backlog) {
        return library().callInt("listen", fd, backlog);
    }

    public static int connect(int fd, long address, int length) {
        return library().callInt("connect", fd, address, length);
    }

    /** Without the address of the other side. */
    public static int accept4(int fd, int flags) {
        return library().callInt("accept4", fd, 0L, 0L, flags);
    }

    public static int getsockopt(int fd, int level, int name, long value, long length) {
        return library().callInt("getsockopt", fd, level, name, value, length);
    }

    public static int shutdown(int fd, int how) {
        return library().callInt("shutdown", fd, how);
    }

    public static long recv(int fd, long buffer, long size, int flags) {
        return library().callLong("recv", fd, buffer, size, flags);
    }

    public static long send(int fd, long buffer, long size, int flags) {
        return library().callLong("send", fd, buffer, size, flags);
    }

    public static int poll(long descriptors, long count, int timeoutMillis) {
        return library().callInt("poll", descriptors, count, timeoutMillis);
    }

    /** The reason why this thread's last native call failed; meaningless after one that succeeded. */
    public static int errno() {
        return Native.getLastError();
    }
}
