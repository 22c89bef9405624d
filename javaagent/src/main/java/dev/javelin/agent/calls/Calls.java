package dev.javelin.agent.calls;

/**
 * What probed methods call when they are entered and left. Memory outside the heap, allocated once in a JVM's life and never freed, holds
 * the threads' slots, and for each probe a block of histograms; the collector reads both through {@code /proc/PID/mem}.
 *
 * <p>Nothing here allocates, locks, or calls a method of the library that is not native (or Unsafe's, which are never probed), since any
 * other may be probed itself; control methods, which the agent's own thread calls, may.
 *
 * <p>A probe is known by a word: the address of its block, and above bit 48 the number of times that the block was in use. The block's first
 * word says the same as long as the probe is in. A call that returns later, perhaps after hours, thus counts nowhere.
 *
 * <p>Offsets, in bytes. Slot: 0 key, 8 open, 16 base, 24 total, 32 calls, 40 depth, 48 told_probe, 56 told_began, 64 told_nanos, 72
 * told_call, 80 nanoseconds of the calls of virtual threads that have ended, which leave the slot, 88 bytes of the name of a virtual thread
 * that tells, 96 these; of a platform thread instead 104 what it does for a followed call, see {@link Tasks}, 112 when that began, less {@code
 * total}, 120 how long it had been queued, and 1; 0 if that stands in a record already. Block: 0 probe, 8 uses, 16 number, 24 threshold, 32 period,
 * 40 hits, 48 key of a thread that is not counted, 56 calls without a slot, 64 its use of the slots; from 128 on the stripes. Stripe: 0 sum, 8
 * greatest, 16 {@link Long#MAX_VALUE} less the least; from 128 on the buckets.
 */
public final class Calls {
    private static final Memory MEMORY = Memory.getUnsafe();
    private static final boolean JAVA_8 =
            System.getProperty("java.specification.version").equals("1.8");
    private static final long EETOP = offset(Thread.class, "eetop");
    private static final long TID = offset(Thread.class, "tid");
    /** For the names of virtual threads, which JDK 8 has not; nor has its String a coder. */
    private static final long NAME = offset(Thread.class, "name");

    private static final long VALUE = offset(String.class, "value");
    private static final long CODER = JAVA_8 ? 0 : offset(String.class, "coder");
    private static final int NAME_BYTES = 32;
    /** What a virtual thread's continuation runs, and the thread in that (VirtualThread.java, seen in JDK 21, 25 and 26). */
    private static final long CONTINUATION_TARGET = offset("jdk.internal.vm.Continuation", "target");

    private static final long TARGET_THREAD = offset("java.lang.VirtualThread$VThreadContinuation$1", "val$vthread");

    /** The use of the slots by a probe whose calls are looked at while they go on: no other probe may use them then. */
    private static final long OPEN = 2;

    private static final long CONFLICT = -1;

    /** Fibonacci hashing: 2^64 divided by the golden ratio. */
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private static final int LINE = 128;
    private static final int CAPACITY_BITS = 16;
    private static final long SLOTS_BYTES = (long) LINE << CAPACITY_BITS;
    private static final int LONGEST_SEARCH = 16;

    /** Probes that are in at once. */
    private static final int BLOCKS = 32;
    /** Buckets as in {@code LogLinear}: one for each value below 32, then 32 for each power of two. */
    private static final int BUCKETS = 32 + 58 * 32;

    /** In what {@link #current} says: what it is, and above which bit the slot's number stands; see {@code javelin.h}. */
    private static final long TASK = 1L << 61;

    private static final int CALL_SLOT_SHIFT = 44;

    private static final int STRIPE_BITS = stripeBits();
    private static final long STRIPE_BYTES = LINE + 8L * BUCKETS;
    private static final long BLOCK_BYTES = LINE + (STRIPE_BYTES << STRIPE_BITS);
    private static final long ADDRESS = (1L << 48) - 1;

    private static final long SLOTS = zeroed(SLOTS_BYTES + BLOCKS * BLOCK_BYTES);
    private static final long FIRST_BLOCK = SLOTS + SLOTS_BYTES;

    private Calls() {}

