package dev.javelin.collector.session;

import dev.javelin.collector.hotspot.HotSpotSymbols;
import dev.javelin.collector.proc.Kallsyms;
import dev.javelin.collector.walker.NativeObject;
import dev.javelin.collector.walker.NativeObjects;
import dev.javelin.collector.walker.RawFrame;
import dev.javelin.collector.walker.SampleDescriptor;
import dev.javelin.collector.walker.StackEnd;
import dev.javelin.flamegraph.Frame;
import dev.javelin.flamegraph.FrameType;
import dev.javelin.flamegraph.Profile;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns raw stacks into stacks of a profile: looks up what was seen before by a hash of its words, and names what is new at once,
 * while the target still has it. Used by one thread; allocates only for what is new.
 */
final class Symbolizer {
    private static final int[] NO_FRAMES = {};

    /** A frame of one process, as the walker gave it; kernel frames have pid 0. */
    private record RawKey(int pid, long word0, long word1, long word2) {
        /** By hand: without C2, what a record gets by itself is slow. */
        @Override
        public int hashCode() {
            long h = ((word0 * 31 + word1) * 31 + word2) * 0x9e3779b97f4a7c15L + pid;
            return (int) (h ^ h >>> 32);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof RawKey key
                    && key.word0 == word0
                    && key.word1 == word1
                    && key.word2 == word2
                    && key.pid == pid;
        }
    }

    private final Profile profile;
    private final NativeObjects objects;
    private final Kallsyms kallsyms;
    private final HashIndex stacks = new HashIndex();
    private final Map<RawKey, int[]> frames = new HashMap<>();
    /** The same for methods that may be unloaded, whose addresses may then become another's. */
    private final HashIndex mortalStacks = new HashIndex();

    private final Map<RawKey, int[]> mortalFrames = new HashMap<>();
    private final int[] incomplete = new int[StackEnd.count()];
    private int[] ids = new int[256];
    private long resolved;
    /** Whether the stack at hand has a frame that may be named later. */
    private boolean provisional;
    /** Whether it has one of a method that may be unloaded. */
    private boolean mortal;

    Symbolizer(Profile profile, NativeObjects objects, Kallsyms kallsyms) {
        this.profile = profile;
        this.objects = objects;
        this.kallsyms = kallsyms;
        Arrays.fill(incomplete, -1);
    }

    /** The profile's id of a sample's stack. */
    int stack(ByteBuffer data, int at, Target target) {
        int kernel = SampleDescriptor.kernelFrames(data, at);
        int user = SampleDescriptor.userFrames(data, at);
        StackEnd end = SampleDescriptor.end(data, at);
        long hash =
                hash(data, SampleDescriptor.kernelFramesAt(at), kernel + user * 3, target.pid() * 31L + end.ordinal());
        int known = stacks.get(hash);
        if (known < 0) {
            known = mortalStacks.get(hash);
        }
        if (known >= 0) {
            return known;
        }
        provisional = false;
        mortal = false;
        int stack = resolve(data, at, kernel, user, end, target);
        if (!provisional) {
            (mortal ? mortalStacks : stacks).put(hash, stack);
        }
        return stack;
    }

    /** The profile's id of the kernel's part of a stack, of any process. */
    int kernelStack(ByteBuffer data, int at) {
        return resolve(data, at, SampleDescriptor.kernelFrames(data, at), 0, StackEnd.COMPLETE, null);
    }

    /** 64 bits over all words: two different stacks among a million share one with a chance of 1 to 30 million. */
    private static long hash(ByteBuffer data, int from, int words, long seed) {
        long h = seed;
        for (int i = 0, at = from; i < words; i++, at += 8) {
            h = (h ^ data.getLong(at)) * 0x9e3779b97f4a7c15L;
            h ^= h >>> 32;
        }
        return h;
    }

    private int resolve(ByteBuffer data, int at, int kernel, int user, StackEnd end, Target target) {
        int count = 0;
        int word = SampleDescriptor.kernelFramesAt(at);
        boolean ours = SampleDescriptor.type(data, at) != SampleDescriptor.TYPE_SAMPLE;
        for (int i = 0; i < kernel; i++, word += 8) {
            ours = ours && kallsyms.isProbing(data.getLong(word));
            if (!ours) {
                count = append(count, kernelFrame(data.getLong(word)));
            }
        }
        for (int i = 0; i < user; i++, word += RawFrame.BYTES) {
            count = append(
                    count, userFrame(target, data.getLong(word), data.getLong(word + 8), data.getLong(word + 16)));
        }
        if (end != StackEnd.COMPLETE) {
            count = append(count, new int[] {incomplete(end)});
        }
        return profile.stack(ids, 0, count);
    }

