package dev.javelin.flamegraph;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * The constant pools of one recording. Ids stay the same through all its chunks; each chunk holds the constants that its
 * events use. Ids start at 1, since 0 means none.
 */
final class JfrConstants {
    /** Above the largest thread id that Linux gives (PID_MAX_LIMIT, 4194304). */
    private static final int FIRST_MADE_UP_THREAD = 1 << 22;

    private static final int BATCH_BYTES = 1 << 20;
    private static final String[] THREAD_STATES = {"STATE_DEFAULT", "STATE_RUNNABLE", "STATE_SLEEPING"};
    static final int STATE_DEFAULT = 0;

    /** The jfr tool demands that a method's descriptor can be parsed, also that of a native function. */
    private static final String NO_DESCRIPTOR = "()V";

    /** A method as JFR sees it; ids into the pools of classes and symbols. */
    private record Method(int type, int name, int descriptor) {}

    private final Profile profile;
    private final Map<String, Integer> symbols = new HashMap<>();
    private final List<String> symbolList = new ArrayList<>();
    private final Map<String, Integer> classes = new HashMap<>();
    private final List<Integer> classNames = new ArrayList<>();
    private final Map<Method, Integer> methods = new HashMap<>();
    private final List<Method> methodList = new ArrayList<>();
    private final List<Integer> methodOfFrame = new ArrayList<>();
    private final List<Integer> threadIds = new ArrayList<>();
    private final Set<Integer> takenThreadIds = new HashSet<>();

    private final BitSet usedStacks = new BitSet();
    private final BitSet usedThreads = new BitSet();
    private final BitSet usedMethods = new BitSet();
    private final BitSet usedClasses = new BitSet();
    private final BitSet usedSymbols = new BitSet();

    JfrConstants(Profile profile) {
        this.profile = profile;
    }

    /** The stack's id in the events; notes that this chunk needs it. */
    int stack(int stack) {
        usedStacks.set(stack);
        return stack + 1;
    }

    /** The thread's id in the events: the kernel's, unless another thread of the recording has that; notes its use. */
    int thread(int thread) {
        while (threadIds.size() <= thread) {
            int id = profile.thread(threadIds.size()).tid();
            if (id <= 0 || !takenThreadIds.add(id)) {
                id = FIRST_MADE_UP_THREAD + 1 + threadIds.size();
            }
            threadIds.add(id);
        }
        usedThreads.set(thread);
        return threadIds.get(thread);
    }

    /** Whether the chunk's stacks take as much room as a chunk should have. */
    boolean full() {
        return usedStacks.cardinality() >= 1 << 17;
    }

    /**
     * Hands over the constants that were used since the last call, as bodies of checkpoints of about a megabyte: the
     * number of constants and their bytes, for a type.
     */
    void write(Sink sink) throws IOException {
        writeStacks(sink);
        pool(sink, JfrMetadata.METHOD, usedMethods, (i, out) -> {
            Method m = methodList.get(i);
            usedClasses.set(m.type);
            usedSymbols.set(m.name);
            usedSymbols.set(m.descriptor);
            out.number(m.type + 1).number(m.name + 1).number(m.descriptor + 1);
            out.integer(0).raw(0);
        });
        pool(sink, JfrMetadata.CLASS, usedClasses, (i, out) -> {
            usedSymbols.set(classNames.get(i));
            out.number(0).number(classNames.get(i) + 1).number(0).integer(0);
        });
        pool(sink, JfrMetadata.SYMBOL, usedSymbols, (i, out) -> out.symbol(symbolList.get(i)));
        writeThreads(sink);
        writeEnums(sink);
    }

    private void writeStacks(Sink sink) throws IOException {
        pool(sink, JfrMetadata.STACK_TRACE, usedStacks, (stack, out) -> {
            out.raw(0).number(profile.depth(stack));
            for (int s = stack; s != Profile.EMPTY_STACK; s = profile.callerStack(s)) {
                writeFrame(profile.leafFrame(s), out);
            }
        });
    }

    private void writeFrame(int frameId, JfrBuffer out) {
        Frame frame = profile.frame(frameId);
        int method = method(frameId);
        usedMethods.set(method);
        int bci = frame.type().isJava() ? frame.bci() : Math.max(frame.bci(), 0);
        out.number(method + 1).integer(frame.line()).integer(bci);
        out.raw(frame.type().code());
    }

    /**
     * The whole name is written as the kernel's name, too, as HotSpot does: {@code jfr print} shows no other of a thread
     * whose number in Java (here 0, unknown) it does not know.
     */
    private void writeThreads(Sink sink) throws IOException {
        JfrBuffer out = new JfrBuffer();
        for (int i = usedThreads.nextSetBit(0); i >= 0; i = usedThreads.nextSetBit(i + 1)) {
            ThreadInfo thread = profile.thread(i);
            out.number(threadIds.get(i)).text(thread.name()).number(thread.tid());
            out.text(thread.javaName()).number(0);
        }
        if (!usedThreads.isEmpty()) {
            sink.constants(JfrMetadata.THREAD, usedThreads.cardinality(), out);
        }
        usedThreads.clear();
    }

    private static void writeEnums(Sink sink) throws IOException {
        JfrBuffer out = new JfrBuffer();
        for (FrameType type : FrameType.values()) {
            out.number(type.code()).text(type.label());
        }
        sink.constants(JfrMetadata.FRAME_TYPE, FrameType.values().length, out);
        out.clear();
        for (int i = 0; i < THREAD_STATES.length; i++) {
            out.number(i).text(THREAD_STATES[i]);
        }
        sink.constants(JfrMetadata.THREAD_STATE, THREAD_STATES.length, out);
    }

    private static void pool(Sink sink, int type, BitSet used, BiConsumer<Integer, JfrBuffer> writer)
            throws IOException {
        JfrBuffer out = new JfrBuffer();
        int count = 0;
        for (int i = used.nextSetBit(0); i >= 0; i = used.nextSetBit(i + 1)) {
            out.number(i + 1);
            writer.accept(i, out);
            count++;
            if (out.size() >= BATCH_BYTES) {
                sink.constants(type, count, out);
                out.clear();
                count = 0;
            }
        }
        if (count > 0) {
            sink.constants(type, count, out);
        }
        used.clear();
    }

    private int method(int frameId) {
        while (methodOfFrame.size() <= frameId) {
            methodOfFrame.add(intern(profile.frame(methodOfFrame.size())));
        }
        return methodOfFrame.get(frameId);
    }

    private int intern(Frame frame) {
        String signature = Descriptors.isMethod(frame.signature()) ? frame.signature() : NO_DESCRIPTOR;
        String className = frame.className() == null ? "" : frame.className();
        Method method = new Method(javaClass(className), symbol(frame.method()), symbol(signature));
        return methods.computeIfAbsent(method, m -> {
            methodList.add(m);
            return methodList.size() - 1;
        });
    }

    private int javaClass(String name) {
        int symbol = symbol(name);
        return classes.computeIfAbsent(name, n -> {
            classNames.add(symbol);
            return classNames.size() - 1;
        });
    }

    private int symbol(String text) {
        return symbols.computeIfAbsent(text, t -> {
            symbolList.add(t);
            return symbolList.size() - 1;
        });
    }

    /** Takes constants of one type. */
    @FunctionalInterface
    interface Sink {
        /** {@code count} constants, each its id and its fields. */
        void constants(int type, int count, JfrBuffer body) throws IOException;
    }
}
