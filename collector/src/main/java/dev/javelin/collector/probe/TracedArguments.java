package dev.javelin.collector.probe;

import dev.javelin.collector.session.JavelinException;
import dev.javelin.collector.walker.ProbeRow;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** What is shown of the arguments of events that are shown one by one: their names, and the texts that they point to. */
final class TracedArguments {
    private TracedArguments() {}

    /**
     * Which arguments are read as texts with each event.
     *
     * @param arguments how many there are
     * @param wanted numbers of those that were asked for
     */
    static List<ProbeRow.Text> texts(ProbeSpec spec, int arguments, List<Parameter> parameters, Set<Integer> wanted) {
        Map<Integer, ProbeRow.Text> texts = new TreeMap<>();
        for (int number : wanted) {
            if (number >= arguments) {
                throw JavelinException.usage(
                        spec.text() + ": has no arg" + number + " whose text could be shown, only " + arguments);
            }
            texts.put(number, new ProbeRow.Text(number, ProbeRow.Text.ZERO_TERMINATED));
        }
        for (Parameter parameter : parameters) {
            if (parameter.isText()) {
                int length =
                        parameter.form() == Parameter.Form.TEXT ? parameter.index() + 1 : ProbeRow.Text.ZERO_TERMINATED;
                texts.put(parameter.index(), new ProbeRow.Text(parameter.index(), length));
            }
        }
        if (texts.size() > ProbeRow.MAX_TEXTS) {
            throw JavelinException.usage(spec.text() + ": the texts of " + ProbeRow.MAX_TEXTS
                    + " arguments can be shown, not of " + texts.size());
        }
        return List.copyOf(texts.values());
    }

    /** The arguments by their names, as far as those are known. */
    static List<Parameter> parameters(ProbeSpec spec, Found found) {
        if (spec.kind() == ProbeSpec.Kind.TRACEPOINT) {
            return tracepointParameters(spec);
        }
        List<Parameter> known =
                spec.kind() == ProbeSpec.Kind.USDT ? HotSpotProbes.of(spec.provider(), spec.name()) : null;
        if (known != null) {
            return known;
        }
        int shown = found.arguments().size();
        if (spec.function() != null && spec.function().indexOf('(') >= 0) {
            shown = Math.min(shown, CxxNames.parameters(spec.function()) + 1); // perhaps one is the object
        }
        return IntStream.range(0, shown).mapToObj(Parameter::positional).toList();
    }

    private static List<Parameter> tracepointParameters(ProbeSpec spec) {
        try {
            return TracepointFormat.parameters(Tracepoints.events()
                    .resolve(spec.category())
                    .resolve(spec.name())
                    .resolve("format"));
        } catch (IOException e) {
            throw JavelinException.failed(spec.text() + ": " + e.getMessage(), e);
        }
    }
}
