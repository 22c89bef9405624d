package dev.javelin.flamegraph;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Writes an explanation: as text for a terminal, as JSON, and to a file in the format that its name asks for. */
public final class ExplanationOutputs {
    private static final List<String> EXTENSIONS = List.of(".html", ".json");
    private static final int DETAILS = 3;

    private ExplanationOutputs() {}

    /** The extensions of the formats, with their dots: {@code .html}, {@code .json}. */
    public static List<String> extensions() {
        return EXTENSIONS;
    }

    /** Whether the name's extension is one of {@link #extensions}, in any case. */
    public static boolean supports(String fileName) {
        return !extension(fileName).isEmpty();
    }

    /**
     * The method's calls, and a table of the parts that their time went to, those with the longest time in slow calls first,
     * each with its three most important details; lines end with a line feed, and names are fit for a terminal. The last
     * line tells if the parts do not add up to the elapsed times within one percent.
     *
     * @param columns the terminal's width; lines are wider only where the figures alone are
     * @param ascii whether nothing but ASCII may be used
     */
    public static String text(Explanation explanation, int columns, boolean ascii) {
        return ExplanationText.of(explanation, DETAILS, columns, ascii);
    }

    /**
     * An object with the calls, the slow calls, and the parts by their details and stacks, those with the longest time in slow
     * calls first; a line feed ends it. Times are in nanoseconds; a stack is an array of names, root first, as in collapsed
     * stacks.
     */
    public static String json(Explanation explanation) {
        return ExplanationJson.of(explanation);
    }

    /**
     * Writes to a temporary file in the same directory, and moves it to its name when it is complete.
     *
     * @throws IOException if the file cannot be written, for example because the disk is full; no part of it is left
     * @throws IllegalArgumentException if the format is not supported
     */
    public static void write(Explanation explanation, RecordingInfo info, Path file) throws IOException {
        String content = content(explanation, info, file);
        try (PendingFile pending = PendingFile.create(file)) {
            pending.write(ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
            pending.commit();
        }
    }

    private static String content(Explanation explanation, RecordingInfo info, Path file) throws IOException {
        return switch (extension(file.toString())) {
            case ".json" -> json(explanation);
            case ".html" -> page(explanation, info);
            default ->
                throw new IllegalArgumentException(
                        file + ": no format is known by this name; use one of " + String.join(" ", EXTENSIONS));
        };
    }

    private static String page(Explanation explanation, RecordingInfo info) throws IOException {
        StringWriter page = new StringWriter();
        ExplanationPage.write(explanation, info, page);
        return page.toString();
    }

    private static String extension(String fileName) {
        String lower = fileName.toLowerCase(Locale.ROOT);
        return EXTENSIONS.stream().filter(lower::endsWith).findFirst().orElse("");
    }
}
