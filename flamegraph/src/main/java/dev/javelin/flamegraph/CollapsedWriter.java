package dev.javelin.flamegraph;

import java.io.IOException;
import java.io.Writer;
import java.util.Arrays;

/**
 * Collapsed stacks, as async-profiler writes them: one line per different stack, frames root first with semicolons between,
 * a space, and the weight. Lines are in the order of their
 * frames' names.
 *
 * <p>In names, a semicolon is written {@code \}{@code u003b}, a backslash {@code \\}, and every control, line-breaking or
 * invisible character and unpaired surrogate {@code \}{@code uXXXX} (a UTF-16 code unit), so a reader can restore them. A
 * space stays: the weight follows the line's last one.
 */
final class CollapsedWriter {
    private CollapsedWriter() {}

    static void write(Profile profile, RecordingInfo info, ReportOptions options, Writer out) throws IOException {
        FrameNames names = new FrameNames(profile, options, true);
        CallTree tree = CallTree.of(profile, info, options, names);
        int[][] path = {new int[256]};
        new SortedTree(tree, names).visit((node, depth) -> {
            if (depth >= path[0].length) {
                path[0] = Arrays.copyOf(path[0], depth * 2);
            }
            path[0][depth] = node;
            if (tree.self(node) != 0) {
                writeLine(tree, names, path[0], depth, out);
            }
            return true;
        });
    }

    private static void writeLine(CallTree tree, FrameNames names, int[] path, int depth, Writer out)
            throws IOException {
        if (depth == 0) {
            out.write("[no frames]");
        }
        for (int i = 1; i <= depth; i++) {
            if (i > 1) {
                out.write(';');
            }
            out.write(names.name(tree.name(path[i])).text());
        }
        out.write(' ');
        out.write(Long.toString(tree.self(path[depth])));
        out.write('\n');
    }
}
