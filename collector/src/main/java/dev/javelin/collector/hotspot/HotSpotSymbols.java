package dev.javelin.collector.hotspot;

import dev.javelin.collector.proc.MemoryUnreadable;
import dev.javelin.flamegraph.Frame;
import dev.javelin.flamegraph.FrameType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Turns the raw frames of a walk through a HotSpot process into classes, methods and lines. The target runs on: everything
 * read here is checked against what the walker saw (compile id, ConstMethod*), and what does not fit any more is shown as
 * {@code [unloaded]}, never under another's name.
 *
 * <p>Threads: one at a time. Call {@link #refresh()} before each batch of samples is taken from the ring, but after they were written, and resolve the
 * batch soon: an nmethod may be freed within milliseconds. No method throws for what the target's memory holds, nor when the
 * target is gone.
 */
public final class HotSpotSymbols {
    /** Shown for code or methods that were there when the sample was taken and are no more. */
    public static final Frame UNLOADED = Frame.marker("[unloaded]");
    /** Shown where the memory made no sense. */
    public static final Frame UNKNOWN = Frame.marker("[unknown]");

    private static final int C1_FIRST = 1;
    private static final int C1_LAST = 3;

    private final Methods methods;
    private final NMethodReader nmethods;
    private final StubNames stubs;
    private final ThreadNames threads;
    private final JavaThreadList javaThreads;
    private final Compilations compilations = new Compilations();

    /**
     * @throws HotSpotException when the JVM is still starting, or its tables lack what is needed
     */
    public HotSpotSymbols(HotSpot hotSpot) throws HotSpotException {
        this(hotSpot, CodeLayout.of(hotSpot));
    }

    /** With a layout that was read before. */
    public HotSpotSymbols(HotSpot hotSpot, CodeLayout layout) throws HotSpotException {
        try {
            methods = new Methods(hotSpot, layout);
            nmethods = new NMethodReader(hotSpot, layout);
            stubs = new StubNames(hotSpot, layout);
            threads = new ThreadNames(hotSpot, layout);
            javaThreads = new JavaThreadList(hotSpot);
        } catch (MemoryUnreadable | IllegalStateException e) {
            throw new HotSpotException("process " + hotSpot.pid() + ": " + e.getMessage(), e);
        }
    }

    /**
     * To be called before a batch of samples is taken, which are all written by then. Frames of interpreted methods that the caller remembers by their raw
     * words are stale when this returns true, unless their method is {@link #isLasting lasting}; those of compiled methods never
     * are, since no two have the same compile id.
     *
     * @return whether classes were unloaded since the last call
     */
    public boolean refresh() {
        return methods.refresh();
    }

    /**
     * An interpreted frame.
     *
     * @param method Method*
     * @param constMethod Method._constMethod when the sample was taken
     * @param bci bytecode index, -1 if unknown
     * @return one frame
     */
    public List<Frame> interpreted(long method, long constMethod, int bci) {
        MethodInfo info = methods.at(method, constMethod, () -> false);
        return List.of(info == null ? UNLOADED : frame(FrameType.INTERPRETED, info, bci));
    }

    /** Whether the class of a method that was resolved before is never unloaded, so that its address is its own for ever. */
    public boolean isLasting(long method) {
        return methods.isLasting(method);
    }

    /**
     * A compiled frame with the methods inlined at its pc.
     *
     * @param nmethod nmethod*
     * @param compileId nmethod._compile_id when the sample was taken
     * @param pcOffset pc minus the blob's code begin
     * @param method nmethod._method when the sample was taken: all that is left when the code is freed meanwhile
     * @return innermost first, at least one frame
     */
    public List<Frame> compiled(long nmethod, int compileId, int pcOffset, long method) {
        NMethodInfo info = compilation(nmethod, compileId);
        if (info == null) {
            MethodInfo only = methods.at(method, 0, () -> false);
            return List.of(only == null ? UNLOADED : frame(FrameType.JIT_COMPILED, only, -1));
        }
        List<Frame> frames = info.frames.get(pcOffset);
        if (frames == null) {
            frames = decode(nmethod, info, pcOffset);
            if (!frames.contains(UNLOADED)) {
                info.frames.put(pcOffset, frames);
            }
        }
        return frames;
    }

    /**
     * A frame of generated code that is no Java method.
     *
     * @param blob CodeBlob*
     * @param pcOffset pc minus the blob's code begin
     * @return one frame of type NATIVE
     */
    public List<Frame> stub(long blob, long pcOffset) {
        String name = stubs.name(blob, pcOffset);
        return List.of(name == null ? UNKNOWN : Frame.symbol(FrameType.NATIVE, name, null));
    }

    /**
     * The full name of a Java thread, as Thread.getName() gives it: the kernel keeps 15 bytes of it only.
     *
     * @param javaThread JavaThread*; a carrier's gives the carrier's name
     * @param osName the kernel's name of the thread, a check on names that could have been read while objects moved; null if
     *     unknown
     * @return null when it cannot be read now; a later call may succeed
     */
    public String threadName(long javaThread, String osName) {
        return threads.name(javaThread, osName);
    }

    /** The JavaThreads that live now, by the numbers that the JVM's own pid namespace has for them. */
    public Map<Integer, Long> javaThreads() {
        return javaThreads.byTid();
    }

    /**
     * The name of the virtual thread that is mounted on a carrier at this moment.
     *
     * @param javaThread JavaThread* of the carrier
     * @return null when none is mounted, the JDK has none, or it cannot be read now; "" for one without a name
     */
    public String virtualThreadName(long javaThread) {
        return threads.virtualName(javaThread);
    }

    private NMethodInfo compilation(long nmethod, int compileId) {
        NMethodInfo known = compilations.get(nmethod, compileId);
        if (known != null) {
            return known;
        }
        try {
            NMethodInfo info = nmethods.read(nmethod, compileId);
            if (info != null) {
                compilations.put(nmethod, info);
            }
            return info;
        } catch (MemoryUnreadable | IndexOutOfBoundsException e) {
            return null;
        }
    }

    private List<Frame> decode(long nmethod, NMethodInfo info, int pcOffset) {
        long[] scopes = scopes(info, pcOffset);
        List<Frame> frames = new ArrayList<>(scopes.length / 2);
        for (int i = 0; i < scopes.length; i += 2) {
            boolean outermost = i + 2 == scopes.length;
            FrameType type = outermost ? type(info.level) : FrameType.INLINED;
            MethodInfo method = methods.at(scopes[i], 0, () -> nmethods.isLive(nmethod, info.compileId));
            frames.add(method == null ? UNLOADED : frame(type, method, (int) scopes[i + 1]));
        }
        return List.copyOf(frames);
    }

    /** Of a native wrapper, of a pc that nothing is recorded for, and of what makes no sense: the method alone. */
    private static long[] scopes(NMethodInfo info, int pcOffset) {
        try {
            long[] scopes = info.scopesAt(pcOffset);
            if (scopes.length > 0 && scopes[scopes.length - 2] == info.method) {
                return scopes;
            }
        } catch (IndexOutOfBoundsException e) {
            // shown without its inlined methods
        }
        return new long[] {info.method, -1};
    }

    private static FrameType type(int level) {
        return level >= C1_FIRST && level <= C1_LAST ? FrameType.C1_COMPILED : FrameType.JIT_COMPILED;
    }

    private static Frame frame(FrameType type, MethodInfo info, int bci) {
        return Frame.java(type, info.className, info.name, info.signature, info.line(bci), bci);
    }
}
