package dev.javelin.flamegraph;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The types of our recordings, and the metadata event that describes them to readers. The JDK's types have the fields, in
 * the order, that the JDK's reader, JMC's and async-profiler's expect: startTime comes first, and async-profiler's reader
 * (one.jfr.JfrReader of jfr-converter 4.5) knows fields by position: the first four of Class, Thread and Method, all of
 * StackFrame, and the four of jdk.ExecutionSample, which may have no others. What else a sample has is in javelin.* events.
 */
final class JfrMetadata {
    static final int INT = 10;
    static final int LONG = 11;
    static final int BOOLEAN = 4;
    static final int STRING = 20;
    static final int CLASS = 21;
    static final int THREAD = 22;
    static final int CLASS_LOADER = 23;
    static final int FRAME_TYPE = 24;
    static final int THREAD_STATE = 25;
    static final int STACK_TRACE = 26;
    static final int STACK_FRAME = 27;
    static final int METHOD = 28;
    static final int PACKAGE = 29;
    static final int SYMBOL = 30;
    static final int EXECUTION_SAMPLE = 101;
    static final int ACTIVE_RECORDING = 102;
    static final int ACTIVE_SETTING = 103;
    static final int JVM_INFORMATION = 104;
    static final int RECORDING = 110;
    static final int FACT = 111;
    static final int LOSS = 112;
    static final int THREAD_ON_CPU = 113;
    static final int SAMPLE_WEIGHT = 114;
    static final int AGGREGATE = 115;
    static final int RECORDED_EVENT = 116;
    private static final int LABEL = 201;
    private static final int CATEGORY = 202;
    private static final int TIMESTAMP = 203;
    private static final int TIMESPAN = 204;
    private static final int DESCRIPTION = 205;

    private static final String EVENT = "jdk.jfr.Event";
    private static final String ANNOTATION = "java.lang.annotation.Annotation";

    private JfrMetadata() {}

    /** The metadata event, from its id field on: without size, type, time and duration. */
    static void write(JfrBuffer out) {
        Element root = new Element("root");
        Element metadata = root.child("metadata");
        primitives(metadata);
        constants(metadata);
        jdkEvents(metadata);
        ownEvents(metadata);
        annotations(metadata);
        root.child("region").attribute("locale", "en_US").attribute("gmtOffset", "0");
        Map<String, Integer> strings = new LinkedHashMap<>();
        root.collect(strings);
        out.number(strings.size());
        strings.keySet().forEach(out::text);
        root.write(out, strings);
    }

    private static void primitives(Element to) {
        String[] names = {"boolean", "char", "float", "double", "byte", "short", "int", "long"};
        for (int i = 0; i < names.length; i++) {
            type(to, names[i], BOOLEAN + i);
        }
        type(to, "java.lang.String", STRING);
    }

    private static void constants(Element to) {
        type(to, "java.lang.Class", CLASS)
                .pooled("classLoader", CLASS_LOADER)
                .pooled("name", SYMBOL)
                .pooled("package", PACKAGE)
                .field("modifiers", INT);
        type(to, "java.lang.Thread", THREAD)
                .field("osName", STRING)
                .field("osThreadId", LONG)
                .field("javaName", STRING)
                .field("javaThreadId", LONG);
        type(to, "jdk.types.ClassLoader", CLASS_LOADER).pooled("type", CLASS).pooled("name", SYMBOL);
        simple(to, "jdk.types.FrameType", FRAME_TYPE, "description");
        simple(to, "jdk.types.ThreadState", THREAD_STATE, "name");
        type(to, "jdk.types.StackTrace", STACK_TRACE)
                .field("truncated", BOOLEAN)
                .field("frames", STACK_FRAME, "dimension", "1");
        type(to, "jdk.types.StackFrame", STACK_FRAME)
                .pooled("method", METHOD)
                .field("lineNumber", INT)
                .field("bytecodeIndex", INT)
                .pooled("type", FRAME_TYPE);
        type(to, "jdk.types.Method", METHOD)
                .pooled("type", CLASS)
                .pooled("name", SYMBOL)
                .pooled("descriptor", SYMBOL)
                .field("modifiers", INT)
                .field("hidden", BOOLEAN);
        type(to, "jdk.types.Package", PACKAGE).pooled("name", SYMBOL);
        simple(to, "jdk.types.Symbol", SYMBOL, "string");
    }

