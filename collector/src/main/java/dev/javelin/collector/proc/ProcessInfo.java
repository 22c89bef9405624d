package dev.javelin.collector.proc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code /proc} says of a process at one moment (format: proc(5)). All texts come from the process itself and are hostile until
 * escaped.
 *
 * @param pid the process, as this process's pid namespace counts
 * @param nsPid its number in its own, innermost pid namespace
 * @param uid effective user id
 * @param comm the kernel's name of its first thread, at most 15 bytes
 * @param arguments its command line as it is now; empty if it cannot be read
 * @param startTicks when it started, in clock ticks (1/100 s) since boot: with the pid it identifies a process for good
 * @param java whether it maps a libjvm.so; false if its mappings may not be read
 */
public record ProcessInfo(
        int pid, int nsPid, int uid, String comm, List<String> arguments, long startTicks, boolean java) {

    /**
     * Looks at a process.
     *
     * @throws ProcessGoneException if there is no such process
     * @throws IOException if the number is that of a thread, or the process may not be looked at
     */
    public static ProcessInfo read(int pid) throws IOException {
        String status = ProcIo.text(pid, "status");
        int tgid = (int) lastNumber(field(status, "Tgid:"), pid);
        if (tgid != pid) {
            throw new IOException(pid + " is a thread of process " + tgid);
        }
        int nsPid = (int) lastNumber(field(status, "NSpid:"), pid);
        int uid = (int) numberAt(field(status, "Uid:"), 1);
        return new ProcessInfo(pid, nsPid, uid, comm(pid), arguments(pid), startTicks(pid), isJava(pid));
    }

    /** All JVMs that can be seen, ascending by pid. Processes that end meanwhile, or that may not be looked at, are left out. */
    public static List<ProcessInfo> jvms() {
        List<ProcessInfo> found = new ArrayList<>();
        for (int pid : ProcIo.numbers("/proc")) {
            try {
                if (isJava(pid)) {
                    found.add(read(pid));
                }
            } catch (IOException e) {
                // it is gone meanwhile
            }
        }
        return found;
    }

    /**
     * Whether the numbers in {@code /proc} are those that the kernel itself counts by: not so in a container with a pid namespace
     * of its own. True if that cannot be read.
     */
    public static boolean seesHostNumbers() {
        try {
            // PROC_PID_INIT_INO of the kernel's include/linux/proc_ns.h, the same since 3.8
            return Files.readSymbolicLink(Path.of("/proc/1/ns/pid")).toString().equals("pid:[4026531836]");
        } catch (IOException e) {
            return true;
        }
    }

    /** Whether the process maps a libjvm.so; false if there is no such process or its mappings may not be read. */
    public static boolean isJava(int pid) {
        try {
            return ProcIo.indexOf(ProcIo.read(pid, "maps"), "/libjvm.so") >= 0;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * When the process started, in clock ticks since boot ({@code starttime}, the 22nd field of stat).
     *
     * @throws ProcessGoneException if there is no such process
     */
    public static long startTicks(int pid) throws IOException {
        String stat = ProcIo.text(pid, "stat");
        int at = stat.lastIndexOf(')') + 1;
        for (int field = 3; field <= 22 && at > 0; field++) {
            at = stat.indexOf(' ', field == 3 ? at : at + 1);
        }
        if (at < 0) {
            throw new IOException("unexpected text in /proc/" + pid + "/stat");
        }
        return numberAt(stat.substring(at), 0);
    }

    /** The kernel's names (at most 15 bytes) of the threads that live now, by thread id, ascending. */
    public static Map<Integer, String> threadComms(int pid) {
        Map<Integer, String> comms = new LinkedHashMap<>();
        for (int tid : ProcIo.numbers("/proc/" + pid + "/task")) {
            try {
                comms.put(tid, threadComm(pid, tid));
            } catch (IOException e) {
                // the thread ended meanwhile
            }
        }
        return comms;
    }

    /**
     * A thread.
     *
     * @param inside its id in its own pid namespace
     * @param waiting whether it waits for something; else it is on a CPU, or could be
     * @param switches how often it has left the CPU
     * @param ranNanos how long it has been on a CPU, up to the last tick or switch; 0 where the kernel keeps no such account
     */
    public record LiveThread(int inside, boolean waiting, long switches, long ranNanos) {}

    /** The threads of a process that have not ended, by their ids. */
    public static Map<Integer, LiveThread> liveThreads(int pid) {
        Map<Integer, LiveThread> live = new LinkedHashMap<>();
        for (int tid : ProcIo.numbers("/proc/" + pid + "/task")) {
            try {
                String status = ProcIo.text(pid, "task/" + tid + "/status");
                String state = field(status, "State:").strip();
                if (!state.matches("[ZX].*")) {
                    int inside = (int) lastNumber(field(status, "NSpid:"), tid);
                    long switches = lastNumber(field(status, "voluntary_ctxt_switches:"), 0)
                            + lastNumber(field(status, "nonvoluntary_ctxt_switches:"), 0);
                    long ran = Math.max(0, numberAt(ProcIo.text(pid, "task/" + tid + "/schedstat"), 0));
                    live.put(tid, new LiveThread(inside, !state.startsWith("R"), switches, ran));
                }
            } catch (IOException e) {
                // it has ended
            }
        }
        return live;
    }

    /**
     * The kernel's name of one thread.
     *
     * @throws IOException if it is gone
     */
    public static String threadComm(int pid, int tid) throws IOException {
        return withoutLineEnd(ProcIo.text(pid, "task/" + tid + "/comm"));
    }

    /** Unit of times in /proc: USER_HZ, 100 on every x86-64 Linux. */
    public static final int TICKS_PER_SECOND = 100;

    /**
     * CPU time of all threads of a process so far, user and kernel, in {@link #TICKS_PER_SECOND}.
     *
     * @throws IOException if it is gone
     */
    public static long cpuTicks(int pid) throws IOException {
        String stat = ProcIo.text(pid, "stat");
        // fields 14 and 15 (utime, stime) of proc(5); the first after the name is 3
        String rest = stat.substring(stat.lastIndexOf(')') + 2);
        String[] fields = rest.split(" ", 14);
        if (fields.length < 14) {
            throw new IOException("unexpected text in /proc/" + pid + "/stat");
        }
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    /** The arguments joined by blanks. */
    public String commandLine() {
        return arguments.isEmpty() ? "[" + comm + "]" : String.join(" ", arguments);
    }

    /** The main class, jar or module as {@code jps -l} shows it, from the command line; the program's name if java did not start it. */
    public String mainClass() {
        return JavaCommand.mainClass(arguments, comm);
    }

    /** The short name that {@code jps} shows: the class without its package, the jar without its directory. */
    public String shortName() {
        return JavaCommand.shortName(mainClass());
    }

    private static String comm(int pid) throws IOException {
        return withoutLineEnd(ProcIo.text(pid, "comm"));
    }

    private static String withoutLineEnd(String text) {
        return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }

    private static List<String> arguments(int pid) {
        byte[] bytes;
        try {
            bytes = ProcIo.read(pid, "cmdline");
        } catch (IOException e) {
            return List.of();
        }
        List<String> arguments = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == 0) {
                arguments.add(new String(bytes, from, i - from, StandardCharsets.UTF_8));
                from = i + 1;
            }
        }
        if (from < bytes.length) {
            arguments.add(new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8));
        }
        return List.copyOf(arguments);
    }

    /** The text after a label at a line's start, up to the line's end; "" if there is none. */
    private static String field(String status, String label) {
        int at = status.indexOf("\n" + label);
        if (at < 0) {
            return "";
        }
        int from = at + 1 + label.length();
        int to = status.indexOf('\n', from);
        return status.substring(from, to < 0 ? status.length() : to);
    }

    private static long lastNumber(String text, long otherwise) {
        int from = text.length();
        while (from > 0 && Character.isDigit(text.charAt(from - 1))) {
            from--;
        }
        return from == text.length() ? otherwise : Long.parseLong(text, from, text.length(), 10);
    }

    /** The number with that index among those in a text; -1 if there are fewer. */
    private static long numberAt(String text, int index) {
        int at = 0;
        for (int i = 0; ; i++) {
            while (at < text.length() && !Character.isDigit(text.charAt(at))) {
                at++;
            }
            int from = at;
            while (at < text.length() && Character.isDigit(text.charAt(at))) {
                at++;
            }
            if (from == at) {
                return -1;
            }
            if (i == index) {
                return Long.parseLong(text, from, at, 10);
            }
        }
    }
}
