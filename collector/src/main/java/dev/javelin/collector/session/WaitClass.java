package dev.javelin.collector.session;

import dev.javelin.flamegraph.Frame;
import dev.javelin.flamegraph.FrameType;
import dev.javelin.flamegraph.Profile;
import java.util.List;

/**
 * What a thread that left the CPU was waiting for, told by the functions on its stack. The first rule that fits decides: what
 * the JVM does is known better than what the kernel does for it.
 */
final class WaitClass {
    /** {@code enum wait_class} of javelin.h. */
    static final int NONE = 0;

    private static final int PREEMPTED = 1;
    private static final int STOPPED = 4;
    private static final int THROTTLED = 5;
    /** Its beginning was not told by the kernel. */
    static final int UNTOLD = 6;
    /** Not of the kernel's: a virtual thread gave its carrier up. */
    static final int UNMOUNTED = 7;
    /** Not of the kernel's: the thread was off the CPU when the recording began. */
    static final int BEFORE = 255;

    /** A kind of wait, and names of functions, or beginnings of names, of which one is on the stack. */
    private record Rule(String kind, boolean kernel, List<String> functions) {}

    private static final List<Rule> RULES = List.of(
            new Rule("page fault", true, List.of("exc_page_fault", "asm_exc_page_fault", "do_user_addr_fault")),
            new Rule(
                    "safepoint",
                    false,
                    List.of("SafepointSynchronize::block", "SafepointMechanism::process", "StackWatermarkSet::")),
            new Rule(
                    "monitor",
                    false,
                    List.of(
                            "ObjectMonitor::enter",
                            "ObjectSynchronizer::enter",
                            "ObjectMonitor::EnterI",
                            "ObjectMonitor::ReenterI")),
            new Rule("wait", false, List.of("ObjectMonitor::wait", "JVM_MonitorWait")),
            new Rule("sleep", false, List.of("JavaThread::sleep", "JVM_Sleep", "JVM_SleepNanos")),
            new Rule("park", false, List.of("Unsafe_Park", "Parker::park")),
            new Rule("epoll", true, List.of("do_epoll_wait", "ep_poll", "do_sys_poll", "do_select")),
            new Rule(
                    "socket",
                    true,
                    List.of(
                            "sk_wait_data",
                            "inet_",
                            "tcp_",
                            "udp_",
                            "unix_stream_",
                            "unix_dgram_",
                            "sock_",
                            "wait_for_packet",
                            "__skb_wait_for_more_packets",
                            "inet_csk_")),
            new Rule("pipe", true, List.of("pipe_read", "pipe_write", "anon_pipe_", "fifo_open")),
            new Rule("sleep", true, List.of("hrtimer_nanosleep", "do_nanosleep")),
            new Rule("lock", true, List.of("futex_wait", "__futex_wait", "do_futex")),
            new Rule(
                    "file I/O",
                    true,
                    List.of(
                            "io_schedule",
                            "vfs_",
                            "ksys_",
                            "do_sys_open",
                            "ext4_",
                            "xfs_",
                            "btrfs_",
                            "do_fsync",
                            "blkdev_",
                            "filemap_",
                            "jbd2_",
                            "overlay",
                            "ovl_")),
            new Rule("child", true, List.of("do_wait", "kernel_wait4")),
            new Rule("signal", true, List.of("sigtimedwait", "do_sigtimedwait", "sigsuspend")));

    /** Of a virtual thread that has given its carrier up. */
    private static final List<Rule> UNMOUNTED_RULES = List.of(
            new Rule("monitor", false, List.of("ObjectMonitor::enter")),
            new Rule("wait", false, List.of("ObjectMonitor::wait", "JVM_MonitorWait")));

    /** A kind of wait, by a method on a virtual thread's stack (JDK 24 and 25). */
    private record MethodRule(String kind, String type, String method) {}

    private static final List<MethodRule> METHODS = List.of(
            new MethodRule("sleep", "java/lang/VirtualThread", "sleepNanos"),
            new MethodRule("preempted", "java/lang/VirtualThread", "tryYield"),
            new MethodRule("socket", "sun/nio/ch/Poller", "poll"));

    private WaitClass() {}

    /**
     * The name of the kind of wait.
     *
     * @param frames ids of the stack's frames, leaf first
     * @param wait {@code enum wait_class}
     */
    static String of(Profile profile, int[] frames, int wait) {
        if (wait == STOPPED) {
            return "stopped";
        }
        if (wait == THROTTLED) {
            return "cgroup quota";
        }
        if (wait == UNMOUNTED) {
            return ofUnmounted(profile, frames);
        }
        for (Rule rule : RULES) {
            if (wait == PREEMPTED && !rule.kind().equals("page fault")) {
                continue; // it could have gone on: whatever it was in did not stop it
            }
            for (int id : frames) {
                if (fits(rule, profile.frame(id))) {
                    return rule.kind();
                }
            }
        }
        return wait == PREEMPTED ? "preempted" : "other";
    }

    private static String ofUnmounted(Profile profile, int[] frames) {
        for (int id : frames) {
            for (Rule rule : UNMOUNTED_RULES) {
                if (fits(rule, profile.frame(id))) {
                    return rule.kind();
                }
            }
        }
        return "park";
    }

    /** What a thread parks for: virtual ones also to sleep, and to wait for a socket, with a carrier or without. */
    static String ofPark(Profile profile, int[] frames) {
        for (int id : frames) {
            Frame frame = profile.frame(id);
            for (MethodRule rule : METHODS) {
                if (rule.type().equals(frame.className()) && rule.method().equals(frame.method())) {
                    return rule.kind();
                }
            }
        }
        return "park";
    }

    private static boolean fits(Rule rule, Frame frame) {
        if ((frame.type() == FrameType.KERNEL) != rule.kernel() || frame.className() != null) {
            return false;
        }
        for (String function : rule.functions()) {
            if (frame.method().startsWith(function)) {
                return true;
            }
        }
        return false;
    }
}
