package dev.javelin.it.harness;

import dev.javelin.it.targets.chains.Chain;
import dev.javelin.it.targets.chains.Chains;
import dev.javelin.it.targets.chains.Grammar;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Compares the stacks of a recording with the grammar of the chain that ran: nothing invented, nothing missing. */
public final class ChainCheck {
    private static final String JNI = "Java_dev_javelin_it_targets_chains_NativeChain_";
    private static final Pattern GENERATED =
            Pattern.compile("(\\$\\$Lambda)[^;]*?\\.(?=[^.;]+;)|[/+.]0x[0-9a-f]+|\\$\\$Lambda\\$\\d+");

    private static final int SHOWN = 3;
    private static final int LEAF_SHOWN = 5;

    private enum Verdict {
        WRONG,
        IMPRECISE,
        UNRESOLVED,
        BEGUN,
        WHOLE
    }

    /** Most samples have one of a few stacks, and a deep stack takes long to match. */
    private final Map<List<StackFrame>, Verdict> verdicts = new HashMap<>();

    private final String name;
    private final Pattern entry;
    private final Pattern begun;
    private final Pattern whole;
    private int samples;
    private int incomplete;
    private int matched;
    private int matchedWhole;
    private int imprecise;
    private int unresolved;
    private final Map<String, Integer> wrong = new TreeMap<>();
    private final Map<String, Integer> reasons = new TreeMap<>();
    private final Map<String, Set<Integer>> callLines = new HashMap<>();
    private int unknownLines;

    private ChainCheck(String name, String entry, Grammar grammar) {
        this.name = name;
        this.entry = Pattern.compile(entry);
        this.begun = grammar.pattern();
        this.whole = grammar.wholePattern();
    }

    /** Checks the samples of one chain's threads. */
    public static ChainCheck of(Chain chain, Recording recording) {
        ChainCheck check = new ChainCheck(chain.name(), Chains.entry(), chain.grammar());
        recording.ofThread(Chains.THREAD + chain.name()).forEach(check::add);
        return check;
    }

    /** Checks the samples of the carriers of virtual threads that show the chain of these. */
    public static ChainCheck ofVirtualThreads(Recording recording) {
        ChainCheck check = new ChainCheck("Virtual", "", Chains.virtualGrammar());
        recording
                .where(sample -> sample.has("dev.javelin.it.targets.chains.VirtualChain")
                        || sample.has("java.util.concurrent.ForkJoinWorkerThread.run"))
                .forEach(check::add);
        return check;
    }

    /** Names that differ from run to run made equal: lambdas, hidden classes, JNI entries, a function and its PLT entry. */
    static String normalise(String stack) {
        return GENERATED
                .matcher(stack)
                .replaceAll(match -> match.group(1) == null
                        ? (match.group().startsWith("$$") ? "\\$\\$Lambda" : "")
                        : "\\$\\$Lambda.")
                .replace(JNI, "jvl_Java_")
                .replace("@plt;", ";");
    }

    /** The chain's name. */
    public String name() {
        return name;
    }

    /** Samples of its threads. */
    public int samples() {
        return samples;
    }

    /** Samples whose walk did not reach the thread's entry, as the recording says. */
    public int incomplete() {
        return incomplete;
    }

    /** Complete samples that show a frame too many, too few, or a wrong one. */
    public int mismatched() {
        return samples - incomplete - unresolved - matched - imprecise;
    }

    /** Complete samples with a frame of known place and unknown name, such as {@code [unloaded]}. */
    public int unresolved() {
        return unresolved;
    }

    /** Samples whose innermost inlined frames are those of a neighbouring place in the same compiled method. */
    public int imprecise() {
        return imprecise;
    }

    /** Samples that show the chain to its end. */
    public int whole() {
        return matchedWhole;
    }

    /** Pairs of a caller and its callee that were seen with more than one line of the call, with the lines. */
    public List<String> ambiguousCalls() {
        List<String> ambiguous = new ArrayList<>();
        callLines.forEach((call, lines) -> {
            if (lines.size() > 1) {
                ambiguous.add(call + " lines " + lines);
            }
        });
        return ambiguous;
    }

    /** Calls whose line is not known. */
    public int unknownLines() {
        return unknownLines;
    }

    /** The counts, and the most frequent wrong stacks. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%-14s %6d samples, %5d to the end, %4d incomplete %s, %4d unresolved, %4d imprecise, %4d wrong",
                name,
                samples,
                matchedWhole,
                incomplete,
                reasons.isEmpty() ? "" : reasons.toString(),
                unresolved,
                imprecise,
                mismatched()));
        wrong.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .limit(SHOWN)
                .forEach(e ->
                        text.append("\n    ").append(e.getValue()).append(" x ").append(shortened(e.getKey())));
        return text.toString();
    }

    /** Without this module's packages, repeated frames counted. */
    private static String shortened(String stack) {
        StringBuilder text = new StringBuilder();
        List<String> frames = frames(stack.replace("dev.javelin.it.targets.chains.", ""));
        for (int i = 0, next; i < frames.size(); i = next) {
            next = i + 1;
            while (next < frames.size() && frames.get(next).equals(frames.get(i))) {
                next++;
            }
            text.append(frames.get(i))
                    .append(next - i > 1 ? " x" + (next - i) : "")
                    .append("; ");
        }
        return text.toString();
    }

