package dev.javelin.agent.methods;

import java.io.IOException;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Puts the probes of one session into classes, those that are loaded and those that will be, and takes them out. {@link #transform} is
 * called by whatever thread loads a class; all else by the session's.
 */
final class Instrumenter implements ClassFileTransformer {
    /** Classes that are changed in one stop of the JVM. */
    private static final int BATCH = 32;
    /** Classes that one session may look into. */
    static final int MOST_CLASSES = 5_000;

    /** How often is looked for classes that have their code already, and are not among the loaded ones yet. */
    private static final int SCANS = 3;

    private static final int SCAN_MILLIS = 50;
    /** A class that was changed longer ago is among the loaded ones. */
    private static final long LOADING_NANOS = 1_000_000_000;

    private static final int CHANGE_MILLIS = 1_000;

    /** What runs while a thread is not itself, what the JVM looks at frame by frame, and what the probes call. Names begin so. */
    private static final String[] BARRED = {
        "java/lang/VirtualThread",
        "java/lang/BaseVirtualThread",
        "java/lang/invoke/",
        "jdk/internal/vm/",
        "jdk/internal/misc/Unsafe",
        "sun/misc/Unsafe",
        "jdk/internal/misc/ScopedMemoryAccess",
        CallsClass.NAMES
    };

    private final Instrumentation instrumentation;
    private final List<Probe> probes;
    private final boolean subtypes;
    /** Names of classes that were changed, with slashes; and when one was changed as it was loaded, or else the start. */
    private final Map<String, Long> changed = new HashMap<>();

    private final long start = System.nanoTime() - LOADING_NANOS;
    /** Threads that are about to change a class. */
    private final AtomicInteger changing = new AtomicInteger();
    /** Classes that were loaded since the last {@link #look}: what they extend may not have been, and was not known then. */
    private final Set<String> unsure = new HashSet<>();

    private String firstFailure;
    private volatile boolean active;

    Instrumenter(Instrumentation instrumentation, List<Probe> probes) {
        this.instrumentation = instrumentation;
        this.probes = probes;
        boolean any = false;
        for (Probe probe : probes) {
            any |= probe.pattern().hasSubtypes();
        }
        this.subtypes = any;
    }

    /** Loads every class that {@link #transform} needs, before a thread that loads a class needs them. */
    void warmUp() throws IOException {
        MethodPattern every = new MethodPattern("*", "*", "*", false);
        Probe first = new Probe(every, 0, true);
        Probe second = new Probe(every, 0, false);
        List<Probe> all = new ArrayList<>(Arrays.asList(first, second));
        for (Hook hook : new Hook[] {Hook.RUN, Hook.WORK}) {
            all.add(new Probe(every, hook));
        }
        new ClassCode(CallsClass.bytes("dev/javelin/agent/methods/Instrumenter")).with(all);
    }

    /** Puts the probes into the classes that are loaded; from now on also in those that are loaded later. */
    void putIn() throws TooManyException {
        List<Class<?>> wanted = wanted(instrumentation.getAllLoadedClasses());
        if (wanted.size() > MOST_CLASSES) {
            throw new TooManyException(wanted.size());
        }
        active = true;
        instrumentation.addTransformer(this, true);
        // again, with those that were loaded meanwhile
        retransform(wanted(instrumentation.getAllLoadedClasses()));
    }

    /** A pattern fits more classes than are looked into. */
    static final class TooManyException extends Exception {
        private static final long serialVersionUID = 1;

        TooManyException(int classes) {
            super(Integer.toString(classes));
        }
    }

    /** Finds what had been loaded before its ancestors were known. */
    void look() {
        Set<String> names;
        synchronized (this) {
            names = new HashSet<>(unsure);
            unsure.clear();
        }
        if (names.isEmpty()) {
            return;
        }
        List<Class<?>> late = new ArrayList<>();
        for (Class<?> type : instrumentation.getAllLoadedClasses()) {
            if (names.contains(name(type)) && isWanted(type)) {
                late.add(type);
            }
        }
        retransform(late);
    }

    private List<Class<?>> wanted(Class<?>[] loaded) {
        List<Class<?>> wanted = new ArrayList<>();
        for (Class<?> type : loaded) {
            if (isWanted(type)) {
                wanted.add(type);
            }
        }
        return wanted;
    }

    private boolean isWanted(Class<?> type) {
        if (type.isArray() || type.isPrimitive() || type.getClassLoader() == own()) {
            return false;
        }
        List<Probe> meant = new ArrayList<>();
        for (Probe probe : probes) {
            if (probe.meansType(type)) {
                meant.add(probe);
            }
        }
        boolean fixed = isBarred(name(type)) || !instrumentation.isModifiableClass(type);
        for (Probe probe : meant) {
            if (fixed) {
                probe.found(Probe.Case.FIXED, name(type));
            }
        }
        return !fixed && !meant.isEmpty();
    }

    private static ClassLoader own() {
        return Instrumenter.class.getClassLoader();
    }

    private static String name(Class<?> type) {
        return type.getName().replace('.', '/');
    }

    private static boolean isBarred(String name) {
        for (String barred : BARRED) {
            if (name.startsWith(barred)) {
                return true;
            }
        }
        return false;
    }

    private void retransform(List<Class<?>> types) {
        for (int from = 0; from < types.size(); from += BATCH) {
            List<Class<?>> batch = types.subList(from, Math.min(types.size(), from + BATCH));
            try {
                instrumentation.retransformClasses(batch.toArray(new Class<?>[0]));
            } catch (UnmodifiableClassException | RuntimeException | Error e) {
                oneByOne(batch);
            }
        }
    }

    private void oneByOne(List<Class<?>> types) {
        for (Class<?> type : types) {
            try {
                instrumentation.retransformClasses(type);
            } catch (UnmodifiableClassException | RuntimeException | Error e) {
                failed(name(type), e);
            }
        }
    }

    private synchronized void failed(String type, Throwable reason) {
        for (Probe probe : probes) {
            if (probe.meansType(type, null, new String[0])) {
                probe.failed(type);
            }
        }
        if (firstFailure == null) {
            firstFailure = type.replace('/', '.') + ": " + reason;
        }
    }

    /** Why a class could not be changed; null if all could. */
    synchronized String firstFailure() {
        return firstFailure;
    }

    @Override
    public byte[] transform(ClassLoader loader, String name, Class<?> type, ProtectionDomain domain, byte[] bytes) {
        if (!active || name == null || loader == own() || isBarred(name)) {
            return null;
        }
        changing.incrementAndGet();
        try {
            return active ? changed(name, type, bytes) : null;
        } catch (RuntimeException | Error e) {
            failed(name, e);
            return null;
        } finally {
            changing.decrementAndGet();
        }
    }

    private byte[] changed(String name, Class<?> type, byte[] bytes) {
        ClassCode code = null;
        String superName = null;
        String[] interfaces = {};
        if (subtypes) {
            code = new ClassCode(bytes);
            superName = code.superName();
            interfaces = code.interfaces();
        }
        List<Probe> meant = new ArrayList<>();
        for (Probe probe : probes) {
            if (probe.meansType(name, superName, interfaces)) {
                meant.add(probe);
            }
        }
        if (meant.size() < probes.size() && subtypes) {
            synchronized (this) {
                unsure.add(name);
            }
        }
        if (meant.isEmpty()) {
            return null;
        }
        byte[] result = (code == null ? new ClassCode(bytes) : code).with(meant);
        if (result != null) {
            synchronized (this) {
                if (type == null || !changed.containsKey(name)) {
                    changed.put(name, type == null ? System.nanoTime() : start);
                }
            }
        }
        return result;
    }

    /** Gives all classes their own code back. */
    void takeOut() throws InterruptedException {
        if (!active) {
            return;
        }
        active = false;
        for (int millis = 0; changing.get() > 0 && millis < CHANGE_MILLIS; millis++) {
            Thread.sleep(1);
        }
        Set<String> left = changedSince(start);
        Set<String> loading = changedSince(System.nanoTime() - LOADING_NANOS);
        Set<Class<?>> restored = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int scan = 0; scan < SCANS && !left.isEmpty(); scan++) {
            if (scan > 0) {
                Thread.sleep(SCAN_MILLIS);
            }
            Set<String> found = restore(left, restored);
            found.removeAll(loading); // other loaders may have others of these names, which are seen later
            left.removeAll(found);
        }
        instrumentation.removeTransformer(this);
    }

    private synchronized Set<String> changedSince(long nanos) {
        Set<String> names = new HashSet<>();
        for (Map.Entry<String, Long> each : changed.entrySet()) {
            if (each.getValue() - nanos >= 0) {
                names.add(each.getKey());
            }
        }
        return names;
    }

    /** Gives the loaded classes of these names their own code back, but for those that have it already; the names that were found. */
    private Set<String> restore(Set<String> names, Set<Class<?>> restored) {
        Set<String> found = new HashSet<>();
        List<Class<?>> types = new ArrayList<>();
        for (Class<?> type : instrumentation.getAllLoadedClasses()) {
            if (names.contains(name(type)) && instrumentation.isModifiableClass(type)) {
                found.add(name(type));
                if (restored.add(type)) {
                    types.add(type);
                }
            }
        }
        retransform(types);
        return found;
    }
}
