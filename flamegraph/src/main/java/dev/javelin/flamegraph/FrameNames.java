package dev.javelin.flamegraph;

import dev.javelin.flamegraph.ReportOptions.Flag;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The names of frames as a report shows them, made once per frame and numbered. Two frames whose names and categories are
 * equal get the same number.
 *
 * <p>Java methods, whatever compiled them, are one category; native, C++ and kernel code, threads and processes are others.
 */
final class FrameNames {
    /** What a name stands for; decides on its colour. */
    enum Category {
        JAVA,
        NATIVE,
        CPP,
        KERNEL,
        THREAD,
        PROCESS,
        MARKER;

        static Category of(Frame frame) {
            return switch (frame.type()) {
                case NATIVE -> isMarker(frame) ? MARKER : NATIVE;
                case CPP -> CPP;
                case KERNEL -> KERNEL;
                default -> JAVA;
            };
        }

        private static boolean isMarker(Frame frame) {
            return frame.className() == null
                    && frame.library() == null
                    && frame.method().startsWith("[");
        }
    }

    /** A name and its category. */
    record Name(String text, Category category) {}

    private static final byte UNKNOWN = 0;
    private static final byte NO = 1;
    private static final byte YES = 2;

    private final Profile profile;
    private final ReportOptions options;
    private final boolean collapsed;
    private final int[] nameOfFrame;
    private final byte[] included;
    private final byte[] excluded;
    private final Map<Name, Integer> ids = new HashMap<>();
    private final List<Name> names = new ArrayList<>();

    /**
     * Names for a profile.
     *
     * @param collapsed whether names are escaped and annotated for collapsed stacks
     */
    FrameNames(Profile profile, ReportOptions options, boolean collapsed) {
        this.profile = profile;
        this.options = options;
        this.collapsed = collapsed;
        this.nameOfFrame = new int[profile.frameCount()];
        this.included = new byte[profile.frameCount()];
        this.excluded = new byte[profile.frameCount()];
    }

    /** Number of different names; ids are below it. */
    int size() {
        return ids.size();
    }

    /** The name with this id. */
    Name name(int id) {
        return names.get(id);
    }

    /** Id of a frame's name. */
    int ofFrame(int frame) {
        int known = nameOfFrame[frame];
        if (known == 0) {
            Frame f = profile.frame(frame);
            known = intern(text(f), Category.of(f)) + 1;
            nameOfFrame[frame] = known;
        }
        return known - 1;
    }

    /** Id of the name of a thread's frame. */
    int ofThread(ThreadInfo thread) {
        return intern(shown(thread.label()), Category.THREAD);
    }

    /** Id of the name of a process's frame. */
    int ofProcess(int pid, String command) {
        return intern(
                shown(command.isEmpty() ? "[pid=" + pid + "]" : "[" + command + " pid=" + pid + "]"), Category.PROCESS);
    }

    /** Whether the options let this stack through. */
    boolean accepts(int stack, int thread) {
        if (options.include().isEmpty() && options.exclude().isEmpty()) {
            return true;
        }
        String label = options.has(Flag.THREADS) ? profile.thread(thread).label() : "";
        if (finds(options.exclude(), label)) {
            return false;
        }
        boolean wanted = options.include().isEmpty() || finds(options.include(), label);
        for (int s = stack; s != Profile.EMPTY_STACK; s = profile.callerStack(s)) {
            int frame = profile.leafFrame(s);
            if (finds(excluded, options.exclude(), frame)) {
                return false;
            }
            wanted = wanted || finds(included, options.include(), frame);
        }
        return wanted;
    }

    private boolean finds(byte[] cache, List<Pattern> patterns, int frame) {
        if (cache[frame] == UNKNOWN) {
            cache[frame] = finds(patterns, plain(profile.frame(frame))) ? YES : NO;
        }
        return cache[frame] == YES;
    }

    private static boolean finds(List<Pattern> patterns, String text) {
        for (Pattern pattern : patterns) {
            if (pattern.matcher(text).find()) {
                return true;
            }
        }
        return false;
    }

    private int intern(String text, Category category) {
        Name name = new Name(text, category);
        Integer id = ids.get(name);
        if (id == null) {
            id = ids.size();
            ids.put(name, id);
            names.add(name);
        }
        return id;
    }

    private String text(Frame frame) {
        String text = shown(plain(frame));
        if (collapsed && (frame.type() == FrameType.KERNEL || options.has(Flag.ANNOTATE))) {
            return text + frame.type().suffix();
        }
        return text;
    }

    private String shown(String text) {
        return collapsed ? Text.collapsed(text) : Text.visible(text);
    }

    /** The name without escapes and suffixes, as patterns see it. */
    private String plain(Frame frame) {
        String method = frame.method();
        if (frame.className() != null) {
            method = ClassNames.shown(frame.className(), options) + "." + method;
        } else if (options.has(Flag.LIBRARY_NAMES) && frame.library() != null) {
            method = frame.library() + "`" + method;
        }
        return options.has(Flag.SIGNATURES) && frame.signature() != null ? method + frame.signature() : method;
    }
}
