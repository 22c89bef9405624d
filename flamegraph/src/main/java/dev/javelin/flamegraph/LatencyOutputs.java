package dev.javelin.flamegraph;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Writes latency tables: as text for a terminal, as JSON, and to a file in the format that its name asks for. */
public final class LatencyOutputs {
    private static final List<String> EXTENSIONS = List.of(".html", ".hlog", ".json");

    private LatencyOutputs() {}

    /** The extensions of the formats, with their dots: {@code .html}, {@code .hlog}, {@code .json}. */
    public static List<String> extensions() {
        return EXTENSIONS;
    }

    /** Whether the name's extension is one of {@link #extensions}, in any case. */
    public static boolean supports(String fileName) {
        return !extension(fileName).isEmpty();
    }

    /**
     * A table of the probes and their keys, those with the longest time in all first, and then a histogram of each probe; lines
     * end with a line feed, and names are fit for a terminal.
     *
     * @param top how many keys of a probe are listed; the others are summed up
     * @param columns the terminal's width; lines are wider only where the figures alone are
     * @param ascii whether nothing but ASCII may be used
     */
    public static String text(List<LatencyTable> tables, int top, int columns, boolean ascii) {
        return LatencyText.of(tables, top, columns, ascii);
    }

    /**
     * An object with the figures of the probe and of each key, or an array of such objects, in their order, if there is not
     * exactly one table; a line feed ends it. Times are in nanoseconds, null where nothing was measured.
     */
    public static String json(List<LatencyTable> tables) {
        return LatencyJson.of(tables);
    }

    /**
     * Writes to a temporary file in the same directory, and moves it to its name when it is complete.
     *
     * @throws IOException if the file cannot be written, for example because the disk is full; no part of it is left
     * @throws IllegalArgumentException if the format is not supported
     */
    public static void write(List<LatencyTable> tables, RecordingInfo info, Path file) throws IOException {
        byte[] content = content(tables, info, file);
        try (PendingFile pending = PendingFile.create(file)) {
            pending.write(ByteBuffer.wrap(content));
            pending.commit();
        }
    }

    private static byte[] content(List<LatencyTable> tables, RecordingInfo info, Path file) throws IOException {
        return switch (extension(file.toString())) {
            case ".json" -> json(tables).getBytes(StandardCharsets.UTF_8);
            case ".hlog" -> LatencyLog.of(tables, info);
            case ".html" -> page(tables, info).getBytes(StandardCharsets.UTF_8);
            default ->
                throw new IllegalArgumentException(
                        file + ": no format is known by this name; use one of " + String.join(" ", EXTENSIONS));
        };
    }

    private static String page(List<LatencyTable> tables, RecordingInfo info) throws IOException {
        StringWriter page = new StringWriter();
        LatencyPage.write(tables, info, page);
        return page.toString();
    }

    private static String extension(String fileName) {
        String lower = fileName.toLowerCase(Locale.ROOT);
        return EXTENSIONS.stream().filter(lower::endsWith).findFirst().orElse("");
    }
}
