package dev.javelin.collector.cli;

import dev.javelin.collector.session.JavelinException;
import dev.javelin.flamegraph.ReportOptions;
import dev.javelin.flamegraph.ReportOptions.Flag;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options that say how a report is made; those of asprof, where it has them. */
final class ReportSettings {
    @Option(
            names = {"-t", "--threads"},
            description = "A frame for the thread at the root of each stack.")
    private boolean threads;

    @Option(
            names = {"-I", "--include"},
            paramLabel = "REGEX",
            description = "Only stacks with a frame in whose name REGEX is found. May be repeated.")
    private List<String> include = new ArrayList<>();

    @Option(
            names = {"-X", "--exclude"},
            paramLabel = "REGEX",
            description = "No stacks with a frame in whose name REGEX is found. May be repeated.")
    private List<String> exclude = new ArrayList<>();

    @Option(
            names = {"-s", "--simple"},
            description = "Class names without packages.")
    private boolean simple;

    @Option(names = "--dot", description = "Class names with dots instead of slashes.")
    private boolean dot;

    @Option(
            names = {"-g", "--sig"},
            description = "Method signatures.")
    private boolean signatures;

    @Option(
            names = {"-a", "--ann"},
            description =
                    "Mark frames by their kind: compiled _[j], inlined _[i], interpreted _[0], by C1 _[1], kernel _[k].")
    private boolean annotate;

    @Option(
            names = {"-l", "--lib"},
            description = "Library names before native functions.")
    private boolean libraries;

    @Option(
            names = {"-n", "--norm"},
            description = "One name for the numbered classes of lambdas and other hidden classes.")
    private boolean normalise;

    @Option(names = "--total", description = "Show time (or events) instead of numbers of samples.")
    private boolean total;

    @Option(names = "--title", paramLabel = "TEXT", description = "The report's title.")
    private String title;

    @Option(
            names = "--minwidth",
            paramLabel = "PERCENT",
            defaultValue = "0",
            description = "Leave frames narrower than this out of the flame graph.")
    private double minWidth;

    @Option(names = "--reverse", description = "Merge stacks from their leaf frames: who calls a hot method.")
    private boolean reverse;

    @Option(names = "--inverted", description = "Turn the flame graph upside down.")
    private boolean inverted;

    /** Sets one of the usual flags as picocli would; false if this is none. */
    boolean set(String flag) {
        switch (flag) {
            case "--threads" -> threads = true;
            case "--simple" -> simple = true;
            case "--total" -> total = true;
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Sets one of the usual options as picocli would; false if this is none. */
    boolean set(String option, String value) {
        switch (option) {
            case "--include" -> include.add(value);
            case "--exclude" -> exclude.add(value);
            case "--title" -> title = value;
            default -> {
                return false;
            }
        }
        return true;
    }

    /**
     * The options as the report's maker takes them.
     *
     * @param severalProcesses whether each stack shall begin with its process
     * @throws JavelinException if a regular expression or a width is wrong
     */
    ReportOptions options(boolean severalProcesses) {
        try {
            ReportOptions.Builder builder = ReportOptions.builder().title(title).minWidth(minWidth);
            include.forEach(builder::include);
            exclude.forEach(builder::exclude);
            return builder.with(Flag.THREADS, threads)
                    .with(Flag.PROCESSES, severalProcesses)
                    .with(Flag.SIMPLE_NAMES, simple)
                    .with(Flag.DOTTED_NAMES, dot)
                    .with(Flag.SIGNATURES, signatures)
                    .with(Flag.ANNOTATE, annotate)
                    .with(Flag.LIBRARY_NAMES, libraries)
                    .with(Flag.NORMALISE, normalise)
                    .with(Flag.TOTAL, total)
                    .with(Flag.REVERSE, reverse)
                    .with(Flag.INVERTED, inverted)
                    .build();
        } catch (IllegalArgumentException e) {
            throw JavelinException.usage(e.getMessage());
        }
    }
}
