package dev.javelin.collector.session;

import dev.javelin.flamegraph.Profile;
import java.util.ArrayList;
import java.util.List;

/**
 * One event of a recording as it comes in. Used by one thread.
 *
 * @param profile shares frames, stacks and threads with those of the recording's other events
 * @param tally how the walks of its stacks ended
 */
record Series(EventRequest event, Profile profile, Tally tally) {
    /** Those of a request, with nothing in them. */
    static List<Series> of(RecordRequest request, List<Profile> profiles) {
        List<Series> series = new ArrayList<>();
        for (int i = 0; i < profiles.size(); i++) {
            series.add(new Series(request.events().get(i), profiles.get(i), new Tally()));
        }
        return List.copyOf(series);
    }

    /** The one that a probe's row counts for. */
    static Series ofRow(List<Series> all, int row) {
        return all.stream()
                .filter(series -> series.event().rows().contains(row))
                .findFirst()
                .orElseThrow();
    }
}
