package dev.javelin.collector.cli;

import dev.javelin.collector.proc.Mapping;
import dev.javelin.collector.proc.ProcMaps;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The version of the Java that a process runs, from the {@code release} file of its JDK or JRE. */
final class JavaRelease {
    private static final String UNKNOWN = "?";
    private static final int MAX_BYTES = 1 << 16;
    private static final int LEVELS = 5;
    private static final Pattern VERSION = Pattern.compile("(?m)^JAVA_VERSION=\"([^\"\n]{1,40})\"");

    private JavaRelease() {}

    /** The version, such as {@code 17.0.15}; {@code ?} if it cannot be found. */
    static String of(int pid) {
        try {
            for (Mapping mapping : ProcMaps.read(pid)) {
                if (mapping.fileName().equals("libjvm.so")) {
                    return inParents(Path.of("/proc/" + pid + "/root" + mapping.path()));
                }
            }
        } catch (IOException e) {
            // it may not be looked at, or has ended
        }
        return UNKNOWN;
    }

    /** {@code libjvm} is in lib/server, or in jre/lib/amd64/server, of the directory with the file. */
    private static String inParents(Path libjvm) throws IOException {
        Path directory = libjvm.getParent();
        for (int level = 0; level < LEVELS && directory != null; level++) {
            Path release = directory.resolve("release");
            if (Files.isRegularFile(release)) {
                return version(release);
            }
            directory = directory.getParent();
        }
        return UNKNOWN;
    }

    private static String version(Path release) throws IOException {
        try (InputStream in = Files.newInputStream(release)) {
            Matcher matcher = VERSION.matcher(new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8));
            return matcher.find() ? matcher.group(1) : UNKNOWN;
        }
    }
}
