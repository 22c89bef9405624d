package dev.javelin.collector.user;

import dev.javelin.collector.hotspot.SymbolText;
import dev.javelin.flamegraph.Frame;
import dev.javelin.flamegraph.FrameType;
import dev.javelin.flamegraph.Profile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import one.jfr.ClassRef;
import one.jfr.JfrReader;
import one.jfr.MethodRef;
import one.jfr.StackTrace;

/**
 * The stacks of one of async-profiler's JFR files, as stacks of a profile. With {@code features=mixed} it walks to the thread's entry, in
 * the C library or the program; where it cannot go on it leaves a frame that says so, or just ends. Used by one thread.
 */
final class Stacks {
    /**
     * A stack of the profile.
     *
     * @param incomplete why it is not whole; null if it is, as far as can be told
     */
    record Stack(int id, int depth, String incomplete) {}

    /**
     * Frames that stand for what could not be walked (profiler.cpp, stackWalker.cpp of 4.6). Whatever else a target calls its frames is not taken
     * for a reason: reports have a row for each.
     */
    private static final Set<String> FAILURES = Set.of(
            "unknown_state",
            "skipped",
            "deoptimization",
            "not_walkable_not_Java",
            "not_walkable_Java",
            "unknown_Java",
            "unknown_nmethod",
            "thread_exit",
            "stale_jmethodID",
            "jvmtiError",
            "no_Java_frame",
            "GC_active",
            "break_compiled",
            "break_deopt",
            "break_entry_frame",
            "break_interpreted",
            "break_not_walkable",
            "break_stack_range",
            "break_stub");

    private static final Frame UNKNOWN = Frame.marker("[unknown]");
    private static final String DEPTH = "frame limit";
    private static final String EARLY = "walk ended early";
    /** The stub to which the lowest frame of a virtual thread on the stack returns: the rest is in the heap. */
    private static final String FROZEN_BELOW = "cont_returnBarrier";

    private static final String FROZEN = "frozen frames of a virtual thread";

    private static final FrameType[] TYPES = FrameType.values();

    private final JfrReader reader;
    private final Profile profile;
    private final int maxDepth;
    private final Map<Long, Stack> known = new HashMap<>();

    Stacks(JfrReader reader, Profile profile, int maxDepth) {
        this.reader = reader;
        this.profile = profile;
        this.maxDepth = maxDepth;
    }

    /**
     * The stack with a number in the file.
     *
     * @param classNumber of the class that was allocated or locked, which becomes a frame on top of it; 0 for none
     */
    Stack of(int number, int classNumber) {
        return known.computeIfAbsent(
                (long) number << 32 | (classNumber & 0xffffffffL), key -> make(number, classNumber));
    }

    private Stack make(int number, int classNumber) {
        Frame[] frames = withoutEnd(frames(reader.stackTraces.get(number)));
        String incomplete = incomplete(frames);
        int[] ids = new int[frames.length + 2];
        int count = 0;
        int first = 0;
        if (classNumber != 0) {
            ids[count++] = profile.frame(Frame.symbol(FrameType.INLINED, readable(className(classNumber)), null));
            first = firstJava(frames);
        }
        for (int i = first; i < frames.length; i++) {
            if (!isFailure(frames[i])) {
                ids[count++] = profile.frame(frames[i]);
            }
        }
        int depth = count;
        if (incomplete != null) {
            ids[count++] = profile.frame(Frame.marker("[incomplete: " + incomplete + "]"));
        }
        return new Stack(profile.stack(ids, 0, count), depth, incomplete);
    }

    /** Behind a program's entry comes whatever lies on the stack there. */
    private static Frame[] withoutEnd(Frame[] frames) {
        int last = frames.length - 1;
        return last >= 2 && frames[last].equals(UNKNOWN) && isProgramEntry(frames, last - 1)
                ? Arrays.copyOf(frames, last)
                : frames;
    }

    private static boolean isProgramEntry(Frame[] frames, int at) {
        return frames[at].method().equals("_start") || frames[at - 1].method().startsWith("__libc_start");
    }

