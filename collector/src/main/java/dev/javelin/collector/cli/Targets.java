package dev.javelin.collector.cli;

import dev.javelin.collector.proc.ProcessGoneException;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The processes that a command is for, from what was typed: process numbers, names of main classes or jars, or {@code
 * all}.
 *
 * @param all whether every JVM is meant, also those that start later
 * @param processes the processes, in the order typed; empty if all are meant
 */
record Targets(boolean all, List<ProcessInfo> processes) {
    private static final int SHOWN_CANDIDATES = 20;

    /**
     * Finds the processes.
     *
     * @throws JavelinException if there is none of a name, several of a name, or one cannot be recorded
     */
    static Targets of(List<String> words) {
        if (words.contains("all")) {
            if (words.size() > 1) {
                throw JavelinException.usage("'all' means every JVM: name no other beside it");
            }
            return new Targets(true, List.of());
        }
        Map<Integer, ProcessInfo> found = new LinkedHashMap<>();
        for (String word : words) {
            ProcessInfo process = isNumber(word) ? byNumber(word) : byName(word);
            found.put(process.pid(), process);
        }
        return new Targets(false, List.copyOf(found.values()));
    }

    /** Those that still run, of a loop of recordings. */
    Targets alive() {
        return all
                ? this
                : new Targets(false, processes.stream().filter(Targets::isAlive).toList());
    }

    /** Whether there is nothing to record, now or later. */
    boolean isEmpty() {
        return !all && processes.isEmpty();
    }

    /** A process that is just ending has no mappings any more. */
    private static boolean isAlive(ProcessInfo process) {
        try {
            return ProcessInfo.startTicks(process.pid()) == process.startTicks() && ProcessInfo.isJava(process.pid());
        } catch (IOException e) {
            return false;
        }
    }

    /** What {@code %p} becomes in a file's name: the first process, or {@code all}. */
    String forFileName() {
        return all ? "all" : Integer.toString(processes.get(0).pid());
    }

    /** How messages call them. */
    String shown() {
        return all
                ? "every JVM on this machine"
                : processes.stream().map(Targets::shown).collect(Collectors.joining(", "));
    }

    /** The process's number and main class. */
    static String shown(ProcessInfo process) {
        return process.pid() + " (" + process.mainClass() + ")";
    }

    /** All JVMs that can be seen but this one. */
    static List<ProcessInfo> otherJvms() {
        long self = ProcessHandle.current().pid();
        return ProcessInfo.jvms().stream().filter(p -> p.pid() != self).toList();
    }

    /** Whether a word is taken for a process number. */
    static boolean isNumber(String word) {
        return word.chars().allMatch(c -> c >= '0' && c <= '9') && !word.isEmpty();
    }

    private static ProcessInfo byNumber(String word) {
        int pid;
        try {
            pid = Integer.parseInt(word);
        } catch (NumberFormatException e) {
            throw noProcess(word);
        }
        if (pid == ProcessHandle.current().pid()) {
            throw JavelinException.failed("process " + pid + " is javelin itself: it cannot record itself");
        }
        ProcessInfo process = read(pid);
        checkState(pid);
        if (!process.java() && !ProcessStart.becomesJava(process)) {
            throw notReadable(process);
        }
        return process.java() ? process : read(pid);
    }

    private static ProcessInfo read(int pid) {
        try {
            return ProcessInfo.read(pid);
        } catch (ProcessGoneException e) {
            throw noProcess(Integer.toString(pid));
        } catch (IOException e) {
            throw JavelinException.failed("cannot record " + pid + ": " + e.getMessage(), e);
        }
    }

    private static JavelinException noProcess(String word) {
        return JavelinException.failed("there is no process " + word + ": 'javelin list' shows the JVMs that run");
    }

    private static void checkState(int pid) {
        char state = ProcessStart.state(pid);
        if (state == 'Z' || state == 'X') {
            throw JavelinException.failed(
                    "process " + pid
                            + " is a zombie: it has ended, and only its parent has not taken notice; there is nothing to record");
        }
    }

    private static JavelinException notReadable(ProcessInfo process) {
        String what = "process " + process.pid() + " (" + process.comm() + ")";
        Path maps = Path.of("/proc/" + process.pid() + "/maps");
        try (var content = Files.newInputStream(maps)) {
            content.read();
        } catch (IOException e) {
            if (Files.exists(maps)) {
                return JavelinException.failed(
                        what + " of " + owner(process) + " may not be looked at: " + remedy(process), e);
            }
            return noProcess(Integer.toString(process.pid()));
        }
        return JavelinException.failed(
                what + " is not a JVM: it has no libjvm.so mapped; 'javelin list' shows the JVMs that run");
    }

    private static String remedy(ProcessInfo process) {
        String self = System.getProperty("user.name");
        return self.equals("root") || self.equals(owner(process))
                ? "CAP_SYS_PTRACE is missing here, or a security module protects the process"
                : "run as root (sudo javelin …), or with CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH";
    }

    /** The name of the user that a process runs as. */
    static String owner(ProcessInfo process) {
        try {
            return Files.getOwner(Path.of("/proc/" + process.pid())).getName();
        } catch (IOException e) {
            return "user " + process.uid();
        }
    }

    private static ProcessInfo byName(String word) {
        List<ProcessInfo> jvms = otherJvms();
        for (Predicate<ProcessInfo> rule : rules(word)) {
            List<ProcessInfo> matches = jvms.stream().filter(rule).toList();
            if (matches.size() == 1) {
                return matches.get(0);
            }
            if (matches.size() > 1) {
                throw JavelinException.usage(
                        "'" + word + "' fits several JVMs: " + candidates(matches) + "; name one by its number");
            }
        }
        throw JavelinException.failed("no JVM runs '" + word + "': "
                + (jvms.isEmpty() ? "no JVM can be seen here" : "there are " + candidates(jvms)));
    }

    /** From the closest kind of match to the loosest. */
    private static List<Predicate<ProcessInfo>> rules(String word) {
        return List.of(
                p -> p.mainClass().equals(word),
                p -> p.shortName().equals(word),
                p -> p.shortName().startsWith(word) || p.mainClass().startsWith(word));
    }

    private static String candidates(List<ProcessInfo> processes) {
        List<String> shown = new ArrayList<>();
        processes.stream().limit(SHOWN_CANDIDATES).map(Targets::shown).forEach(shown::add);
        if (processes.size() > SHOWN_CANDIDATES) {
            shown.add((processes.size() - SHOWN_CANDIDATES) + " more");
        }
        return String.join(", ", shown);
    }
}
