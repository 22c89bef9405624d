package dev.javelin.collector.session;

import dev.javelin.collector.walker.SampleDescriptor;
import dev.javelin.collector.walker.StackEnd;
import java.util.List;

/** Counts how the walks of a recording ended. Used by one thread. */
final class Tally {
    private final long[] javaEnds = new long[StackEnd.count()];
    private final long[] otherEnds = new long[StackEnd.count()];
    private long bridged;
    private long scanned;
    private long userFrames;

    void add(StackEnd end, int flags, int frames, long samples) {
        boolean java = (flags & SampleDescriptor.FLAG_JAVA_THREAD) != 0;
        (java ? javaEnds : otherEnds)[end.ordinal()] += samples;
        bridged += (flags & SampleDescriptor.FLAG_BRIDGED) != 0 ? samples : 0;
        scanned += (flags & SampleDescriptor.FLAG_SCANNED) != 0 ? samples : 0;
        userFrames += frames * samples;
    }

    /** How all walks of several events ended. */
    static Tally of(List<Tally> tallies) {
        Tally sum = new Tally();
        for (Tally tally : tallies) {
            for (int end = 0; end < sum.javaEnds.length; end++) {
                sum.javaEnds[end] += tally.javaEnds[end];
                sum.otherEnds[end] += tally.otherEnds[end];
            }
            sum.bridged += tally.bridged;
            sum.scanned += tally.scanned;
            sum.userFrames += tally.userFrames;
        }
        return sum;
    }

    long samples() {
        return javaSamples() + otherSamples();
    }

    long javaSamples() {
        return sum(javaEnds);
    }

    long otherSamples() {
        return sum(otherEnds);
    }

    long complete() {
        return javaEnds[0] + otherEnds[0];
    }

    long javaComplete() {
        return javaEnds[0];
    }

    long otherComplete() {
        return otherEnds[0];
    }

    /** Samples that ended this way. */
    long count(StackEnd end) {
        return javaEnds[end.ordinal()] + otherEnds[end.ordinal()];
    }

    /** Samples with native frames that the frame anchor bridged. */
    long bridged() {
        return bridged;
    }

    /** Samples with a frame that was found by looking for a return address. */
    long scanned() {
        return scanned;
    }

    /** Mean number of user frames. */
    double meanFrames() {
        return samples() == 0 ? 0 : (double) userFrames / samples();
    }

    private static long sum(long[] counts) {
        long sum = 0;
        for (long count : counts) {
            sum += count;
        }
        return sum;
    }
}
