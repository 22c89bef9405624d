package dev.javelin.collector.proc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Whose a process is, and what it may (proc(5)), at one moment, in numbers of this process's user namespace.
 *
 * @param uids real, effective, saved and file system user
 * @param gids the same of groups
 * @param permitted the capabilities that it holds or may take, a bit each
 * @param effective those that count now
 * @param owner the user whom the kernel lets look at it: root where that is not the effective user, as with a setuid program
 * @param numbers its numbers, from this process's pid namespace to its own
 * @param pidNamespace {@code pid:[…]}
 * @param userNamespace {@code user:[…]}
 */
public record Credentials(
        List<Long> uids,
        List<Long> gids,
        long permitted,
        long effective,
        long owner,
        List<Long> numbers,
        String pidNamespace,
        String userNamespace) {

    /**
     * Those of a process.
     *
     * @throws ProcessGoneException if there is no such process
     * @throws IOException if it may not be looked at
     */
    public static Credentials read(int pid) throws IOException {
        String status = ProcIo.text(pid, "status");
        return new Credentials(
                numbers(status, "Uid:", 10),
                numbers(status, "Gid:", 10),
                numbers(status, "CapPrm:", 16).get(0),
                numbers(status, "CapEff:", 16).get(0),
                owner(pid),
                numbers(status, "NSpid:", 10),
                namespace(pid, "pid"),
                namespace(pid, "user"));
    }

    /**
     * The process that has a number in a pid namespace, by its number here.
     *
     * @param pidNamespace {@code pid:[…]}
     * @throws IOException if there is none
     */
    public static int find(String pidNamespace, int number) throws IOException {
        for (int pid : ProcIo.numbers("/proc")) {
            try {
                List<Long> numbers = numbers(ProcIo.text(pid, "status"), "NSpid:", 10);
                if (numbers.get(numbers.size() - 1) == number
                        && namespace(pid, "pid").equals(pidNamespace)) {
                    return pid;
                }
            } catch (IOException e) {
                // it is gone meanwhile
            }
        }
        throw new ProcessGoneException(number);
    }

    /** Its own number, in its own pid namespace. */
    public long ownNumber() {
        return numbers.get(numbers.size() - 1);
    }

    /** That of the files, as the directory always belongs to the effective user: {@code task_dump_owner} in fs/proc/base.c. */
    private static long owner(int pid) throws IOException {
        try {
            return Integer.toUnsignedLong((Integer) Files.getAttribute(ProcIo.path(pid, "maps"), "unix:uid"));
        } catch (IOException e) {
            throw ProcIo.explain(pid, "maps", e);
        }
    }

    private static String namespace(int pid, String kind) throws IOException {
        Path link = ProcIo.path(pid, "ns/" + kind);
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            throw ProcIo.explain(pid, "ns/" + kind, e);
        }
    }

    /** The numbers in the line with that label, one at least. */
    private static List<Long> numbers(String status, String label, int radix) throws IOException {
        List<Long> numbers = new ArrayList<>();
        for (String line : status.split("\n", -1)) {
            if (line.startsWith(label)) {
                for (String word : line.substring(label.length()).strip().split("\\s+", -1)) {
                    numbers.add(Long.parseUnsignedLong(word, radix));
                }
            }
        }
        if (numbers.isEmpty()) {
            throw new IOException("no " + label + " in /proc/PID/status");
        }
        return numbers;
    }
}
