package dev.javelin.agent;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The text after {@code -javaagent:javelin.jar=}, in asprof's syntax: arguments with commas between them, {@code name=value} or
 * a bare flag. Values are not looked at here: the collector knows what they may be.
 */
final class AgentArguments {
    private static final String DEFAULT_NAME = "javelin-%p-%t";

    private final List<String> recordOptions;
    private final String log;

    private AgentArguments(List<String> recordOptions, String log) {
        this.recordOptions = recordOptions;
        this.log = log;
    }

    /**
     * Reads the arguments.
     *
     * @param text null or "" means {@code start}
     * @throws AgentException if one is unknown, lacks its value, or is given twice
     */
    static AgentArguments parse(String text) throws AgentException {
        return new Parser().parse(text == null ? "" : text);
    }

    /** The options of {@code javelin record}, each with its value in one word. */
    List<String> recordOptions() {
        return recordOptions;
    }

    /** The file for the collector's messages; null for stderr. */
    String log() {
        return log;
    }

    private static final class Parser {
        /** Arguments with a value, and the option of {@code record} that takes it. */
        private static final Map<String, String> VALUES = new HashMap<>();
        /** Those without one. */
        private static final Map<String, String> FLAGS = new HashMap<>();
        /** What may be given more than once. */
        private static final Set<String> REPEATABLE = new HashSet<>(Arrays.asList("include", "exclude"));

        /** Events that may stand by themselves, so that {@code event=cpu,offcpu} is what it is on a command line. */
        private static final Set<String> EVENTS =
                new HashSet<>(Arrays.asList("cpu", "offcpu", "runq", "wall", "alloc", "lock"));
        /** Those that asprof names with their intervals. */
        private static final Set<String> WITH_INTERVALS = new HashSet<>(Arrays.asList("alloc", "lock", "wall"));

        private static final List<String> FORMATS = Arrays.asList("collapsed", "jfr", "html");

        static {
            for (String same : Arrays.asList(
                    "event",
                    "interval",
                    "frequency",
                    "file",
                    "include",
                    "exclude",
                    "title",
                    "minwidth",
                    "loop",
                    "mode",
                    "daemon")) {
                VALUES.put(same, "--" + same);
            }
            VALUES.put("alloc", "--alloc");
            VALUES.put("lock", "--lock");
            VALUES.put("jstackdepth", "--depth");
            VALUES.put("depth", "--depth");
            VALUES.put("timeout", "--duration");
            VALUES.put("duration", "--duration");
            for (String same : Arrays.asList(
                    "threads", "simple", "dot", "sig", "ann", "lib", "norm", "total", "reverse", "inverted", "user")) {
                FLAGS.put(same, "--" + same);
            }
            FLAGS.put("kernel", "--kernel");
        }

        private final List<String> options = new ArrayList<>();
        /** The values by the option that takes them, to find what is given twice. */
        private final Map<String, String> given = new HashMap<>();

        private final List<String> unknown = new ArrayList<>();
        private String format;
        private String log;

        AgentArguments parse(String text) throws AgentException {
            for (String argument : text.split(",", -1)) {
                int equals = argument.indexOf('=');
                if (equals >= 0) {
                    value(argument.substring(0, equals), argument.substring(equals + 1));
                } else if (!argument.isEmpty()) {
                    flag(argument);
                }
            }
            if (!unknown.isEmpty()) {
                throw new AgentException(unknownArguments());
            }
            addFile();
            return new AgentArguments(Collections.unmodifiableList(options), log);
        }

        private void value(String name, String value) throws AgentException {
            if (FLAGS.containsKey(name) || FORMATS.contains(name) || name.equals("start")) {
                throw new AgentException("'" + name + "=" + value + "': " + name + " is a flag and takes no value");
            }
            boolean isLog = name.equals("log");
            if (!isLog && !WITH_INTERVALS.contains(name) && !VALUES.containsKey(name)) {
                unknown.add(name + "=" + value);
                return;
            }
            if (value.isEmpty()) {
                throw new AgentException("'" + name + "=' has no value");
            }
            if (name.equals("event")) {
                event(value);
                return;
            }
            if (name.equals("wall")) {
                event(name);
                value("interval", value);
                return;
            }
            once(name, value);
            if (isLog) {
                log = value;
            } else if (!name.equals("file")) {
                options.add(VALUES.get(name) + "=" + value);
            }
        }

        private void event(String event) {
            if (!options.contains("--event=" + event)) {
                options.add("--event=" + event);
            }
        }

        private void once(String name, String value) throws AgentException {
            String before = given.put(VALUES.getOrDefault(name, name), value);
            if (before != null && !REPEATABLE.contains(name)) {
                throw new AgentException("'" + name + "=" + value + "' comes after another value for the same, "
                        + before + ": give it once");
            }
        }

        private void flag(String name) throws AgentException {
            if (name.equals("start")) {
                return;
            }
            String known = name.equals("flamegraph") ? "html" : name;
            if (FORMATS.contains(known)) {
                if (format != null && !format.equals(known)) {
                    throw new AgentException("'" + format + "' and '" + known + "' are two formats: give one of them");
                }
                format = known;
            } else if (EVENTS.contains(name) || name.indexOf(':') > 0) { // a probe
                event(name);
            } else if (FLAGS.containsKey(name)) {
                String option = FLAGS.get(name);
                if (!options.contains(option)) {
                    options.add(option);
                }
            } else if (VALUES.containsKey(name) || name.equals("log")) {
                throw new AgentException("'" + name + "' needs a value: " + name + "=…");
            } else {
                unknown.add(name);
            }
        }

        private void addFile() throws AgentException {
            String file = given.get("--file");
            if (file == null) {
                file = DEFAULT_NAME + "." + (format == null ? "html" : format);
            } else if (format != null && !file.endsWith("." + format)) {
                throw new AgentException(
                        "'" + format + "' does not fit file=" + file + ": the file's extension names the format");
            }
            options.add("--file=" + file);
        }

        private String unknownArguments() {
            Set<String> known = new TreeSet<>(VALUES.keySet());
            known.addAll(FLAGS.keySet());
            known.addAll(EVENTS);
            known.addAll(Arrays.asList("start", "log", "collapsed", "flamegraph", "jfr"));
            return "'" + String.join("', '", unknown) + "' "
                    + (unknown.size() == 1 ? "is no argument" : "are no arguments")
                    + " of Javelin's agent; known are " + String.join(", ", known);
        }
    }
}