    private static void jdkEvents(Element to) {
        event(
                        to,
                        "jdk.ExecutionSample",
                        EXECUTION_SAMPLE,
                        "Method Profiling Sample",
                        "Java Virtual Machine",
                        "Profiling")
                .pooled("sampledThread", THREAD, "Thread")
                .pooled("stackTrace", STACK_TRACE, "Stack Trace")
                .pooled("state", THREAD_STATE, "Thread State");
        event(to, "jdk.ActiveRecording", ACTIVE_RECORDING, "Flight Recording", "Flight Recorder")
                .labelled("duration", LONG, "Duration", TIMESPAN, "TICKS")
                .labelled("id", LONG, "Id")
                .labelled("name", STRING, "Name")
                .labelled("destination", STRING, "Destination")
                .labelled("recordingStart", LONG, "Start Time", TIMESTAMP, "MILLISECONDS_SINCE_EPOCH")
                .labelled("recordingDuration", LONG, "Recording Duration", TIMESPAN, "MILLISECONDS");
        event(to, "jdk.ActiveSetting", ACTIVE_SETTING, "Recording Setting", "Flight Recorder")
                .labelled("id", LONG, "Event Id")
                .labelled("name", STRING, "Setting Name")
                .labelled("value", STRING, "Setting Value");
        event(to, "jdk.JVMInformation", JVM_INFORMATION, "JVM Information", "Java Virtual Machine")
                .labelled("jvmName", STRING, "JVM Name")
                .labelled("jvmVersion", STRING, "JVM Version")
                .labelled("jvmArguments", STRING, "JVM Command Line Arguments")
                .labelled("jvmFlags", STRING, "JVM Settings File Arguments")
                .labelled("javaArguments", STRING, "Java Application Arguments")
                .labelled("pid", LONG, "Process Identifier");
    }

    private static void ownEvents(Element to) {
        event(to, "javelin.Recording", RECORDING, "Recording", "Javelin")
                .labelled("duration", LONG, "Duration", TIMESPAN, "TICKS")
                .labelled("title", STRING, "Title")
                .labelled("command", STRING, "Command Line")
                .labelled("version", STRING, "Javelin Version")
                .labelled("event", STRING, "Events")
                .labelled("unit", STRING, "Unit of Interval and Weight, of the First Event")
                .labelled("interval", LONG, "Sampling Interval of the First Event")
                .labelled("samples", LONG, "Samples")
                .labelled("completeSamples", LONG, "Samples with a Complete Stack")
                .labelled("lost", LONG, "Lost")
                .labelled("summary", STRING, "Summary");
        event(to, "javelin.Event", RECORDED_EVENT, "Event That Was Recorded", "Javelin")
                .labelled("name", STRING, "Name")
                .labelled("unit", STRING, "Unit of Interval and Values")
                .labelled("interval", LONG, "Sampling Interval")
                .labelled("samples", LONG, "Samples or Events")
                .labelled("completeSamples", LONG, "Those with a Complete Stack")
                .labelled("total", LONG, "Sum of Their Values");
        event(to, "javelin.ThreadOnCpu", THREAD_ON_CPU, "CPU of the Thread's Samples from Here On", "Javelin")
                .pooled("sampledThread", THREAD, "Thread")
                .labelled("cpu", INT, "CPU");
        event(
                        to,
                        "javelin.SampleWeight",
                        SAMPLE_WEIGHT,
                        "Weight of the Sample before, Other Than the Interval",
                        "Javelin")
                .pooled("sampledThread", THREAD, "Thread")
                .labelled("weight", LONG, "Weight");
        event(to, "javelin.Aggregate", AGGREGATE, "Events of a Thread with the Same Stack, Summed up", "Javelin")
                .pooled("eventThread", THREAD, "Thread")
                .pooled("stackTrace", STACK_TRACE, "Stack Trace")
                .labelled("event", STRING, "Event")
                .labelled("count", LONG, "Number of Events")
                .labelled("total", LONG, "Sum of Their Values, in the Event's Unit");
        event(to, "javelin.Fact", FACT, "Fact about the Recording", "Javelin")
                .labelled("name", STRING, "Name")
                .labelled("value", STRING, "Value");
        event(to, "javelin.Loss", LOSS, "What Was Lost", "Javelin")
                .labelled("reason", STRING, "Reason")
                .labelled("count", LONG, "Count");
    }

