package dev.javelin.collector.probe;

import dev.javelin.collector.walker.AttachPoint;
import dev.javelin.collector.walker.ProbeRow.Argument;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where a specification leads.
 *
 * @param leaf see {@link dev.javelin.collector.walker.Probes.Probe}
 * @param functions the name of the function at each point; empty if they are none
 * @param returned see {@link dev.javelin.collector.walker.ProbeRow}
 * @param isVoid whether it is known that nothing is returned
 */
record Found(
        List<AttachPoint> points,
        List<Argument> arguments,
        String leaf,
        List<String> functions,
        Argument returned,
        boolean isVoid) {
    Found(List<AttachPoint> points, List<Argument> arguments, String leaf) {
        this(points, arguments, leaf, List.of(), null, false);
    }

    /** What is found for each function by itself. */
    Map<String, Found> byFunction() {
        Map<String, Found> single = new LinkedHashMap<>();
        for (int i = 0; i < functions.size(); i++) {
            single.computeIfAbsent(functions.get(i), name -> new Found(new ArrayList<>(), arguments, leaf))
                    .points()
                    .add(points.get(i));
        }
        return single;
    }
}