    private int append(int count, int[] more) {
        if (count + more.length > ids.length) {
            ids = Arrays.copyOf(ids, Math.max(ids.length * 2, count + more.length));
        }
        System.arraycopy(more, 0, ids, count, more.length);
        return count + more.length;
    }

    private int incomplete(StackEnd end) {
        if (incomplete[end.ordinal()] < 0) {
            incomplete[end.ordinal()] = profile.frame(Frame.marker("[incomplete: " + end.text() + "]"));
        }
        return incomplete[end.ordinal()];
    }

    private int[] kernelFrame(long ip) {
        RawKey key = new RawKey(0, ip, 0, 0);
        int[] known = frames.get(key);
        if (known == null) {
            String name = kallsyms.resolve(ip);
            known = intern(List.of(Frame.symbol(FrameType.KERNEL, name == null ? "[kernel]" : name, null)));
            frames.put(key, known);
        }
        return known;
    }

    private int[] userFrame(Target target, long word0, long word1, long word2) {
        // the flags that say how a frame was found make no difference to its name
        long identity = word0 & ~((long) (RawFrame.FLAG_SCANNED | RawFrame.FLAG_FROZEN | RawFrame.FLAG_LEAF) << 48);
        RawKey key = new RawKey(target.pid(), identity, word1, word2);
        int[] known = frames.get(key);
        if (known != null) {
            return known;
        }
        known = mortalFrames.get(key);
        if (known != null) {
            mortal = true;
            return known;
        }
        List<Frame> named = name(target, word0, word1, word2);
        known = intern(named);
        if (named.contains(HotSpotSymbols.UNLOADED)) {
            provisional = true; // right after classes were unloaded, one that is still there cannot be told for sure
        } else if (RawFrame.kind(word0) == RawFrame.INTERPRETED
                && !target.symbols().isLasting(RawFrame.address(word0))) {
            mortal = true;
            mortalFrames.put(key, known);
        } else {
            frames.put(key, known);
        }
        return known;
    }

    private List<Frame> name(Target target, long word0, long word1, long word2) {
        long address = RawFrame.address(word0);
        return switch (RawFrame.kind(word0)) {
            case RawFrame.NATIVE -> List.of(nativeFrame((int) word1, word2));
            case RawFrame.INTERPRETED -> java(target.symbols().interpreted(address, word1, (int) word2));
            case RawFrame.COMPILED ->
                java(target.symbols().compiled(address, (int) (word1 >>> 32), (int) word1, word2));
            case RawFrame.STUB -> target.symbols().stub(address, word1);
            case RawFrame.SKIPPED -> List.of(Frame.marker("[native frames missing]"));
            case RawFrame.CARRIER -> List.of(Frame.marker("[carrier thread]"));
            default -> List.of(Frame.marker("[unknown]"));
        };
    }

    private List<Frame> java(List<Frame> named) {
        resolved++;
        return named;
    }

    private Frame nativeFrame(int objectId, long address) {
        NativeObject object = objects.get(objectId);
        if (object == null) {
            return Frame.marker("[unknown code]");
        }
        String name = object.functionAt(address);
        if (name == null) {
            return Frame.symbol(FrameType.NATIVE, object.name() + "+0x" + Long.toHexString(address), object.name());
        }
        boolean cpp = name.indexOf("::") >= 0 || object.name().equals("libjvm.so");
        return Frame.symbol(cpp ? FrameType.CPP : FrameType.NATIVE, name, object.name());
    }

    private int[] intern(List<Frame> named) {
        if (named.isEmpty()) {
            return NO_FRAMES;
        }
        int[] out = new int[named.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = profile.frame(named.get(i));
        }
        return out;
    }

    /** Forgets what may be gone: classes of a process were unloaded, and another Method may have the address of one of theirs. */
    void forgetMortal(int pid) {
        mortalFrames.keySet().removeIf(key -> key.pid() == pid);
        mortalStacks.clear();
    }

    /** Forgets a process's frames: their addresses may mean something else from now on. */
    void forget(int pid) {
        forgetMortal(pid);
        frames.keySet().removeIf(key -> key.pid() == pid);
        stacks.clear();
    }

    /** Different Java frames that were looked up. */
    long resolved() {
        return resolved;
    }
}
