package dev.javelin.collector.session;

import dev.javelin.collector.walker.CallWait;
import dev.javelin.flamegraph.CallPart;
import dev.javelin.flamegraph.Frame;
import dev.javelin.flamegraph.FrameType;
import dev.javelin.flamegraph.Profile;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Tells by its stack what part of a call's time an event belongs to. */
final class CallParts {
    private static final Map<String, CallPart> OF_WAIT = Map.ofEntries(
            Map.entry("monitor", CallPart.MONITOR),
            Map.entry("wait", CallPart.OBJECT_WAIT),
            Map.entry("park", CallPart.PARK),
            Map.entry("sleep", CallPart.SLEEP),
            Map.entry("file I/O", CallPart.FILE_IO),
            Map.entry("socket", CallPart.SOCKET),
            Map.entry("pipe", CallPart.PIPE),
            Map.entry("epoll", CallPart.EPOLL),
            Map.entry("page fault", CallPart.PAGE_FAULT),
            Map.entry("safepoint", CallPart.SAFEPOINT),
            Map.entry("preempted", CallPart.RUN_QUEUE),
            Map.entry("cgroup quota", CallPart.CGROUP_QUOTA));

    /** A thread that asks for a garbage collection waits until it is done, as others do at the safepoint (VMThread::execute). */
    private static final String OPERATION = "VMThread::execute";

    private static final List<String> COLLECTION = List.of(
            "CollectedHeap::",
            "G1CollectedHeap::",
            "ParallelScavengeHeap::",
            "GenCollectedHeap::",
            "SerialHeap::",
            "MemAllocator::",
            "ZPageAllocator::",
            "XPageAllocator::",
            "ShenandoahHeap::",
            "JVM_GC");
    private static final List<String> STALLS = List.of("ZPageAllocator::", "XPageAllocator::", "GCLocker::");
    private static final List<String> LOADING =
            List.of("SystemDictionary::", "ClassLoader::load_class", "ClassFileParser::");
    /** The library's classes in which a thread parks, and those in which it sleeps. */
    private static final List<String> CONCURRENT = List.of("java/util/concurrent/", "jdk/internal/");

    private static final List<String> SLEEP =
            List.of("java/lang/Thread", "java/lang/VirtualThread", "java/util/concurrent/TimeUnit", "jdk/internal/");
    /** In which a virtual thread gives its carrier up. */
    private static final List<String> UNMOUNTING = List.of(
            "java/lang/VirtualThread", "java/lang/System$", "jdk/internal/vm/", "jdk/internal/misc/VirtualThreads");

    private static final List<String> CHANNELS = List.of("sun/nio/ch/", "java/net/");
    /** What the JVM waits with. */
    private static final List<String> LOCKS = List.of(
            "Mutex::",
            "Monitor::",
            "PlatformMutex::",
            "PlatformMonitor::",
            "PlatformEvent::",
            "PosixSemaphore::",
            "os::");

    private static final String JVM = "libjvm.so";
    private static final String ANONYMOUS = "(anonymous namespace)::";
    /** Characters of a function's readable name; what a library calls its functions is its own affair. */
    private static final int LONGEST = 1_000;

    private final Profile profile;
    private final Map<Long, CallPart> ofWaits = new HashMap<>();
    private final Map<Integer, CallPart> ofSamples = new HashMap<>();

    CallParts(Profile profile) {
        this.profile = profile;
    }

    /**
     * Of a wait, once it was woken: what it waited for.
     *
     * @param stack the profile's; -1 if it is not known
     */
    CallPart ofWait(CallWait wait, int stack) {
        if (wait.kind() == WaitClass.UNTOLD || stack < 0) {
            return CallPart.UNKNOWN;
        }
        CallPart part = ofWaits.computeIfAbsent((long) stack << 8 | wait.kind(), key -> ofWait(wait.kind(), stack));
        // The JDK polls a socket before it reads or writes, with a time limit.
        return part == CallPart.EPOLL && wait.socket() ? CallPart.SOCKET : part;
    }

    private CallPart ofWait(int kind, int stack) {
        int[] frames = profile.frames(stack);
        String name = WaitClass.of(profile, frames, kind);
        if (name.equals("park")) {
            name = WaitClass.ofPark(profile, frames);
        }
        CallPart part = OF_WAIT.getOrDefault(name, CallPart.OTHER);
        if (part == CallPart.RUN_QUEUE || part == CallPart.CGROUP_QUOTA) {
            return part;
        }
        if (hasJvm(frames, List.of(OPERATION))) {
            return hasJvm(frames, COLLECTION) ? CallPart.GC_PAUSE : CallPart.SAFEPOINT;
        }
        if (hasJvm(frames, STALLS)) {
            return CallPart.GC_PAUSE;
        }
        return part != CallPart.SAFEPOINT && isLoading(frames) ? CallPart.CLASS_LOADING : part;
    }

