package dev.javelin.flamegraph;

import dev.javelin.flamegraph.ReportOptions.Flag;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;

/**
 * The data of the flame graph page, as base64: nothing that a target calls itself can end the element it stands in.
 *
 * <p>Layout: length of what follows when inflated (4 bytes, little endian), then raw DEFLATE of: length of the JSON text
 * (base-128 number as in {@link JfrBuffer#number}), the JSON in UTF-8 with header facts and names, then the nodes of the
 * tree, parents before their children, the root first. A node is: head = name * 32 + mode * 4 + (has hidden) * 2 + (has
 * self), number of children, [self weight], [weight of children left out], [interpreted, C1, inlined]. The mode tells how
 * a Java method was run: 0 wholly compiled by C2 (or not Java), 1 inlined, 2 C1, 3 interpreted, 4 mixed, with the figures.
 */
final class HtmlData {
    private static final int SELF = 1;
    private static final int HIDDEN = 2;
    private static final int MIXED = 4;

    private final RecordingInfo info;
    private final RecordingInfo.Event event;
    private final ReportOptions options;
    private final long samples;
    private final FrameNames names;
    private final CallTree tree;
    private final SortedTree sorted;
    private final long[] totals;
    private final int[] ranks;
    private final double narrowest;
    private final JfrBuffer nodes = new JfrBuffer();
    private int size;

    /** The data of one event, which is one of {@code info}. */
    HtmlData(Profile profile, RecordingInfo info, RecordingInfo.Event event, ReportOptions asked) {
        this.info = info;
        this.event = event;
        this.options = event.summed() ? asked.with(Flag.TOTAL) : asked;
        this.samples = profile.sampleCount();
        this.names = new FrameNames(profile, options, false);
        this.tree = CallTree.of(profile, info, options, names);
        this.sorted = new SortedTree(tree, names);
        this.totals = tree.totals();
        this.ranks = SortedTree.ranks(names);
        this.narrowest = totals[0] * options.minWidth() / 100;
        sorted.visit((node, depth) -> {
            if (isShown(node)) {
                writeNode(node);
                return true;
            }
            return false;
        });
    }

    /**
     * The data, packed.
     *
     * @param all those of all events of the recording, of which the page tells beside this one
     */
    String packed(List<HtmlData> all) {
        return packed(header(all), nodes);
    }

    /** A JSON text and numbers behind it, in the layout above. */
    static String packed(String text, JfrBuffer numbers) {
        byte[] json = text.getBytes(StandardCharsets.UTF_8);
        JfrBuffer all = new JfrBuffer().number(json.length);
        for (byte b : json) {
            all.raw(b);
        }
        all.raw(numbers);
        return Base64.getEncoder().encodeToString(deflate(all));
    }

    private boolean isShown(int node) {
        return node == 0 || totals[node] >= narrowest;
    }

    private void writeNode(int node) {
        int children = 0;
        long hidden = 0;
        for (int c = sorted.firstChild(node); c != 0; c = sorted.nextSibling(c)) {
            if (isShown(c)) {
                children++;
            } else {
                hidden += totals[c];
            }
        }
        int mode = mode(node);
        int name = node == 0 ? 0 : ranks[tree.name(node)];
        int flags = (tree.self(node) > 0 ? SELF : 0) | (hidden > 0 ? HIDDEN : 0);
        nodes.number(name * 32L + (mode << 2 | flags)).number(children);
        if (tree.self(node) > 0) {
            nodes.number(tree.self(node));
        }
        if (hidden > 0) {
            nodes.number(hidden);
        }
        if (mode == MIXED) {
            nodes.number(tree.interpreted(node)).number(tree.c1(node)).number(tree.inlined(node));
        }
        size++;
    }

    private int mode(int node) {
        long[] parts = {tree.inlined(node), tree.c1(node), tree.interpreted(node)};
        for (int i = 0; i < parts.length; i++) {
            if (parts[i] == totals[node] && parts[i] > 0) {
                return i + 1;
            }
        }
        return parts[0] + parts[1] + parts[2] == 0 ? 0 : MIXED;
    }

    private String header(List<HtmlData> all) {
        Object[] texts = new Object[names.size()];
        Object[] kinds = new Object[names.size()];
        for (int id = 0; id < names.size(); id++) {
            FrameNames.Name name = names.name(id);
            texts[ranks[id]] = name.text();
            kinds[ranks[id]] = kind(name.category());
        }
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("info", infoMap());
        header.put("events", all.stream().map(HtmlData::weighed).toList());
        header.put("size", size);
        header.put("names", Arrays.asList(texts));
        header.put("kinds", Arrays.asList(kinds));
        StringBuilder out = new StringBuilder();
        Json.write(out, header);
        return out.toString();
    }

    /** The number of a category in the page's script. */
    static int kind(FrameNames.Category category) {
        return switch (category) {
            case JAVA -> 1;
            case NATIVE -> 3;
            case CPP -> 4;
            case KERNEL -> 5;
            case THREAD -> 7;
            case PROCESS -> 8;
            case MARKER -> 9;
        };
    }

    /** What all of it comes to. */
    private Map<String, Object> weighed() {
        Map<String, Object> map = unit();
        map.put("weight", totals[0]);
        return map;
    }

    private Map<String, Object> unit() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("event", Text.visible(event.name()));
        map.put("unit", Text.visible(event.unit()));
        map.put("counted", event.interval() == 0 ? "hit" : "sample");
        map.put("total", options.has(Flag.TOTAL));
        return map;
    }

    private Map<String, Object> infoMap() {
        Map<String, Object> map = unit();
        map.put("title", Text.visible(options.title() == null ? info.title() : options.title()));
        map.put("command", Text.visible(info.command()));
        map.put("version", Text.visible(info.version()));
        map.put(
                "start",
                DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'")
                        .format(info.start().atOffset(ZoneOffset.UTC)));
        map.put("duration", info.duration().toNanos());
        map.put("interval", event.interval());
        map.put("inverted", options.has(Flag.INVERTED) != options.has(Flag.REVERSE));
        map.put("reversed", options.has(Flag.REVERSE));
        map.put("minWidth", options.minWidth());
        map.put("samples", samples);
        map.put("complete", event.completeSamples());
        map.put("lost", info.lost());
        map.put("summary", Text.visible(info.summary()));
        map.put("targets", targets());
        map.put("losses", pairs(info.losses()));
        map.put("facts", pairs(info.facts()));
        return map;
    }

    private List<Object> targets() {
        List<Object> list = new ArrayList<>();
        for (RecordingInfo.Target target : info.targets()) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("pid", target.pid());
            map.put("command", Text.visible(target.command()));
            map.put("runtime", Text.visible(target.runtime()));
            list.add(map);
        }
        return list;
    }

    private static List<Object> pairs(Map<String, ?> map) {
        List<Object> list = new ArrayList<>();
        map.forEach((key, value) -> list.add(Arrays.asList(
                Text.visible(key), value instanceof Number ? value : Text.visible(String.valueOf(value)))));
        return list;
    }

    private static byte[] deflate(JfrBuffer data) {
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        try {
            deflater.setInput(data.array(), 0, data.size());
            deflater.finish();
            byte[] out = new byte[data.size() / 2 + 1024];
            int length = 4;
            for (int i = 0; i < 4; i++) {
                out[i] = (byte) (data.size() >>> (8 * i));
            }
            while (!deflater.finished()) {
                if (length == out.length) {
                    out = Arrays.copyOf(out, length * 2);
                }
                length += deflater.deflate(out, length, out.length - length);
            }
            return Arrays.copyOf(out, length);
        } finally {
            deflater.end();
        }
    }
}
