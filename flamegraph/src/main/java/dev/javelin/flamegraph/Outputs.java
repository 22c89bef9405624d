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

    /**
     * Writes the report to a temporary file in the same directory, and moves it to its name when it is complete. What the
     * options leave out is left out of .html and .collapsed; a JFR file holds everything that the profile does, and the
     * profile gives up its single samples to it.
     *
     * @throws IOException if the file cannot be written, for example because the disk is full; no part of it is left
     * @throws IllegalArgumentException if the format is not supported, or needs samples that the profile does not keep
     */
    public static void write(Profile profile, RecordingInfo info, ReportOptions options, Path file) throws IOException {
        String extension = extension(file.toString());
        switch (extension) {
            case ".jfr" -> writeJfr(profile, info, file);
            case ".html", ".collapsed" -> writeText(profile, info, options, file, extension);
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
     * Writes a report that was made elsewhere, as {@link #write(Profile, RecordingInfo, ReportOptions, Path)} does.
     *
     * @throws IOException if the file cannot be written, or the content throws one; no part of it is left
     */
    public static void write(Path file, Content content) throws IOException {
        try (PendingFile pending = PendingFile.create(file)) {
            content.writeTo(pending.stream());
            pending.commit();
        }
    }

    private static void writeJfr(Profile profile, RecordingInfo info, Path file) throws IOException {
        try (JfrStream stream = JfrStream.open(profile, file, info.start(), info.startNanos(), info.interval())) {
            stream.finish(info);
        }
    }

    private static void writeText(
            Profile profile, RecordingInfo info, ReportOptions options, Path file, String extension)
            throws IOException {
        try (PendingFile pending = PendingFile.create(file)) {
            OutputStream stream = pending.stream();
            Writer writer = new BufferedWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), 1 << 16);
            if (extension.equals(".html")) {
                HtmlWriter.write(profile, info, options, writer);
            } else {
                CollapsedWriter.write(profile, info, options, writer);
            }
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
