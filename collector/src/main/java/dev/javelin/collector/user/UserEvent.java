package dev.javelin.collector.user;

import dev.javelin.collector.session.RecordRequest;
import dev.javelin.flamegraph.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One event of a recording in user-space mode, as it comes in.
 *
 * @param name as it was asked for
 * @param interval see {@link ProfilerEvent}
 * @param profile shares frames, stacks and threads with those of the other events
 * @param walks how the walks of its stacks ended
 */
record UserEvent(ProfilerEvent kind, String name, long interval, Profile profile, Walks walks) {
    /** Those of a request, with nothing in them. */
    static List<UserEvent> of(RecordRequest request, List<Profile> profiles) {
        List<UserEvent> events = new ArrayList<>();
        for (int i = 0; i < profiles.size(); i++) {
            String name = request.events().get(i).name();
            long interval = request.events().get(i).interval();
            events.add(new UserEvent(ProfilerEvent.of(name), name, interval, profiles.get(i), new Walks()));
        }
        return List.copyOf(events);
    }

    /** The options of async-profiler for all of them. */
    static String options(List<UserEvent> events) {
        return events.stream().map(event -> event.kind.options(event.interval)).collect(Collectors.joining(","));
    }

    /** Whether one is of this kind. */
    static boolean has(List<UserEvent> events, ProfilerEvent kind) {
        return events.stream().anyMatch(event -> event.kind == kind);
    }

    /** How the walks of all of them ended. */
    static Walks walks(List<UserEvent> events) {
        Walks all = new Walks();
        events.forEach(event -> all.add(event.walks));
        return all;
    }
}
