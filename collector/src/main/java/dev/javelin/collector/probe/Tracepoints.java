package dev.javelin.collector.probe;

import dev.javelin.bpf.Tracefs;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Tracepoints of this kernel. */
public final class Tracepoints {
    /** Records that ftrace makes itself: nothing can be attached to them. */
    private static final String OWN = "ftrace";

    private Tracepoints() {}

    /** The directory of classic tracepoints in tracefs; null if that is neither mounted nor can be, or may not be read. */
    public static Path events() {
        return Tracefs.events();
    }

    /** The tracepoints in tracefs's directory as {@code category:name}, sorted. */
    public static List<String> all(Path events) {
        List<String> tracepoints = new ArrayList<>();
        for (String category : directories(events.toFile())) {
            if (!category.equals(OWN)) {
                File directory = events.resolve(category).toFile();
                directories(directory).forEach(name -> tracepoints.add(category + ":" + name));
            }
        }
        return tracepoints;
    }

    private static List<String> directories(File directory) {
        String[] names = directory.list((parent, name) -> new File(parent, name).isDirectory());
        if (names == null) {
            return List.of();
        }
        Arrays.sort(names);
        return List.of(names);
    }
}
