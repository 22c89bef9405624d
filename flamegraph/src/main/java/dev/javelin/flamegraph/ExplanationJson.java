package dev.javelin.flamegraph;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An explanation as JSON. */
final class ExplanationJson {
    private static final Comparator<Explanation.Part> LONGEST_FIRST = Comparator.comparingLong(
                    Explanation.Part::slowNanos)
            .thenComparingLong(Explanation.Part::allNanos)
            .reversed();

    private ExplanationJson() {}

    /** Stacks that are written once each, by their place in the list, and where they are. */
    private static final class Stacks {
        private final Profile profile;
        private final FrameNames names;
        private final Map<Integer, Integer> places = new HashMap<>();
        private final List<List<String>> texts = new ArrayList<>();

        Stacks(Profile profile) {
            this.profile = profile;
            this.names = new FrameNames(profile, ReportOptions.defaults(), true);
        }

        int place(int stack) {
            return places.computeIfAbsent(stack, s -> {
                texts.add(stack(profile, names, s));
                return texts.size() - 1;
            });
        }
    }

    static String of(Explanation explanation) {
        Explanation.Slow slow = explanation.slow();
        Map<String, Object> slowMap = new LinkedHashMap<>();
        slowMap.put("threshold_ns", slow.thresholdNanos());
        slowMap.put("calls", slow.calls());
        slowMap.put("elapsed_ns", slow.elapsedNanos());
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("method", explanation.method());
        map.put("calls", explanation.calls());
        map.put("elapsed_ns", explanation.elapsedNanos());
        map.put("slow", slowMap);
        map.put("histogram", histogram(explanation.latencies()));
        Map<String, Object> goingOn = new LinkedHashMap<>();
        goingOn.put("calls", explanation.goingOn().calls());
        goingOn.put("longest_ns", explanation.goingOn().longestNanos());
        map.put("going_on", goingOn);
        map.put("parts", parts(explanation));
        Stacks stacks = new Stacks(explanation.profile());
        map.put(
                "slowest",
                explanation.slowest().stream().map(call -> call(call, stacks)).toList());
        map.put("stacks", stacks.texts);
        if (explanation.handedOver() != null) {
            map.put("handed_over", handedOver(explanation));
        }
        StringBuilder out = new StringBuilder();
        Json.write(out, map);
        return out.append('\n').toString();
    }

    /** How long the calls took, each by itself. */
    private static Map<String, Object> histogram(Latencies latencies) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("unit", Quantity.TIME.unit());
        LatencyJson.put(map, latencies);
        map.put(
                "buckets",
                latencies.buckets().stream().map(ExplanationJson::bucket).toList());
        return map;
    }

    /** From the first of its values up to, but not including, the second one. */
    private static Map<String, Object> bucket(Latencies.Bin bin) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("from_ns", bin.lowest());
        map.put("to_ns", bin.highest() + 1);
        map.put("count", bin.count());
        return map;
    }

    private static Map<String, Object> call(Explanation.SlowCall call, Stacks stacks) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("began_ns", call.beganNanos());
        map.put("elapsed_ns", call.elapsedNanos());
        map.put("thread", call.thread());
        if (!call.traceId().isEmpty()) {
            map.put("trace_id", call.traceId());
            map.put("span_id", call.spanId());
        }
        map.put(
                "intervals",
                call.intervals().stream()
                        .map(interval -> interval(interval, stacks))
                        .toList());
        return map;
    }

    /** These are many, and few are their stacks. */
    private static Map<String, Object> interval(Explanation.Interval interval, Stacks stacks) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("part", interval.part().text());
        map.put("detail", interval.detail());
        map.put("from_ns", interval.fromNanos());
        map.put("elapsed_ns", interval.nanos());
        map.put("stack", stacks.place(interval.stack()));
        return map;
    }

    private static Map<String, Object> handedOver(Explanation explanation) {
        Explanation.HandedOver handedOver = explanation.handedOver();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("tasks", handedOver.tasks());
        map.put("slow_tasks", handedOver.slowTasks());
        map.put("all_ns", handedOver.allNanos());
        map.put("slow_ns", handedOver.slowNanos());
        map.put("lost", handedOver.lost());
        map.put("parts", parts(explanation.ofTasks()));
        return map;
    }

    private static List<Map<String, Object>> parts(Explanation explanation) {
        Profile profile = explanation.profile();
        FrameNames names = new FrameNames(profile, ReportOptions.defaults(), true);
        return explanation.parts().stream()
                .filter(part -> part.allNanos() > 0 || part.slowNanos() > 0)
                .sorted(LONGEST_FIRST)
                .map(part -> {
                    Map<String, Object> map = new LinkedHashMap<>();
                    map.put("part", part.part().text());
                    map.put("detail", part.detail());
                    map.put("all_ns", part.allNanos());
                    map.put("slow_ns", part.slowNanos());
                    map.put("stack", stack(profile, names, part.stack()));
                    return map;
                })
                .toList();
    }

    /** The names of a stack's frames, root first. */
    private static List<String> stack(Profile profile, FrameNames names, int stack) {
        int[] frames = profile.frames(stack);
        List<String> texts = new ArrayList<>(frames.length);
        for (int i = frames.length - 1; i >= 0; i--) {
            texts.add(names.name(names.ofFrame(frames[i])).text());
        }
        return texts;
    }
}
