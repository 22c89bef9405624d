package dev.javelin.collector.user;

import dev.javelin.collector.session.JavelinException;
import java.util.ArrayList;
import java.util.List;

/** What could not be done with a process, which may have it fail without end: the first few, and how many more. */
final class Failures {
    static final int MOST = 5;

    private final List<JavelinException> first = new ArrayList<>();
    private int more;

    void add(JavelinException failure) {
        if (first.size() < MOST) {
            first.add(failure);
        } else {
            more++;
        }
    }

    /** The first, and behind these one that says how many there were besides. */
    List<JavelinException> told(int pid) {
        List<JavelinException> told = new ArrayList<>(first);
        if (more > 0) {
            told.add(JavelinException.failed("process " + pid + ": " + more + " more of such failures"));
        }
        return told;
    }
}
