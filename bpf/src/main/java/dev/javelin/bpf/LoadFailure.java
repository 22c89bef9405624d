package dev.javelin.bpf;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns what libbpf and the kernel's verifier said about a failed load into one line: which program, where, why, what to do. */
final class LoadFailure {
    private static final Pattern PROGRAM = Pattern.compile("prog '([^']+)': (BPF program load failed|failed to load)");
    private static final String BEGIN = "-- BEGIN PROG LOAD LOG --\n";
    private static final String END = "-- END PROG LOAD LOG --";
    private static final Pattern INSTRUCTION = Pattern.compile("(\\d+): \\([0-9a-f]{2}\\) (.*)");

    /** A phrase of the verifier or of libbpf, what it means and what helps. First match wins. */
    private record Known(Pattern phrase, String meaning) {
        static Known of(String regex, String meaning) {
            return new Known(Pattern.compile(regex), meaning);
        }
    }

    private static final List<Known> KNOWN = List.of(
            Known.of(
                    "BPF program is too large",
                    "the program is too complex to verify; fewer or smaller loops, or bpf_loop, help"),
            Known.of(
                    "sequence of \\d+ jumps is too complex",
                    "too many branches pend at once; split the work into subprograms or use bpf_loop"),
            Known.of(
                    "(map_value|mem|sock|ptr)_or_null",
                    "a pointer that may be null is used before it is compared with null"),
            Known.of(
                    "invalid mem access '(scalar|inv)'",
                    "a plain number is used as a pointer; read other memory with bpf_probe_read_*"),
            Known.of(
                    "unbounded memory access|min value is outside|max value is outside|value is outside of",
                    "an index or size has no bound the verifier can see; mask or compare it just before the access"),
            Known.of(
                    "invalid access to (map value|memory|packet)",
                    "an access may pass the end of its memory; check the bound of the offset"),
            Known.of(
                    "invalid (indirect )?read from stack|invalid .*stack",
                    "stack memory is read before it was written, or outside of the frame"),
            Known.of(
                    "combined stack size|looks like the BPF stack limit",
                    "the frames of nested calls need more than the 512 bytes of stack; move data to a map"),
            Known.of(
                    "back-edge|infinite loop",
                    "a loop has no end the verifier can see; bound it by a constant or use bpf_loop"),
            Known.of("[Uu]nreleased reference", "a reserved record or acquired object is not released on every path"),
            Known.of(
                    "dereference of modified ctx ptr|off=-?\\d+ size=\\d+.*ctx",
                    "the program's context is read at an offset the verifier cannot tell; read its fields with volatile loads"),
            Known.of(
                    "(unknown|invalid) func|program of this type cannot use helper",
                    "this kernel does not offer a helper function that the program calls; a newer kernel is needed (bpf_loop: 5.17)"),
            Known.of(
                    "[Uu]nknown opcode|uses reserved fields",
                    "this kernel does not know an instruction of the program; a newer kernel is needed"),
            Known.of(
                    "failed to find valid kernel BTF|Error loading vmlinux BTF",
                    "the kernel carries no BTF (/sys/kernel/btf/vmlinux); a kernel with CONFIG_DEBUG_INFO_BTF=y is needed"),
            Known.of(
                    "invalid CO-RE relocation|failed to resolve CO-RE relocation|<invalid CO-RE",
                    "a kernel structure the program reads has no such field in this kernel"),
            Known.of(
                    "attach to unsupported|is not found in vmlinux BTF|failed to find kernel BTF type",
                    "this kernel has no such function or tracepoint to attach to"));

    private LoadFailure() {}

    /** One line, without an end. */
    static String explain(int errno, String log) {
        String reason = firstKnown(log);
        String verifier = verifierLog(log);
        if (verifier.isEmpty()) {
            return reason.isEmpty() ? withoutVerifier(errno, log) : reason;
        }
        String where = place(log, verifier);
        String said = lastWords(verifier);
        return "the kernel's verifier rejected " + where + ": " + said + (reason.isEmpty() ? "" : " (" + reason + ")");
    }

    private static String withoutVerifier(int errno, String log) {
        if (errno == Errno.EPERM || errno == Errno.EACCES) {
            return "loading BPF programs needs root, or CAP_BPF and CAP_PERFMON";
        }
        if (errno == Errno.ENOSYS) {
            return "the bpf system call is missing or forbidden here (seccomp)";
        }
        List<String> lines = log.lines().filter(l -> !l.isBlank()).toList();
        return lines.isEmpty() ? "" : lines.get(0).replaceFirst("^libbpf: ", "");
    }

    private static String firstKnown(String log) {
        String verifier = verifierLog(log);
        String text = verifier.isEmpty() ? log : tail(verifier);
        for (Known known : KNOWN) {
            if (known.phrase.matcher(text).find()) {
                return known.meaning;
            }
        }
        return "";
    }

    /** Empty when the verifier said nothing. A long log comes without its beginning. */
    private static String verifierLog(String log) {
        int end = log.lastIndexOf(END);
        if (end < 0) {
            return "";
        }
        int begin = log.lastIndexOf(BEGIN, end);
        return log.substring(begin < 0 ? 0 : begin + BEGIN.length(), end);
    }

    /** The last lines: earlier ones only tell how the verifier came there. */
    private static String tail(String verifier) {
        List<String> lines = verifier.lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 4), lines.size()));
    }

    private static String place(String log, String verifier) {
        Matcher program = PROGRAM.matcher(log);
        String where = program.find() ? "program " + program.group(1) : "a program";
        String instruction = "";
        String source = "";
        for (String line : verifier.lines().toList()) {
            if (INSTRUCTION.matcher(line).matches()) {
                instruction = line;
            } else if (line.startsWith("; ")) {
                source = line.substring(2).strip();
            }
        }
        Matcher last = INSTRUCTION.matcher(instruction);
        if (last.matches()) {
            where += " at instruction " + last.group(1);
        }
        return source.isEmpty() ? where : where + " (" + source + ")";
    }

    /** The verdict: the last line that is neither an instruction nor the statistics. */
    private static String lastWords(String verifier) {
        String verdict = "";
        for (String line : verifier.lines().toList()) {
            boolean chatter = line.isBlank()
                    || line.startsWith("processed ")
                    || line.startsWith("; ")
                    || line.startsWith("verification time")
                    || line.startsWith("stack depth")
                    || line.matches("\\d+: .*|from \\d+ to \\d+.*");
            if (!chatter) {
                verdict = line.strip();
            }
        }
        return verdict.isEmpty() ? "no reason given" : verdict;
    }
}
