package dev.javelin.flamegraph;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Writes a profile to a file, in the format that the file's name asks for. */
public final class Outputs {
    private static final List<String> EXTENSIONS = List.of(".html", ".collapsed", ".jfr");

    private Outputs() {}

    /** The extensions of the formats, with their dots: {@code .html}, {@code .collapsed}, {@code .jfr}. */
    public static List<String> extensions() {
        return EXTENSIONS;
    }

    /** Whether the name's extension is one of {@link #extensions}, in any case. */
    public static boolean supports(String fileName) {
        return !extension(fileName).isEmpty();
    }

    /** Whether the format holds single samples, so that the profile has to be one that keeps them. */
    public static boolean needsSamples(String fileName) {
        return extension(fileName).equals(".jfr");
    }

    /** Whether the format can hold several events. */
    public static boolean holdsSeveralEvents(String fileName) {
        return !extension(fileName).equals(".collapsed");
    }

    /** {@link #write(List, RecordingInfo, ReportOptions, Path)} for a recording of one event. */
    public static void write(Profile profile, RecordingInfo info, ReportOptions options, Path file) throws IOException {
        write(List.of(profile), info, options, file);
    }

    /**
     * Writes the report to a temporary file in the same directory, and moves it to its name when it is complete. What the
     * options leave out is left out of .html and .collapsed; a JFR file holds everything that the profile does, and the
     * profile gives up its single samples to it.
     *
     * @param profiles of the info's events, in their order, which share their stacks
     * @throws IOException if the file cannot be written, for example because the disk is full; no part of it is left
     * @throws IllegalArgumentException if the format is not supported, cannot hold so many events, or needs samples that the profiles do
     *     not keep
     */
    public static void write(List<Profile> profiles, RecordingInfo info, ReportOptions options, Path file)
            throws IOException {
        Profile first = profiles.get(0);
        if (profiles.size() != info.events().size() || !profiles.stream().allMatch(first::isOfSameRecording)) {
            throw new IllegalArgumentException(profiles.size() + " profiles of " + info.event());
        }
        String extension = extension(file.toString());
        switch (extension) {
            case ".jfr" -> writeJfr(profiles, info, file);
            case ".html" -> writeText(file, writer -> HtmlWriter.write(profiles, info, options, writer));
            case ".collapsed" -> {
                if (profiles.size() > 1) {
                    throw new IllegalArgumentException(file + ": collapsed stacks are those of one event");
                }
                writeText(file, writer -> CollapsedWriter.write(first, info, options, writer));
            }
            default ->
                throw new IllegalArgumentException(
                        file + ": no format is known by this name; use one of " + String.join(" ", EXTENSIONS));
        }
    }

    /** What a report's file shall hold. */
    public interface Content {
        /** Writes all of it; the report is none if this throws. */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Writes a report that was made elsewhere, as {@link #write(List, RecordingInfo, ReportOptions, Path)} does.
     *
     * @throws IOException if the file cannot be written, or the content throws one; no part of it is left
     */
    public static void write(Path file, Content content) throws IOException {
        try (PendingFile pending = PendingFile.create(file)) {
            content.writeTo(pending.stream());
            pending.commit();
        }
    }

    private static void writeJfr(List<Profile> profiles, RecordingInfo info, Path file) throws IOException {
        List<Long> intervals =
                info.events().stream().map(RecordingInfo.Event::interval).toList();
        try (JfrStream stream = JfrStream.open(profiles, intervals, file, info.start(), info.startNanos())) {
            stream.finish(info);
        }
    }

    private interface Written {
        void writeTo(Writer writer) throws IOException;
    }

    private static void writeText(Path file, Written text) throws IOException {
        try (PendingFile pending = PendingFile.create(file)) {
            OutputStream stream = pending.stream();
            Writer writer = new BufferedWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), 1 << 16);
            text.writeTo(writer);
            writer.flush();
            pending.commit();
        }
    }

    private static String extension(String fileName) {
        String lower = fileName.toLowerCase(Locale.ROOT);
        for (String extension : EXTENSIONS) {
            if (lower.endsWith(extension)) {
                return extension;
            }
        }
        return "";
    }
}