    private static List<String> frames(String stack) {
        return Arrays.asList(stack.split(";", -1))
                .subList(0, (int) stack.chars().filter(c -> c == ';').count());
    }

    private void add(Sample sample) {
        samples++;
        if (!sample.complete()) {
            incomplete++;
            reasons.merge(sample.incomplete(), 1, Integer::sum);
            return;
        }
        switch (verdicts.computeIfAbsent(sample.frames(), this::verdict)) {
            case UNRESOLVED -> unresolved++;
            case WHOLE -> {
                matched++;
                matchedWhole++;
            }
            case BEGUN -> matched++;
            case IMPRECISE -> imprecise++;
            case WRONG ->
                wrong.merge(normalise(names(sample.frames())) + "  in " + leaf(sample) + ";", 1, Integer::sum);
        }
    }

    private Verdict verdict(List<StackFrame> frames) {
        if (frames.stream().anyMatch(StackFrame::isUnresolved)) {
            return Verdict.UNRESOLVED;
        }
        Verdict verdict = match(frames);
        if (verdict != Verdict.WRONG) {
            addCalls(frames);
            return verdict;
        }
        return match(withoutInlinedLeaf(frames)) == Verdict.WRONG ? Verdict.WRONG : Verdict.IMPRECISE;
    }

    /** The innermost frames with their types, for who must find out what went wrong. */
    private static String leaf(Sample sample) {
        List<StackFrame> frames = sample.frames();
        return frames.subList(Math.max(0, frames.size() - LEAF_SHOWN), frames.size()).stream()
                .map(frame -> frame.type() + " " + frame.name())
                .collect(Collectors.joining(" > "));
    }

    private Verdict match(List<StackFrame> frames) {
        String stack = normalise(names(frames));
        Matcher root = entry.matcher(stack);
        if (!root.lookingAt()) {
            return Verdict.WRONG;
        }
        String chain = stack.substring(root.end());
        if (whole.matcher(chain).matches()) {
            return Verdict.WHOLE;
        }
        return begun.matcher(chain).matches() ? Verdict.BEGUN : Verdict.WRONG;
    }

    private static String names(List<StackFrame> frames) {
        return frames.stream()
                .filter(ChainCheck::isPart)
                .map(frame -> frame.name() + ";")
                .collect(Collectors.joining());
    }

    /**
     * Between two safepoints HotSpot keeps no record of what is inlined where: for a thread interrupted there, everybody
     * shows the inlined methods of the next place that has one. The compiled method itself and its callers are exact.
     */
    private static List<StackFrame> withoutInlinedLeaf(List<StackFrame> frames) {
        int end = frames.size();
        while (end > 0 && !frames.get(end - 1).isJava()) {
            end--;
        }
        if (end < frames.size() && !interrupted(frames.get(end))) {
            return frames;
        }
        while (end > 0 && frames.get(end - 1).type().equals("Inlined")) {
            end--;
        }
        return frames.subList(0, end);
    }

    /** Whether a frame follows that a thread comes to from anywhere: an interrupt, a signal, an exception. */
    private static boolean interrupted(StackFrame next) {
        return next.type().equals("Kernel")
                || next.method().equals("__restore_rt")
                || next.method().contains("handle_exception");
    }

    /** In every chain a method calls the next one from a single line. */
    private void addCalls(List<StackFrame> all) {
        List<StackFrame> frames = all.stream().filter(ChainCheck::isPart).toList();
        for (int i = 0; i + 1 < frames.size(); i++) {
            StackFrame caller = frames.get(i);
            StackFrame callee = frames.get(i + 1);
            if (caller.isJava()
                    && isOurs(caller)
                    && isOurs(callee)
                    && !callee.type().equals("Inlined") // of a leaf between two safepoints the place is the next one's
                    && !callee.method().equals("spin")) {
                String call = normalise(caller.name() + ";" + callee.name() + ";");
                if (caller.line() <= 0) {
                    unknownLines++;
                } else {
                    callLines.computeIfAbsent(call, key -> new HashSet<>()).add(caller.line());
                }
            }
        }
    }

    private static boolean isOurs(StackFrame frame) {
        return frame.owner().startsWith("dev.javelin.it.targets.chains.")
                && !frame.owner().contains("$$Lambda")
                && !frame.owner().endsWith(".Mixed");
    }

    private static boolean isPart(StackFrame frame) {
        return frame.isJava()
                || frame.method().startsWith("jvl_")
                || frame.method().startsWith(JNI);
    }
}
