package dev.javelin.collector.attach;

import dev.javelin.bpf.PathFd;
import dev.javelin.collector.hotspot.HotSpot;
import dev.javelin.collector.probe.MethodSpec;
import dev.javelin.collector.probe.NearestNames;
import dev.javelin.collector.proc.MemoryUnreadable;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.proc.TargetMemory;
import dev.javelin.collector.session.JavelinException;
import dev.javelin.collector.session.RecordSession;
import dev.javelin.collector.session.TaskRecords;
import dev.javelin.flamegraph.Latencies;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Probes on Java methods of one JVM, from {@link #attach} to {@link #close}. An agent in the JVM puts them in; every call is counted there in
 * memory outside the heap, which is read from here. The agent takes them out when this process ends in any way.
 *
 * <p>Used by one thread.
 */
public final class MethodProbes implements AutoCloseable {
    /** The JDK's own tools wait as long. */
    private static final Duration ATTACH = Duration.ofSeconds(10);

    private static final Duration START = Duration.ofSeconds(20);
    /** A thousand classes take seconds to change. */
    private static final Duration CHANGE = Duration.ofMinutes(2);

    private static final Duration FILES = Duration.ofSeconds(5);
    private static final int POLL_MILLIS = 10;
    /** See the agent's {@code Tasks}. */
    private static final int TASKS_AT = 384;

    private static final int TASKS = 1 << 16;

    private final ProcessInfo process;
    private final List<MethodProbe> probes;
    private final boolean follow;
    private final TargetFiles files;
    private final TargetMemory memory;
    private final List<String> warnings = new ArrayList<>();
    private AgentDirectory directory;
    private AgentLink agent;
    private BlockLayout layout;
    private TaskRecords tasks;
    private List<Placed> placed = List.of();
    private List<Latencies> last = List.of();
    private long slotless;
    private boolean in;
    private boolean gone;

    private MethodProbes(ProcessInfo process, List<MethodProbe> probes, boolean follow) throws IOException {
        this.process = process;
        this.probes = List.copyOf(probes);
        this.follow = follow;
        this.files = new TargetFiles(process);
        this.memory = TargetMemory.open(process.pid());
    }

    /**
     * Attaches to a JVM and puts the probes in: when this returns, every call is counted.
     *
     * @throws JavelinException if that is not possible, in one line; nothing is left in the JVM then. Usage, if a class has no such method
     */
    public static MethodProbes attach(int pid, List<MethodProbe> probes) {
        return attach(pid, probes, false);
    }

    /**
     * The same.
     *
     * @param follow whether the tasks can be followed that calls hand to other threads, see {@link #follow}
     */
    public static MethodProbes attach(int pid, List<MethodProbe> probes, boolean follow) {
        if (probes.stream().anyMatch(probe -> probe.slots() != MethodProbe.Slots.NOTHING)) {
            RecordSession.requirePossible(); // nothing reads the slots otherwise
        }
        try {
            requireHotSpot(pid);
            MethodProbes attached = new MethodProbes(ProcessInfo.read(pid), probes, follow);
            boolean complete = false;
            try {
                attached.start();
                attached.putIn();
                complete = true;
                return attached;
            } finally {
                if (!complete) {
                    attached.close();
                }
            }
        } catch (IOException e) {
            throw refused(pid, e);
        }
    }

    private static JavelinException refused(int pid, IOException reason) {
        return JavelinException.failed("cannot probe methods of " + pid + ": " + reason.getMessage(), reason);
    }

    /**
     * Fails if it is not to be seen which call a thread of a JVM is in while that goes on.
     *
     * @return the release of its Java, such as 17
     * @throws JavelinException with the reason, in one line
     */
    public static int requireOpenCalls(int pid) {
        RecordSession.requirePossible();
        try (HotSpot hotSpot = HotSpot.find(pid)) {
            if (!hotSpot.tellsCurrentThread()) {
                throw JavelinException.failed("calls of " + pid + " cannot be explained: from its Java "
                        + hotSpot.majorVersion() + " it is not to be seen which Java thread runs, or waits; "
                        + "'javelin latency' and 'javelin trace' measure them");
            }
            return hotSpot.majorVersion();
        } catch (IOException e) {
            throw refused(pid, e);
        }
    }

    /** Other JVMs take the signal that HotSpot is attached to by for something else. */
    private static void requireHotSpot(int pid) throws IOException {
        HotSpot.find(pid).close();
    }

    private void start() throws IOException {
        Map<String, byte[]> jars = AgentDirectory.jars();
        String name = AgentDirectory.name(process);
        String late = "process " + process.pid() + " has not answered for " + ATTACH.toSeconds()
                + " s: its JVM hangs, or a safepoint takes that long; nothing was attached";
        PathFd root = files.root();
        files.run(ATTACH, late, () -> {
            try (root) {
                load(files.tmp(root), name, jars);
            }
            return null;
        });
        agent.listen();
        checked(agent.answer(START));
    }

    private void load(PathFd tmp, String name, Map<String, byte[]> jars) throws IOException, InterruptedException {
        directory = AgentDirectory.create(tmp, name, process, jars);
        agent = new AgentLink(
                process, directory.openFifo(AgentDirectory.COMMANDS), directory.openFifo(AgentDirectory.ANSWERS));
        new HotSpotAttach(process, tmp, "methods cannot be probed").loadAgent(directory.agentJar(), directory.inside());
    }

    private void putIn() throws IOException {
        for (MethodProbe probe : probes) {
            MethodSpec methods = probe.methods();
            agent.send(
                    "probe",
                    methods.type(),
                    methods.method(),
                    methods.parameters() == null ? "*" : methods.parameters(),
                    methods.subtypes() ? "1" : "0",
                    Integer.toString(probe.slots().ordinal()),
                    Long.toString(probe.thresholdNanos()),
                    Long.toString(probe.period()));
        }
        if (follow) {
            agent.send("follow");
        }
        agent.send("go");
        in = true;
        List<List<String>> answers = agent.answers(CHANGE);
        answers.forEach(MethodProbes::checked);
        understand(() -> {
            layout = BlockLayout.of(answers.isEmpty() ? List.of() : answers.get(0));
            tasks = answers.stream()
                    .filter(answer -> answer.get(0).equals("tasks"))
                    .findFirst()
                    .map(MethodProbes::tasks)
                    .orElse(null);
            if (follow && tasks == null) {
                throw new IllegalArgumentException("no tasks");
            }
            placed(answers);
        });
        for (int i = 0; i < probes.size(); i++) {
            check(i, declared(answers, i));
        }
    }

    /** An answer that is no error. */
    private static List<String> checked(List<String> answer) {
        if (answer.get(0).equals("error") && answer.size() > 1) {
            throw JavelinException.failed(answer.get(1));
        }
        return answer;
    }

    private static TaskRecords tasks(List<String> answer) {
        if (answer.size() != 4) {
            throw new IllegalArgumentException("no tasks");
        }
        TaskRecords tasks = new TaskRecords(
                Long.parseLong(answer.get(1)), Integer.parseInt(answer.get(2)), Integer.parseInt(answer.get(3)));
        if (tasks.state() <= 0 || tasks.first() != TASKS_AT || tasks.capacity() != TASKS) {
            throw new IllegalArgumentException("impossible " + tasks);
        }
        return tasks;
    }

    private void placed(List<List<String>> answers) {
        List<Placed> all = new ArrayList<>();
        for (List<String> answer : answers) {
            if (answer.get(0).equals("probe")) {
                all.add(Placed.of(answer));
            } else if (answer.get(0).equals("failed") && answer.size() > 1 && warnings.isEmpty()) {
                warnings.add("a class is left alone, since it could not be changed: " + answer.get(1));
            }
        }
        if (all.size() != probes.size()) {
            throw new IllegalArgumentException("probes are missing");
        }
        placed = List.copyOf(all);
    }

    /** Takes what the agent has said; the application may have changed it. */
    private static void understand(Runnable what) throws IOException {
        try {
            what.run();
        } catch (IllegalArgumentException e) {
            throw new IOException("the agent says what no agent of Javelin's says: " + e.getMessage(), e);
        }
    }

    private static List<String> declared(List<List<String>> answers, int probe) {
        return answers.stream()
                .filter(answer -> answer.size() == 3
                        && answer.get(0).equals("declared")
                        && answer.get(1).equals(Integer.toString(probe))
                        && answer.get(2).contains("("))
                .map(answer -> answer.get(2))
                .toList();
    }

    /** What is to be said of a probe: an error if it can never fire. */
    private void check(int index, List<String> declared) throws IOException {
        MethodSpec spec = probes.get(index).methods();
        Placed found = placed.get(index);
        String probe = "java:" + spec.type() + "." + spec.method();
        if (found.classes() == 0 && found.fixed() == 0) {
            warnings.add(probe + ": no class is loaded that is called so, and it is probed as soon as one is; "
                    + NearestNames.question(spec.type(), classes(), "no other has a similar name"));
        } else if (found.methods() == 0 && spec.isExact()) {
            throw JavelinException.usage(probe + ": " + found.missing(spec, declared));
        }
        found.leftAlone().forEach(line -> warnings.add(probe + ": " + line));
    }

    private List<String> classes() throws IOException {
        agent.send("classes");
        return agent.answers(CHANGE).stream()
                .filter(answer -> answer.size() == 2 && answer.get(0).equals("class"))
                .map(answer -> answer.get(1))
                .toList();
    }

    /** What became of each probe, in their order, as far as it was told: see {@link #look}. */
    public List<Placed> placed() {
        return placed;
    }

    /** What users should know, one line each, in words. Texts of the application in them are hostile. */
    public List<String> warnings() {
        return Collections.unmodifiableList(warnings);
    }

    /** The address of the threads' slots, in the JVM. */
    public long slots() {
        return layout.slots();
    }

    /** How many slots there are, a power of two. */
    public int capacity() {
        return layout.capacity();
    }

    /** Bytes from a java.lang.Thread to its field {@code eetop}, which holds its JavaThread's address. */
    public int eetop() {
        return layout.eetop();
    }

    /** Bytes from a java.lang.Thread to its field {@code tid}, which holds its number. */
    public int tid() {
        return layout.tid();
    }

    /** Bytes from a Continuation to its field {@code target}; 0 if this JDK has none. */
    public int continuationTarget() {
        return layout.continuationTarget();
    }

    /** Bytes from the target of a virtual thread's Continuation to the thread; 0 if this JDK has none. */
    public int targetThread() {
        return layout.targetThread();
    }

    /** What the BPF program needs for calls of a probe that are told: {@code enum told_constant}. */
    public List<Long> told(int index) {
        return List.of(placed.get(index).number() + 1L, layout.slots(), (long) layout.eetop(), (long) layout.tid());
    }

    /**
     * Finds classes that were loaded meanwhile and belong to a {@code +} probe by way of others that were not loaded before; most are found
     * at once without this. To be called about every second.
     *
     * @return false if the process has ended, or is about to: {@link #latencies} are then the last
     */
    public boolean look() throws IOException, InterruptedException {
        if (!gone && agent.awaitExit(Duration.ZERO)) {
            end();
        }
        if (!gone && !agent.isAlive()) {
            gone = true;
        }
        if (!gone && haveSubtypes()) {
            agent.send("look");
            List<List<String>> answers = agent.answers(CHANGE);
            understand(() -> placed(answers));
        }
        return !gone;
    }

    /** Whether classes that are loaded later may be among those that are probed. */
    public boolean haveSubtypes() {
        return probes.stream().anyMatch(probe -> probe.methods().subtypes());
    }

    /** Waits for that end, at most so long; then the same as {@link #look}. */
    public boolean await(Duration time) throws IOException, InterruptedException {
        if (agent.awaitExit(time)) {
            end();
        }
        return !gone && agent.isAlive();
    }

    /** The application waits for a moment. */
    private void end() throws IOException {
        if (!gone) {
            latencies();
            gone = true;
            agent.send("bye");
        }
    }

    /**
     * The calls of each probe that have returned or thrown since it was put in, in the probes' order. When the process has ended, those
     * that were read last.
     */
    public List<Latencies> latencies() {
        if (!gone) {
            try {
                List<Latencies> read = new ArrayList<>();
                long without = 0;
                for (Placed probe : placed) {
                    ByteBuffer block = ByteBuffer.wrap(memory.readBytes(probe.block(), layout.blockBytes()))
                            .order(ByteOrder.LITTLE_ENDIAN);
                    read.add(layout.latencies(block));
                    without += layout.slotless(block);
                }
                last = List.copyOf(read);
                slotless = without;
            } catch (MemoryUnreadable e) {
                gone = true;
            }
        }
        return last;
    }

    /** The calls of all probes that found no slot, since too many threads were in calls; as of the last {@link #latencies}. */
    public long slotless() {
        return slotless;
    }

    /**
     * From now on those calls are told that take longer.
     *
     * @param nanos nanoseconds; {@link Long#MAX_VALUE} for none
     */
    public void tellSlowerThan(long nanos) {
        try {
            for (int i = 0; i < probes.size() && !gone; i++) {
                agent.send("tell", Integer.toString(i), Long.toString(nanos));
            }
        } catch (IOException e) {
            gone = true;
        }
    }

    /** Where word is left of the tasks that calls hand over; null if they are not followed. */
    public TaskRecords tasks() {
        return tasks;
    }

    /** Follows, if it was so {@linkplain #attach attached}, what calls hand to other threads from now on: when this returns, they do. */
    public void follow() {
        if (!follow || gone) {
            return;
        }
        try {
            agent.send("followed");
            agent.answers(CHANGE);
        } catch (IOException e) {
            gone = true;
        }
    }

    /** Takes the probes out; what they counted can still be read. */
    public void takeOut() throws IOException {
        if (in && !gone && agent.isAlive()) {
            in = false;
            agent.send("out");
            List<List<String>> answers = agent.answers(CHANGE);
            understand(() -> placed(answers));
        }
    }

    @Override
    public void close() {
        try {
            if (agent != null) {
                agent.close();
            }
            memory.close();
            if (directory != null) { // also when the process has gone
                files.run(FILES, "", () -> {
                    remove();
                    return null;
                });
            }
        } catch (IOException | JavelinException e) {
            // the process has gone, or its files have
        }
    }

    /** The agent does so when its probes are out, which is to be seen by its end. */
    private void remove() throws IOException, InterruptedException {
        long end = System.nanoTime() + FILES.toNanos() / 2;
        while (directory.exists() && in() && System.nanoTime() < end) {
            Thread.sleep(POLL_MILLIS);
        }
        directory.delete();
    }

    private boolean in() {
        return layout != null && agent.isAlive();
    }
}
