package dev.javelin.flamegraph;

/** Where the time of a call may go. */
public enum CallPart {
    /** On a CPU, in Java code: interpreted, compiled or inlined. */
    ON_CPU_JAVA("on CPU: Java"),
    /** On a CPU, in the JVM itself. */
    ON_CPU_JVM("on CPU: JVM"),
    /** On a CPU, in other native code. */
    ON_CPU_NATIVE("on CPU: native"),
    /** On a CPU, in the kernel. */
    ON_CPU_KERNEL("on CPU: kernel"),
    /** Ready to run, and no CPU free. */
    RUN_QUEUE("run queue"),
    /** Ready to run, and its cgroup had used up its quota. */
    CGROUP_QUOTA("cgroup quota"),
    /** Waiting to enter a {@code synchronized} block or method. */
    MONITOR("monitor"),
    /** In {@code Object.wait}. */
    OBJECT_WAIT("Object.wait"),
    /** In {@code LockSupport.park}: locks, queues and futures of {@code java.util.concurrent}. */
    PARK("park"),
    /** In {@code Thread.sleep}. */
    SLEEP("sleep"),
    /** Waiting for a file. */
    FILE_IO("file I/O"),
    /** Waiting for a socket. */
    SOCKET("socket"),
    /** Waiting for a pipe. */
    PIPE("pipe"),
    /** Waiting for any of several files or sockets. */
    EPOLL("epoll"),
    /** Waiting for a page of memory. */
    PAGE_FAULT("page fault"),
    /** Held at a safepoint by the garbage collector. */
    GC_PAUSE("GC pause"),
    /** Held at a safepoint for another reason. */
    SAFEPOINT("safepoint"),
    /** Loading or initialising a class. */
    CLASS_LOADING("class loading"),
    /** Going back from compiled code to the interpreter. */
    DEOPTIMISATION("deoptimisation"),
    /** A task that was handed to other threads and had not begun. */
    QUEUED("queued"),
    /** Waiting for something else. */
    OTHER("other"),
    /** Not seen: for example what was lost. */
    UNKNOWN("unknown");

    private final String text;

    CallPart(String text) {
        this.text = text;
    }

    /** Its name as people and programs read it, for example {@code "on CPU: Java"}; ASCII. */
    public String text() {
        return text;
    }
}