    private static long offset(Class<?> type, String field) {
        try {
            return MEMORY.objectFieldOffset(type.getDeclaredField(field));
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The same in a class that not every JDK has; 0 if this one has not. */
    private static long offset(String type, String field) {
        try {
            return offset(Class.forName(type, false, null), field);
        } catch (ClassNotFoundException | IllegalStateException e) {
            return 0;
        }
    }

    /** Twice as many as there are processors, 4 to 64: threads seldom share one. */
    private static int stripeBits() {
        int bits = 2;
        while (bits < 6 && 1 << bits < 2 * Runtime.getRuntime().availableProcessors()) {
            bits++;
        }
        return bits;
    }

    /** Memory that is all zero. Fresh pages are, and are only read here, so that they take no room before they are used. */
    static long zeroed(long bytes) {
        long address = (MEMORY.allocateMemory(bytes + LINE) + LINE - 1) & -LINE;
        clear(address, bytes);
        return address;
    }

    private static void clear(long address, long bytes) {
        for (long at = address; at < address + bytes; at += 8) {
            if (MEMORY.getLong(null, at) != 0) {
                MEMORY.putLong(null, at, 0);
            }
        }
    }

    // ---- control: called by the agent's threads

    /**
     * Address and capacity of the slots; stripes of a block, their offset and their size; offset and number of the buckets; offsets of a
     * Thread's fields {@code eetop} and {@code tid}, of a Continuation's target and of the virtual thread in that, 0 if these are not known.
     */
    public static long[] layout() {
        return new long[] {
            SLOTS,
            1L << CAPACITY_BITS,
            1L << STRIPE_BITS,
            LINE,
            STRIPE_BYTES,
            LINE,
            BUCKETS,
            EETOP,
            TID,
            CONTINUATION_TARGET,
            TARGET_THREAD
        };
    }

    /**
     * Takes a block for a new probe; the calling thread's calls are not counted there.
     *
     * @param use of the slots: 0 for none, 1 if calls are told of when they end, 2 if they are also looked at while they go on
     * @param threshold calls that take longer, in nanoseconds, are told; {@link Long#MAX_VALUE} for none
     * @param period every so many calls, one is told; 0 for none
     * @return the probe's word; 0 if all blocks are taken, -1 if calls of another probe would be taken for this one's, or the other way
     *     round
     */
    public static synchronized long open(long use, long threshold, long period) {
        boolean others = false;
        for (int i = 0; i < BLOCKS; i++) {
            long block = FIRST_BLOCK + i * BLOCK_BYTES;
            long other = MEMORY.getLong(null, block) == 0 ? 0 : MEMORY.getLong(null, block + 64);
            if (use != 0 && other != 0 && (use == OPEN || other == OPEN)) {
                return CONFLICT;
            }
            others |= other != 0;
        }
        if (use != 0 && !others) {
            leaveUnended();
        }
        for (int i = 0; i < BLOCKS; i++) {
            long block = FIRST_BLOCK + i * BLOCK_BYTES;
            if (MEMORY.getLong(null, block) == 0) {
                long uses = MEMORY.getLong(null, block + 8) + 1;
                clear(block, BLOCK_BYTES);
                MEMORY.putLong(null, block + 8, uses);
                MEMORY.putLong(null, block + 16, i);
                MEMORY.putLong(null, block + 24, threshold);
                MEMORY.putLong(null, block + 32, period);
                MEMORY.putLong(null, block + 48, key(Thread.currentThread()));
                MEMORY.putLong(null, block + 64, use);
                long probe = (uses << 48) | block;
                MEMORY.putLongRelease(null, block, probe);
                return probe;
            }
        }
        return 0;
    }

    /** Calls that began under earlier probes and have not ended yet are nobody's; their threads' next calls are outermost ones again. */
    private static void leaveUnended() {
        for (long slot = SLOTS; slot < SLOTS + SLOTS_BYTES; slot += LINE) {
            long key = MEMORY.getLong(null, slot);
            if (key != 0 && MEMORY.getLong(null, slot + 40) != 0) {
                MEMORY.putLong(null, slot + 8, 0);
                MEMORY.putLongRelease(null, slot + 40, 0);
                if ((key & 1) != 0) {
                    giveBack(slot);
                }
            }
        }
    }

    /** A virtual thread's. */
    private static void giveBack(long slot) {
        long total = MEMORY.getLong(null, slot + 24);
        MEMORY.putLong(null, slot + 24, 0); // or the next thread would begin with it
        MEMORY.putLong(null, slot + 80, MEMORY.getLong(null, slot + 80) + total);
        MEMORY.putLong(null, slot + 104, 0); // perhaps of its name
        MEMORY.putLongRelease(null, slot, 0);
    }

    /** From now on calls are told that take longer than so many nanoseconds; {@link Long#MAX_VALUE} for none. */
    public static void tell(long probe, long threshold) {
        MEMORY.putLong(null, (probe & ADDRESS) + 24, threshold);
    }

    /** Gives the block of a probe back. */
    public static synchronized void close(long probe) {
        MEMORY.putLongRelease(null, probe & ADDRESS, 0);
    }

    /** The number of a probe: what slots know it by, less 1. */
    public static long number(long probe) {
        return MEMORY.getLong(null, (probe & ADDRESS) + 16);
    }

    // ---- called by probed methods

    /**
     * A call returns or throws, whose duration alone is wanted.
     *
     * @param began {@link System#nanoTime} at its entry
     */
    public static void exit(long probe, long began) {
        long nanos = System.nanoTime() - began;
        long block = probe & ADDRESS;
        if (MEMORY.getLong(null, block) == probe) {
            count(block, key(Thread.currentThread()), nanos < 0 ? 0 : nanos);
        }
    }

    /**
     * A call begins which the thread's slot is to tell of.
     *
     * @param now {@link System#nanoTime}
     * @return what {@link #exitSlot} is to be given: the time, and the depth's last bits, from which an exit that follows one that
     *     was lost, as by a stack overflow, finds its way
     */
    public static long enterSlot(long probe, long now) {
        long key = key(Thread.currentThread());
        long slot = find(key);
        if (slot == 0) {
            slot = claim(key);
        }
        long block = probe & ADDRESS;
        if (slot == 0) {
            MEMORY.getAndAddLong(null, block + 56, 1);
            return now << 8;
        }
        long depth = MEMORY.getLong(null, slot + 40);
        if (depth == 0) {
            MEMORY.putLongRelease(null, slot + 16, now - MEMORY.getLong(null, slot + 24));
            MEMORY.putLongRelease(null, slot + 8, MEMORY.getLong(null, block + 16) + 1);
        }
        MEMORY.putLongRelease(null, slot + 40, depth + 1);
        return (now << 8) | (depth & 0xff);
    }

    /**
     * The same call returns or throws.
     *
     * @param entered what {@link #enterSlot} said
     */
    public static void exitSlot(long probe, long entered) {
        long now = System.nanoTime();
        long nanos = ((now << 8) - (entered & ~0xffL)) >>> 8; // right for calls of up to two years
        Thread thread = Thread.currentThread();
        long key = key(thread);
        long slot = find(key);
        long call = 0;
        boolean outermost = false;
        if (slot != 0) {
            call = MEMORY.getLong(null, slot + 32);
            long inside = MEMORY.getLong(null, slot + 40);
            if (inside > 0) {
                long depth = inside - ((inside - entered) & 0xff);
                MEMORY.putLongRelease(null, slot + 40, depth);
                outermost = depth == 0;
            }
            if (outermost) {
                MEMORY.putLongRelease(null, slot + 24, now - MEMORY.getLong(null, slot + 16));
                MEMORY.putLongRelease(null, slot + 8, 0);
                MEMORY.putLongRelease(null, slot + 32, call + 1);
            }
        }
        try {
            long block = probe & ADDRESS;
            if (MEMORY.getLong(null, block) == probe) {
                if (slot == 0 || outermost) { // calls within calls are part of them
                    count(block, key, nanos);
                }
                if (slot != 0 && isTold(block, nanos)) {
                    tell(thread, slot, MEMORY.getLong(null, block + 16) + 1, now - nanos, nanos, call);
                }
            }
        } finally { // the stack may not reach so deep, but it has reached into find
            if (outermost && (key & 1) != 0) {
                giveBack(slot);
            }
        }
    }

    private static boolean isTold(long block, long nanos) {
        if (nanos > MEMORY.getLong(null, block + 24)) {
            return true;
        }
        long period = MEMORY.getLong(null, block + 32);
        return period != 0 && (MEMORY.getAndAddLong(null, block + 40, 1) + 1) % period == 0;
    }

    /** A uprobe at JVM_HoldsLock finds the slot by the thread that is its argument. Nobody asks for a thread's lock otherwise. */
    private static void tell(Thread thread, long slot, long probe, long began, long nanos, long call) {
        MEMORY.putLong(null, slot + 56, began);
        MEMORY.putLong(null, slot + 64, nanos);
        MEMORY.putLong(null, slot + 72, call);
        if (MEMORY.getLong(thread, EETOP) == 0) {
            putName(thread, slot + 88);
        }
        MEMORY.putLongRelease(null, slot + 48, probe);
        Thread.holdsLock(thread);
        MEMORY.putLongRelease(null, slot + 48, 0);
    }

    /** The beginning of a name, as its characters lie in memory: a byte each, or two, which a negative length says. */
    private static void putName(Thread thread, long to) {
        Object name = MEMORY.getReference(thread, NAME);
        byte[] bytes = name == null ? null : (byte[]) MEMORY.getReference(name, VALUE);
        int length = bytes == null ? 0 : bytes.length;
        length = length < NAME_BYTES ? length : NAME_BYTES;
        for (int at = 0; at < length; at += 8) {
            long word = 0;
            for (int i = at; i < length && i < at + 8; i++) {
                word |= (bytes[i] & 0xffL) << (8 * (i - at));
            }
            MEMORY.putLong(null, to + 8 + at, word);
        }
        boolean wide = length > 0 && MEMORY.getByte(name, CODER) != 0;
        MEMORY.putLong(null, to, wide ? -length : length);
    }

    private static void count(long block, long key, long nanos) {
        if (key == MEMORY.getLong(null, block + 48)) {
            return;
        }
        long stripe = block + LINE + ((key * GOLDEN) >>> (64 - STRIPE_BITS)) * STRIPE_BYTES;
        // A double's exponent and the first five bits of its fraction, in one number, are the bucket's
        long bucket = nanos < 32 ? nanos : (Double.doubleToRawLongBits((double) nanos) >>> 47) - ((1023 + 5) << 5) + 32;
        MEMORY.getAndAddLong(null, stripe, nanos);
        MEMORY.getAndAddLong(null, stripe + LINE + (bucket << 3), 1);
        raise(stripe + 8, nanos);
        raise(stripe + 16, Long.MAX_VALUE - nanos);
    }

    private static void raise(long address, long value) {
        long most = MEMORY.getLong(null, address);
        while (value > most && !MEMORY.compareAndSetLong(null, address, most, value)) {
            most = MEMORY.getLong(null, address);
        }
    }

    // ---- called by Tasks

    /** No thread does anything for a followed call. */
    static void clearTasks() {
        for (long slot = SLOTS; slot < SLOTS + SLOTS_BYTES; slot += LINE) {
            if ((MEMORY.getLong(null, slot) & 1) == 0 && MEMORY.getLong(null, slot + 104) != 0) {
                MEMORY.putLong(null, slot + 104, 0);
            }
        }
    }

    /** Whose work the current thread does: of the call that it is in, or of the one for which it runs a task; 0 for none. */
    static long current() {
        long key = key(Thread.currentThread());
        long slot = find(key);
        if (slot == 0) {
            return 0;
        }
        if (MEMORY.getLong(null, slot + 8) != 0) {
            return TASK | (index(slot) << CALL_SLOT_SHIFT) | (MEMORY.getLong(null, slot + 32) + 1);
        }
        return (key & 1) != 0 ? 0 : MEMORY.getLong(null, slot + 104);
    }

    /** The slot of the current thread, a platform thread, or else a new one; 0 if there is no room. */
    static long ownSlot() {
        long key = key(Thread.currentThread());
        long slot = find(key);
        return slot != 0 ? slot : claim(key);
    }

    /** The slot of the current thread; 0 if it has none, or is a virtual one. */
    static long slotOfTask() {
        long key = key(Thread.currentThread());
        return (key & 1) != 0 ? 0 : find(key);
    }

    /** Whether the current thread is a virtual one. */
    static boolean isVirtual() {
        return (key(Thread.currentThread()) & 1) != 0;
    }

    /** Whether the current thread is in a call. */
    static boolean isInCall() {
        long slot = find(key(Thread.currentThread()));
        return slot != 0 && MEMORY.getLong(null, slot + 8) != 0;
    }

    /** Gives a slot back that nothing is known of any more. */
    static void release(long slot) {
        if (MEMORY.getLong(null, slot + 24) == 0 && MEMORY.getLong(null, slot + 8) == 0) {
            MEMORY.putLongRelease(null, slot, 0);
        }
    }

    /** The number of a slot. */
    static long index(long slot) {
        return (slot - SLOTS) / LINE;
    }

    /** A thread's own number: of a platform thread the address of its JavaThread, of a virtual one an odd number. */
    private static long key(Thread thread) {
        long eetop = MEMORY.getLong(thread, EETOP);
        return eetop != 0 ? eetop : (MEMORY.getLong(thread, TID) << 1) | 1;
    }

    /** The slot of a key; 0 if it has none. */
    private static long find(long key) {
        long index = (key * GOLDEN) >>> (64 - CAPACITY_BITS);
        for (int i = 0; i < LONGEST_SEARCH; i++) {
            long slot = SLOTS + ((index + i) & ((1 << CAPACITY_BITS) - 1)) * LINE;
            if (MEMORY.getLong(null, slot) == key) {
                return slot;
            }
        }
        return 0;
    }

    /** Takes a free slot for a key; 0 if all where it may be are taken. */
    private static long claim(long key) {
        long index = (key * GOLDEN) >>> (64 - CAPACITY_BITS);
        for (int i = 0; i < LONGEST_SEARCH; i++) {
            long slot = SLOTS + ((index + i) & ((1 << CAPACITY_BITS) - 1)) * LINE;
            if (MEMORY.getLong(null, slot) == 0 && MEMORY.compareAndSetLong(null, slot, 0, key)) {
                return slot;
            }
        }
        return 0;
    }
}
