package dev.javelin.collector.session;

import dev.javelin.collector.walker.SampleDescriptor;
import dev.javelin.flamegraph.Profile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The threads of all samples, with their full Java names. A name is read when a thread is first seen and again when the kernel's
 * name of it changes, which HotSpot sets as a Java thread starts and is renamed. Used by one thread.
 */
final class Threads {
    private static final long MIX = 0x9e3779b97f4a7c15L;

    private static final class Known {
        int id;
        long commLow;
        long commHigh;
        long javaThread;
        int unnamed;
    }

    /** How often an unreadable name is tried again, as the garbage collector may move it at that moment. */
    private static final int TRIES = 5;

    private final Profile profile;
    private final HashIndex index = new HashIndex();
    private final List<Known> known = new ArrayList<>();

    Threads(Profile profile) {
        this.profile = profile;
    }

    /** The profile's id of the sample's thread. */
    int thread(ByteBuffer data, int at, Target target) {
        long key = ((long) SampleDescriptor.pid(data, at) << 32 | SampleDescriptor.tid(data, at)) * MIX;
        int position = index.get(key);
        if (position < 0) {
            position = known.size();
            index.put(key, position);
            Known first = new Known();
            known.add(first);
            first.id = newThread(first, data, at, target);
            return first.id;
        }
        Known thread = known.get(position);
        if (thread.javaThread != SampleDescriptor.javaThread(data, at)) {
            thread.id = newThread(thread, data, at, target);
        } else if (thread.commLow != SampleDescriptor.commLow(data, at)
                || thread.commHigh != SampleDescriptor.commHigh(data, at)
                || thread.unnamed > 0) {
            rename(thread, data, at, target);
        }
        return thread.id;
    }

    private int newThread(Known thread, ByteBuffer data, int at, Target target) {
        String comm = SampleDescriptor.comm(data, at);
        String name = read(thread, data, at, target, comm, TRIES);
        return profile.thread(SampleDescriptor.pid(data, at), SampleDescriptor.tid(data, at), comm, name);
    }

    private void rename(Known thread, ByteBuffer data, int at, Target target) {
        boolean sameComm = thread.commLow == SampleDescriptor.commLow(data, at)
                && thread.commHigh == SampleDescriptor.commHigh(data, at);
        int tries = sameComm ? thread.unnamed - 1 : TRIES;
        String comm = SampleDescriptor.comm(data, at);
        String name = read(thread, data, at, target, comm, tries);
        if (name != null) {
            profile.threadName(thread.id, name);
        } else if (!sameComm) {
            thread.id = profile.thread(SampleDescriptor.pid(data, at), SampleDescriptor.tid(data, at), comm, null);
        }
    }

    private static String read(Known thread, ByteBuffer data, int at, Target target, String comm, int tries) {
        thread.commLow = SampleDescriptor.commLow(data, at);
        thread.commHigh = SampleDescriptor.commHigh(data, at);
        thread.javaThread = SampleDescriptor.javaThread(data, at);
        String name = thread.javaThread == 0 ? null : target.symbols().threadName(thread.javaThread, comm);
        thread.unnamed = name == null && thread.javaThread != 0 ? tries : 0;
        return name;
    }
}