    /** The JVM's way from Java to the profiler says nothing. */
    private static int firstJava(Frame[] frames) {
        for (int i = 0; i < frames.length; i++) {
            if (frames[i].type().isJava()) {
                return i;
            }
        }
        return 0;
    }

    private String incomplete(Frame[] frames) {
        for (Frame frame : frames) {
            if (isFailure(frame)) {
                return frame.method().replace('_', ' ');
            }
        }
        if (frames.length >= maxDepth) {
            return DEPTH;
        }
        if (frames.length > 1 && isEntry(frames)) {
            return null;
        }
        return frames.length > 0 && frames[frames.length - 1].method().equals(FROZEN_BELOW) ? FROZEN : EARLY;
    }

    private static boolean isFailure(Frame frame) {
        return frame.type() == FrameType.NATIVE && frame.library() == null && FAILURES.contains(frame.method());
    }

    /** Threads begin in the C library, the first one in the program. Not everywhere have the functions there names. */
    private static boolean isEntry(Frame[] frames) {
        int last = frames.length - 1;
        String library = frames[last].library();
        return isProgramEntry(frames, last)
                || (library != null
                        && (library.startsWith("libc.")
                                || library.startsWith("libc-")
                                || library.startsWith("libpthread")
                                || library.startsWith("ld-")));
    }

    private Frame[] frames(StackTrace trace) {
        Frame[] frames = new Frame[trace == null ? 0 : trace.methods.length];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = frame(trace, i);
        }
        return frames;
    }

    private Frame frame(StackTrace trace, int index) {
        MethodRef method = reader.methods.get(trace.methods[index]);
        if (method == null) {
            return UNKNOWN;
        }
        int code = trace.types[index];
        FrameType type = code >= 0 && code < TYPES.length ? TYPES[code] : FrameType.NATIVE;
        String className = className(method.cls);
        String name = text(method.name);
        if (className.isEmpty() && name.startsWith("[") && name.endsWith("]")) {
            name = name.substring(1, name.length() - 1);
        }
        if (type.isJava()) {
            int position = trace.locations[index];
            return Frame.java(type, className, name, text(method.sig), position >>> 16, (short) position);
        }
        return className.isEmpty() ? withoutLibrary(type, name) : Frame.symbol(type, name, className);
    }

    /** Code whose function has no name goes by its file. */
    private static Frame withoutLibrary(FrameType type, String name) {
        if (name.equals("unknown")) {
            return UNKNOWN;
        }
        String file = name.substring(name.lastIndexOf('/') + 1);
        return name.startsWith("/") ? Frame.symbol(type, "[" + file + "]", file) : Frame.symbol(type, name, null);
    }

    /** A class as it is written in Java: {@code byte[]} for {@code [B}. */
    static String readable(String name) {
        int dimensions = 0;
        while (dimensions < name.length() && name.charAt(dimensions) == '[') {
            dimensions++;
        }
        String element = name.substring(dimensions);
        if (dimensions == 0 || element.isEmpty()) {
            return name;
        }
        String type = switch (element.charAt(0)) {
            case 'Z' -> "boolean";
            case 'B' -> "byte";
            case 'C' -> "char";
            case 'S' -> "short";
            case 'I' -> "int";
            case 'J' -> "long";
            case 'F' -> "float";
            case 'D' -> "double";
            default -> element.replaceAll("\\AL|;\\z", "");
        };
        return type + "[]".repeat(dimensions);
    }

    private String className(long number) {
        ClassRef type = reader.classes.get(number);
        return type == null ? "" : text(type.name);
    }

    private String text(long symbol) {
        byte[] bytes = reader.symbols.get(symbol);
        if (bytes == null) {
            return "";
        }
        String modified = SymbolText.decode(ByteBuffer.wrap(bytes), 0, bytes.length);
        return modified != null ? modified : new String(bytes, StandardCharsets.UTF_8);
    }
}
