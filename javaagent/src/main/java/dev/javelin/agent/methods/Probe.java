package dev.javelin.agent.methods;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/** One probe, and what was found for it so far. Any thread may use it: classes are loaded by all. */
final class Probe {
    /** How many names of methods are kept for a message. */
    private static final int MOST_NAMES = 2_000;

    /** Why a method that fits is not probed, or what is to be known of one that is. */
    enum Case {
        PROBED,
        NATIVE,
        ABSTRACT,
        /** Probed, but compiled code may do without calling it. */
        INTRINSIC,
        /** Its class cannot be changed. */
        FIXED,
        /** Changing its class failed. */
        FAILED,
        /** Probed, and its monitor is entered before the probe. */
        SYNCHRONIZED
    }

    private final MethodPattern pattern;
    private final long word;
    private final boolean slots;
    private final Hook hook;
    private final List<Set<String>> found = new ArrayList<>();
    private final Set<String> types = new HashSet<>();
    private final Set<String> names = new HashSet<>();
    /** Types that are below those of the pattern. */
    private final Set<String> subtypes = new HashSet<>();

    Probe(MethodPattern pattern, long word, boolean slots) {
        this(pattern, word, slots, null);
    }

    /** One that follows tasks, and counts nothing. */
    Probe(MethodPattern pattern, Hook hook) {
        this(pattern, 0, false, hook);
    }

    private Probe(MethodPattern pattern, long word, boolean slots, Hook hook) {
        this.pattern = pattern;
        this.word = word;
        this.slots = slots;
        this.hook = hook;
        for (int i = 0; i < Case.values().length; i++) {
            found.add(new HashSet<String>());
        }
    }

    MethodPattern pattern() {
        return pattern;
    }

    /** See {@code Calls}. */
    long word() {
        return word;
    }

    boolean slots() {
        return slots;
    }

    /** Null of one that counts calls. */
    Hook hook() {
        return hook;
    }

    /** Counts a method, or a class that could not be looked into, once. */
    synchronized void found(Case which, String method) {
        found.get(which.ordinal()).add(method);
    }

    /** A class could not be changed, for all that was found in it. */
    synchronized void failed(String type) {
        for (Case which : new Case[] {Case.PROBED, Case.INTRINSIC, Case.SYNCHRONIZED}) {
            for (Iterator<String> methods = found.get(which.ordinal()).iterator(); methods.hasNext(); ) {
                if (methods.next().startsWith(type + ".")) {
                    methods.remove();
                }
            }
        }
        found.get(Case.FAILED.ordinal()).add(type);
    }

    synchronized int count(Case which) {
        return found.get(which.ordinal()).size();
    }

    /** Notes a class that fits, and what its methods are called. */
    synchronized void seen(String type, Collection<String> methods) {
        types.add(type);
        if (names.size() < MOST_NAMES) {
            names.addAll(methods);
        }
    }

    /** How many classes were seen that fit. */
    synchronized int types() {
        return types.size();
    }

    synchronized List<String> names() {
        return new ArrayList<>(names);
    }

    /** Whether a class fits by its name, or by that of one above it; names with slashes. */
    synchronized boolean meansType(String name, String superName, String[] interfaces) {
        if (subtypes.contains(name)) {
            return true;
        }
        boolean means = pattern.matchesType(name.replace('/', '.'));
        if (pattern.hasSubtypes() && !means) {
            means = superName != null && subtypes.contains(superName);
            for (int i = 0; i < interfaces.length && !means; i++) {
                means = subtypes.contains(interfaces[i]);
            }
        }
        if (means && pattern.hasSubtypes()) {
            subtypes.add(name);
        }
        return means;
    }

    /** The same for a class that is loaded, whose ancestors can be asked. */
    boolean meansType(Class<?> type) {
        if (pattern.matchesType(type.getName())) {
            return remembered(type);
        }
        return pattern.hasSubtypes() && isBelow(type) && remembered(type);
    }

    private boolean isBelow(Class<?> type) {
        synchronized (this) {
            if (subtypes.contains(type.getName().replace('.', '/'))) {
                return true;
            }
        }
        Class<?> above = type.getSuperclass();
        if (above != null && meansType(above)) {
            return true;
        }
        for (Class<?> implemented : type.getInterfaces()) {
            if (meansType(implemented)) {
                return true;
            }
        }
        return false;
    }

    private synchronized boolean remembered(Class<?> type) {
        if (pattern.hasSubtypes()) {
            subtypes.add(type.getName().replace('.', '/'));
        }
        return true;
    }
}
