package dev.javelin.collector.cli;

import dev.javelin.collector.attach.MethodProbes;
import dev.javelin.collector.session.Hit;
import dev.javelin.collector.session.Live;
import dev.javelin.flamegraph.LatencyTable;
import dev.javelin.flamegraph.Profile;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Has the agent look every second, while a recording goes on, for classes that were loaded before it could know that they implement what is
 * probed. Another sees the recording through it.
 */
final class LateClasses implements Live {
    private static final long SECOND = 1_000_000_000;

    private final Live live;
    private final MethodProbes probes;
    private long next = System.nanoTime() + SECOND;
    private boolean lives = true;

    private LateClasses(Live live, MethodProbes probes) {
        this.live = live;
        this.probes = probes;
    }

    /** Who sees a recording of these probes, null for none; {@code live} itself where no late class can be one that is probed. */
    static Live with(Live live, MethodProbes probes) {
        return probes != null && probes.haveSubtypes() ? new LateClasses(live, probes) : live;
    }

    @Override
    public void started() {
        live.started();
    }

    @Override
    public boolean hit(Hit hit, Profile profile) {
        return live.hit(hit, profile);
    }

    @Override
    public boolean taken() {
        long now = System.nanoTime();
        if (lives && now >= next) {
            next = now + SECOND;
            look();
        }
        return live.taken();
    }

    private void look() {
        try {
            lives = probes.look();
        } catch (IOException e) {
            lives = false; // what is probed stays so
        } catch (InterruptedException e) {
            lives = false;
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean showsLatencies() {
        return live.showsLatencies();
    }

    @Override
    public void latencies(List<LatencyTable> tables, Duration elapsed) {
        live.latencies(tables, elapsed);
    }
}
