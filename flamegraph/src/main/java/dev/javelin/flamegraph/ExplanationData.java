package dev.javelin.flamegraph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the script of the page of an explanation draws: flame graphs of the parts, their details, and the slowest calls.
 *
 * <p>Packed as by {@link HtmlData}: a JSON object with texts, and then numbers. First the nodes of a tree of stacks but for
 * its root, node 0, parents before their children: distance to the parent's number, then the frame, name * 4 + mode with
 * modes 0 to 3 as there. Then the number of parts, and for each: index of part, detail, node, nanoseconds in all and in slow
 * calls. Then the number of slow calls, and for each: began, elapsed, indexes of the thread's name, of the ids of trace and span, number of
 * pieces, and for each of these: part, detail, from, nanoseconds, node, number of intervals that it stands for.
 */
final class ExplanationData {
    private final Explanation explanation;
    private final FrameNames names;
    private final StackTree tree = new StackTree();
    private final Map<Integer, Integer> nodeOfStack = new HashMap<>();
    private final Map<String, Integer> texts = new LinkedHashMap<>();
    private final JfrBuffer rows = new JfrBuffer();

    ExplanationData(Explanation explanation) {
        this.explanation = explanation;
        this.names = new FrameNames(explanation.profile(), ReportOptions.defaults(), false);
        parts();
        calls();
    }

    /** The data, packed. */
    String packed() {
        JfrBuffer numbers = new JfrBuffer();
        for (int node = 1; node < tree.size(); node++) {
            numbers.number(node - tree.parent(node)).number(tree.frame(node));
        }
        numbers.raw(rows);
        StringBuilder json = new StringBuilder();
        Json.write(json, header());
        return HtmlData.packed(json.toString(), numbers);
    }

    /** The name of a part in the page's style and script. */
    static String style(CallPart part) {
        return part.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private Map<String, Object> header() {
        List<Object> parts = new ArrayList<>();
        for (CallPart part : CallPart.values()) {
            parts.add(List.of(part.text(), style(part)));
        }
        List<Object> kinds = new ArrayList<>();
        List<Object> frames = new ArrayList<>();
        for (int id = 0; id < names.size(); id++) {
            frames.add(names.name(id).text());
            kinds.add(HtmlData.kind(names.name(id).category()));
        }
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("elapsed", explanation.elapsedNanos());
        header.put("slowElapsed", explanation.slow().elapsedNanos());
        header.put("slowCalls", explanation.slow().calls());
        header.put("parts", parts);
        header.put("texts", List.copyOf(texts.keySet()));
        header.put("names", frames);
        header.put("kinds", kinds);
        header.put("nodes", tree.size());
        return header;
    }

    private void parts() {
        List<Explanation.Part> shown = explanation.parts().stream()
                .filter(part -> part.allNanos() > 0 || part.slowNanos() > 0)
                .toList();
        rows.number(shown.size());
        for (Explanation.Part part : shown) {
            rows.number(part.part().ordinal())
                    .number(text(part.detail()))
                    .number(node(part.stack()))
                    .number(Math.max(0, part.allNanos()))
                    .number(Math.max(0, part.slowNanos()));
        }
    }

    private void calls() {
        rows.number(explanation.slowest().size());
        for (Explanation.SlowCall call : explanation.slowest()) {
            List<CallPiece> pieces = CallPiece.of(call);
            rows.number(Math.max(0, call.beganNanos()))
                    .number(Math.max(0, call.elapsedNanos()))
                    .number(text(call.thread()))
                    .number(text(call.traceId()))
                    .number(text(call.spanId()))
                    .number(pieces.size());
            for (CallPiece piece : pieces) {
                rows.number(piece.part().ordinal())
                        .number(text(piece.detail()))
                        .number(piece.from())
                        .number(piece.nanos())
                        .number(node(piece.stack()))
                        .number(piece.intervals());
            }
        }
    }

    private int text(String text) {
        return texts.computeIfAbsent(Text.visible(text), t -> texts.size());
    }

    /** The node of a stack of the profile. */
    private int node(int stack) {
        Integer known = nodeOfStack.get(stack);
        if (known != null) {
            return known;
        }
        Profile profile = explanation.profile();
        int[] frames = profile.frames(stack);
        int node = 0;
        for (int i = frames.length - 1; i >= 0; i--) {
            int mode = mode(profile.frame(frames[i]).type());
            node = tree.child(node, names.ofFrame(frames[i]) * 4 + mode);
        }
        nodeOfStack.put(stack, node);
        return node;
    }

    private static int mode(FrameType type) {
        return switch (type) {
            case INLINED -> 1;
            case C1_COMPILED -> 2;
            case INTERPRETED -> 3;
            default -> 0;
        };
    }
}
