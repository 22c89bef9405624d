package dev.javelin.agent.methods;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.lang.instrument.Instrumentation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The probes of one collector, from its attach to its end: one thread, {@code javelin-probes}, that does what it is told through a FIFO, line
 * by line, and answers through another. Fields have tabs between them. Commands:
 *
 * <pre>
 * probe CLASS METHOD PARAMETERS SUBTYPES SLOTS THRESHOLD PERIOD   one more; see {@link MethodPattern} and {@code Calls.open}
 * follow      follows what calls hand to other threads, too; see {@code Tasks}
 * go          puts them in; answers with the layout, and what was found
 * followed    follows what is handed over from now on
 * look        answers with what was found up to now
 * classes     answers with the names of all classes that are loaded
 * out         takes them out; answers with what was found in all
 * bye         the collector has what it wants, and the application may end
 * </pre>
 *
 * <p>Answers end with a line that has a dot in it. Before the application ends, {@code exit} is said once, and {@code bye} awaited for a
 * moment. The end of the commands, which comes when the collector ends in any way, takes everything out.
 */
public final class Session implements Runnable {
    private static final int EXIT_MILLIS = 1_000;
    /** How long is waited for another session that is about to end. */
    private static final int END_MILLIS = 2_000;

    private static final int POLL_MILLIS = 10;
    private static final int OLDEST_FOLLOWED = 17;
    private static final String[] FILES = {"methods.jar", "asm.jar", "commands", "answers"};

    private final File directory;
    /** What makes the files in it this session's. */
    private final Object own;

    private final Instrumentation instrumentation;
    private final Closeable loader;
    private final List<Probe> probes = new ArrayList<>();
    private final List<Probe> hooks = new ArrayList<>();
    private final ReentrantLock answering = new ReentrantLock();
    private final CountDownLatch bye = new CountDownLatch(1);
    private final Thread exit = new Thread(new Exit(), "javelin-exit");
    private CallsClass calls;
    private Instrumenter instrumenter;
    private OutputStream answers;
    /** Null if none are followed. */
    private long[] tasks;

    private Session(File directory, Instrumentation instrumentation, Closeable loader) {
        this.directory = directory;
        this.own = identity();
        this.instrumentation = instrumentation;
        this.loader = loader;
    }

    /**
     * Starts its thread.
     *
     * @param loader of this class, closed at the end
     */
    public static void start(File directory, Instrumentation instrumentation, Closeable loader) {
        Thread thread = new Thread(new Session(directory, instrumentation, loader), "javelin-probes");
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        thread.start();
    }

    @Override
    public void run() {
        try {
            obey();
        } catch (IOException e) {
            // the collector has gone
        } catch (Exception | Error e) {
            AttachAgent.tell("the probes on methods are taken out: " + e);
        } finally {
            end();
        }
    }