    private static void annotations(Element to) {
        annotation(to, "jdk.jfr.Label", LABEL).field("value", STRING);
        annotation(to, "jdk.jfr.Category", CATEGORY).field("value", STRING, "dimension", "1");
        annotation(to, "jdk.jfr.Timestamp", TIMESTAMP).field("value", STRING);
        annotation(to, "jdk.jfr.Timespan", TIMESPAN).field("value", STRING);
        annotation(to, "jdk.jfr.Description", DESCRIPTION).field("value", STRING);
    }

    private static Element type(Element to, String name, int id) {
        return to.child("class").attribute("id", id).attribute("name", name);
    }

    private static void simple(Element to, String name, int id, String field) {
        type(to, name, id).attribute("simpleType", "true").field(field, STRING);
    }

    private static Element annotation(Element to, String name, int id) {
        return type(to, name, id).attribute("superType", ANNOTATION);
    }

    private static Element event(Element to, String name, int id, String label, String... category) {
        Element event = type(to, name, id).attribute("superType", EVENT);
        event.annotate(LABEL, "value", label);
        Element categories = event.child("annotation").attribute("class", CATEGORY);
        for (int i = 0; i < category.length; i++) {
            categories.attribute("value-" + i, category[i]);
        }
        return event.labelled("startTime", LONG, "Start Time", TIMESTAMP, "TICKS");
    }

    /** An element of the metadata tree; the methods that add a field to a type return the type. */
    private static final class Element {
        private final String name;
        private final Map<String, String> attributes = new LinkedHashMap<>();
        private final List<Element> children = new ArrayList<>();

        Element(String name) {
            this.name = name;
        }

        Element child(String childName) {
            Element child = new Element(childName);
            children.add(child);
            return child;
        }

        Element attribute(String key, Object value) {
            attributes.put(key, value.toString());
            return this;
        }

        void annotate(int annotation, String key, String value) {
            child("annotation").attribute("class", annotation).attribute(key, value);
        }

        private Element addField(String fieldName, int type) {
            return child("field").attribute("name", fieldName).attribute("class", type);
        }

        Element field(String fieldName, int type) {
            addField(fieldName, type);
            return this;
        }

        Element field(String fieldName, int type, String key, String value) {
            addField(fieldName, type).attribute(key, value);
            return this;
        }

        Element pooled(String fieldName, int type) {
            return field(fieldName, type, "constantPool", "true");
        }

        Element pooled(String fieldName, int type, String label) {
            addField(fieldName, type).attribute("constantPool", "true").annotate(LABEL, "value", label);
            return this;
        }

        Element labelled(String fieldName, int type, String label) {
            addField(fieldName, type).annotate(LABEL, "value", label);
            return this;
        }

        Element labelled(String fieldName, int type, String label, int annotation, String value) {
            Element field = addField(fieldName, type);
            field.annotate(LABEL, "value", label);
            field.annotate(annotation, "value", value);
            return this;
        }

        void collect(Map<String, Integer> strings) {
            strings.putIfAbsent(name, strings.size());
            attributes.forEach((key, value) -> {
                strings.putIfAbsent(key, strings.size());
                strings.putIfAbsent(value, strings.size());
            });
            children.forEach(child -> child.collect(strings));
        }

        void write(JfrBuffer out, Map<String, Integer> strings) {
            out.number(strings.get(name)).number(attributes.size());
            attributes.forEach((key, value) -> out.number(strings.get(key)).number(strings.get(value)));
            out.number(children.size());
            children.forEach(child -> child.write(out, strings));
        }
    }
}