    /** Of time on the CPU. */
    CallPart ofSample(int stack) {
        return ofSamples.computeIfAbsent(stack, this::ofRunning);
    }

    private CallPart ofRunning(int stack) {
        int[] frames = profile.frames(stack);
        if (isLoading(frames)) {
            return CallPart.CLASS_LOADING;
        }
        if (hasJvm(frames, List.of("Deoptimization::"))) {
            return CallPart.DEOPTIMISATION;
        }
        if (frames.length == 0) {
            return CallPart.UNKNOWN;
        }
        Frame leaf = profile.frame(frames[0]);
        if (leaf.type() == FrameType.KERNEL) {
            return CallPart.ON_CPU_KERNEL;
        }
        if (leaf.type().isJava() || leaf.library() == null) {
            return CallPart.ON_CPU_JAVA; // stubs, and code of the interpreter, are of no library
        }
        return leaf.library().equals(JVM) ? CallPart.ON_CPU_JVM : CallPart.ON_CPU_NATIVE;
    }

    private boolean isLoading(int[] frames) {
        for (int id : frames) {
            Frame frame = profile.frame(id);
            if (frame.className() != null
                    ? frame.method().equals("loadClass") && frame.className().endsWith("ClassLoader")
                    : startsWith(frame, LOADING)) {
                return true;
            }
        }
        return false;
    }

    private boolean hasJvm(int[] frames, List<String> functions) {
        for (int id : frames) {
            Frame frame = profile.frame(id);
            if (frame.className() == null && frame.type() != FrameType.KERNEL && startsWith(frame, functions)) {
                return true;
            }
        }
        return false;
    }

    private static boolean startsWith(Frame frame, List<String> functions) {
        for (String function : functions) {
            if (frame.method().startsWith(function)) {
                return true;
            }
        }
        return false;
    }

    /** What a thread parks in: the outermost of the library's methods that it called, such as {@code ReentrantLock.lock}. */
    String synchroniser(int stack) {
        String found = "";
        for (int id : profile.frames(stack)) {
            Frame frame = profile.frame(id);
            if (frame.className() != null && !isOf(frame, UNMOUNTING)) {
                if (!isOf(frame, CONCURRENT)) {
                    return found;
                }
                found = method(frame);
            }
        }
        return found;
    }

    /** In which of the library's methods a virtual thread waits for a socket, such as {@code Socket.SocketInputStream.read}. */
    String channel(int stack) {
        String found = "";
        for (int id : profile.frames(stack)) {
            Frame frame = profile.frame(id);
            if (frame.className() != null) {
                if (isOf(frame, CHANNELS)) {
                    found = method(frame);
                } else if (!found.isEmpty()) {
                    return "in " + found;
                }
            }
        }
        return found;
    }

    /** Which method has a thread sleep; empty if that is not known. */
    String sleeper(int stack) {
        for (int id : profile.frames(stack)) {
            Frame frame = profile.frame(id);
            if (frame.className() != null && !isOf(frame, SLEEP)) {
                return "in " + method(frame);
            }
        }
        return "";
    }

    /** What the JVM, a library, or else a Java method was doing that a thread waited for. */
    String waiter(int stack) {
        for (int id : profile.frames(stack)) {
            Frame frame = profile.frame(id);
            if (frame.className() != null) {
                return "in " + method(frame);
            }
            boolean lock = frame.type() == FrameType.KERNEL
                    || frame.library() == null
                    || frame.library().startsWith("libc.")
                    || frame.library().startsWith("libpthread")
                    || startsWith(frame, LOCKS);
            if (!lock) {
                return "in " + function(frame.method());
            }
        }
        return "";
    }

    /** The name alone: {@code int freeze<Config<A> >(JavaThread*, long*)} is {@code freeze}. */
    static String function(String readable) {
        String text =
                readable.substring(0, Math.min(readable.length(), LONGEST)).replace(ANONYMOUS, "");
        StringBuilder plain = new StringBuilder();
        Deque<Integer> brackets = new ArrayDeque<>();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '>' && !brackets.isEmpty()) {
                plain.setLength(brackets.pop());
                continue;
            }
            if (c == '<') {
                brackets.push(plain.length());
            }
            plain.append(c);
        }
        String name = plain.toString().replaceFirst("(?s)[(\\[].*", "").strip();
        return name.isEmpty() ? text : name.substring(name.lastIndexOf(' ') + 1);
    }

    private static boolean isOf(Frame frame, List<String> classes) {
        for (String name : classes) {
            if (frame.className().startsWith(name)) {
                return true;
            }
        }
        return false;
    }

    private static String method(Frame frame) {
        String name = frame.className();
        return name.substring(name.lastIndexOf('/') + 1).replace('$', '.') + "." + frame.method();
    }
}