    private void obey() throws Exception {
        File commands = new File(directory, "commands");
        FileInputStream from;
        // opened for both, a FIFO never waits for the other side: should that be dead already, its end is read at once
        RandomAccessFile both = new RandomAccessFile(commands, "rw");
        RandomAccessFile other = new RandomAccessFile(new File(directory, "answers"), "rw");
        try {
            from = new FileInputStream(commands);
            answers = new FileOutputStream(new File(directory, "answers"));
        } finally {
            both.close();
            other.close();
        }
        try (BufferedReader in = new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
            prepare();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                obey(line.split("\t", -1));
            }
        } catch (RuntimeException | Error e) {
            answer("error\tthe agent fails, and its probes are taken out: " + Text.printable(e.toString()));
            throw e;
        } finally {
            answers.close();
        }
    }

    private void prepare() throws IOException {
        String version = System.getProperty("java.specification.version");
        if (!version.equals("1.8") && (version.startsWith("1.") || Integer.parseInt(version) < 11)) {
            answer("error\tthe application runs on Java " + version
                    + ": methods are probed on Java 8, and from Java 11 on");
            throw new IOException();
        }
        try {
            calls = CallsClass.of(instrumentation);
        } catch (ReflectiveOperationException | RuntimeException | Error e) {
            answer("error\tthe agent cannot define what probes call: "
                    + Text.printable(String.valueOf(e.getCause() == null ? e : e.getCause())));
            throw new IOException(e);
        }
        Runtime.getRuntime().addShutdownHook(exit);
        answer("ready");
    }

    private void obey(String[] command) throws IOException, InterruptedException {
        switch (command[0]) {
            case "probe":
                add(command);
                return;
            case "tell":
                calls.tell(probes.get(Integer.parseInt(command[1])).word(), Long.parseLong(command[2]));
                return;
            case "follow":
                prepareTasks();
                return;
            case "followed":
                calls.follow();
                break;
            case "bye":
                bye.countDown();
                return;
            case "go":
                putIn();
                break;
            case "look":
                instrumenter.look();
                report();
                break;
            case "classes":
                classes();
                break;
            case "out":
                instrumenter.takeOut();
                report();
                break;
            default:
                answer("error\tunknown command " + command[0]);
        }
        answer(".");
    }

    private void add(String[] command) throws IOException, InterruptedException {
        MethodPattern pattern = new MethodPattern(command[1], command[2], command[3], command[4].equals("1"));
        long use = Long.parseLong(command[5]);
        long word = open(use, Long.parseLong(command[6]), Long.parseLong(command[7]));
        if (word == 0) {
            answer("error\tmore probes are in this application than there is room for: end another command first");
            throw new IOException();
        }
        if (word == CallsClass.CONFLICT) {
            answer(
                    "error\tanother explain, or a trace or record of Java methods, goes on in this application, and explain would"
                            + " take its calls for its own: end one first");
            throw new IOException();
        }
        probes.add(new Probe(pattern, word, use != 0));
    }

    private long open(long use, long threshold, long period) throws InterruptedException {
        long word = calls.open(use, threshold, period);
        for (int millis = 0; word == CallsClass.CONFLICT && millis < END_MILLIS; millis += POLL_MILLIS) {
            Thread.sleep(POLL_MILLIS);
            word = calls.open(use, threshold, period);
        }
        return word;
    }

    private void prepareTasks() throws IOException {
        String version = System.getProperty("java.specification.version");
        if (Integer.parseInt(version) < OLDEST_FOLLOWED) {
            answer("error\tthe application runs on Java " + version + ": other threads are followed from Java "
                    + OLDEST_FOLLOWED + " on");
            throw new IOException();
        }
        try {
            tasks = calls.prepareTasks();
        } catch (ReflectiveOperationException | RuntimeException | Error e) {
            answer("error\tother threads cannot be followed: "
                    + Text.printable(String.valueOf(e.getCause() == null ? e : e.getCause())));
            throw new IOException(e);
        }
        hooks.addAll(Hook.all());
    }

    private void putIn() throws IOException, InterruptedException {
        List<Probe> all = new ArrayList<>(probes);
        all.addAll(hooks);
        instrumenter = new Instrumenter(instrumentation, all);
        StringBuilder layout = new StringBuilder("layout");
        for (long number : calls.layout()) {
            layout.append('\t').append(number);
        }
        answer(layout.toString());
        if (tasks != null) {
            answer("tasks\t" + tasks[0] + '\t' + tasks[1] + '\t' + tasks[2]);
        }
        try {
            instrumenter.warmUp();
            instrumenter.putIn();
        } catch (Instrumenter.TooManyException e) {
            answer("error\tthe patterns fit " + e.getMessage() + " classes, more than " + Instrumenter.MOST_CLASSES
                    + ": narrow them");
        }
        report();
    }

    private void report() throws IOException {
        for (int i = 0; i < probes.size(); i++) {
            Probe probe = probes.get(i);
            StringBuilder line = new StringBuilder("probe\t" + i + '\t' + calls.number(probe.word()) + '\t'
                    + (probe.word() & ((1L << 48) - 1)) + '\t' + probe.types());
            for (Probe.Case which : Probe.Case.values()) {
                line.append('\t').append(probe.count(which));
            }
            answer(line.toString());
            if (probe.count(Probe.Case.PROBED) == 0) {
                for (String name : probe.names()) {
                    answer("declared\t" + i + '\t' + Text.printable(name));
                }
            }
        }
        if (instrumenter.firstFailure() != null) {
            answer("failed\t" + Text.printable(instrumenter.firstFailure()));
        }
    }

    private void classes() throws IOException {
        Set<String> names = new HashSet<>();
        for (Class<?> type : instrumentation.getAllLoadedClasses()) {
            if (!type.isArray() && !type.isPrimitive()) {
                names.add(Text.printable(type.getName()));
            }
        }
        for (String name : names) {
            answer("class\t" + name);
        }
    }

    private void answer(String line) throws IOException {
        answering.lock();
        try {
            answers.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        } finally {
            answering.unlock();
        }
    }

    private void end() {
        bye.countDown();
        try {
            if (tasks != null) {
                calls.unfollow();
            }
        } catch (RuntimeException | Error e) {
            AttachAgent.tell("tasks may be followed on: " + e);
        }
        try {
            if (instrumenter != null) {
                instrumenter.takeOut();
            }
        } catch (InterruptedException | RuntimeException | Error e) {
            AttachAgent.tell("the probes on methods cannot be taken out: " + e);
        }
        for (Probe probe : probes) {
            calls.close(probe.word());
        }
        try {
            Runtime.getRuntime().removeShutdownHook(exit);
        } catch (IllegalStateException e) {
            // the application is ending
        }
        removeFiles();
        try {
            loader.close();
        } catch (IOException e) {
            // the files behind it have gone with the directory
        }
    }

    /**
     * Removes the directory. A collector that has waited long enough for this has done so itself, and the next one may have made another of the same
     * name since: that is left alone.
     */
    private void removeFiles() {
        if (own == null || !own.equals(identity())) {
            return;
        }
        for (String file : FILES) {
            new File(directory, file).delete();
        }
        directory.delete();
    }

    /** Of the first file, which nobody changes: its number may be used again at once, and then with a later time. Null if it has gone. */
    private Object identity() {
        try {
            return Files.readAttributes(directory.toPath().resolve(FILES[0]), "unix:ino,ctime");
        } catch (IOException e) {
            return null;
        }
    }

    /** Whether what was counted is the result; else single calls are, which were told. */
    private boolean isMeasured() {
        for (Probe probe : probes) {
            if (!probe.slots()) {
                return true;
            }
        }
        return false;
    }

    /** Lets the collector read what was counted before the application's memory is gone. */
    private final class Exit implements Runnable {
        @Override
        public void run() {
            try {
                if (answering.tryLock(EXIT_MILLIS, TimeUnit.MILLISECONDS)) {
                    try {
                        answers.write("exit\n".getBytes(StandardCharsets.UTF_8));
                    } finally {
                        answering.unlock();
                    }
                    if (isMeasured()) {
                        bye.await(EXIT_MILLIS, TimeUnit.MILLISECONDS);
                    }
                }
            } catch (IOException | InterruptedException e) {
                // the collector has gone
            }
        }
    }
}
