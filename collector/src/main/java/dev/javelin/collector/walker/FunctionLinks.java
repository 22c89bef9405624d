package dev.javelin.collector.walker;

import dev.javelin.bpf.BpfLink;
import dev.javelin.bpf.BpfObject;
import dev.javelin.bpf.BpfProgram;
import dev.javelin.bpf.Errno;
import dev.javelin.bpf.UprobePlace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Attaches the functions of a probe. The lower half of a cookie is the probe's row, the upper half the function's number, by which calls are
 * told apart: where one function ends by jumping to another, both calls have the same frame. Used by one thread.
 */
final class FunctionLinks {
    /** What one link can hold: the functions of a file in a process, at their returns or their entries. */
    private record Together(int pid, String path) {}

    /** An instruction of a process. */
    private record Place(int pid, String path, long offset) {}

    static final String ENTRY = "on_function";
    static final String RETURN = "on_function_return";

    private final BpfObject object;
    private final int row;
    private final List<BpfLink> links;
    private final Map<Object, Integer> numbers = new HashMap<>();
    private final Set<Place> refused = new HashSet<>();

    /**
     * Of one probe.
     *
     * @param links where new links are put
     */
    FunctionLinks(BpfObject object, int row, List<BpfLink> links) {
        this.object = object;
        this.row = row;
        this.links = links;
    }

    /** The cookie of a function; equal ones have the same. */
    long cookie(Object function) {
        return (long) number(function) << 32 | row;
    }

    private int number(Object function) {
        return numbers.computeIfAbsent(function, key -> numbers.size());
    }

    /** Functions that could not be probed, because of their instructions. */
    int refused() {
        return refused.size();
    }

    /**
     * Attaches those in user space, returns first.
     *
     * @param multi whether a link can hold many
     * @throws dev.javelin.bpf.BpfException when the kernel refuses
     */
    void attach(List<AttachPoint> points, boolean multi) {
        if (multi) {
            attachTogether(points);
            return;
        }
        for (AttachPoint point : points) {
            if (point instanceof AttachPoint.Return back) {
                long cookie = cookie(new Place(back.pid(), back.path(), back.offset()));
                links.add(object.program(RETURN).attachUprobe(back.pid(), back.path(), back.offset(), true, cookie));
            } else if (point instanceof AttachPoint.Entry at) {
                long cookie = cookie(new Place(at.pid(), at.path(), at.offset()));
                BpfProgram program = object.program(ENTRY);
                links.add(program.attachUprobe(at.pid(), at.path(), at.offset(), false, cookie, at.semaphore()));
            }
        }
    }

    private void attachTogether(List<AttachPoint> points) {
        Map<Together, List<UprobePlace>> returns = new LinkedHashMap<>();
        Map<Together, List<UprobePlace>> entries = new LinkedHashMap<>();
        for (AttachPoint point : points) {
            if (point instanceof AttachPoint.Return back) {
                int number = number(new Place(back.pid(), back.path(), back.offset()));
                returns.computeIfAbsent(new Together(back.pid(), back.path()), k -> new ArrayList<>())
                        .add(new UprobePlace(back.offset(), 0, number));
            } else if (point instanceof AttachPoint.Entry at) {
                int number = number(new Place(at.pid(), at.path(), at.offset()));
                entries.computeIfAbsent(new Together(at.pid(), at.path()), k -> new ArrayList<>())
                        .add(new UprobePlace(at.offset(), at.semaphore(), number));
            }
        }
        returns.forEach((at, places) -> attachTogether(object.program(RETURN), true, at, places));
        entries.forEach((at, places) -> {
            places.removeIf(place -> refused.contains(new Place(at.pid(), at.path(), place.offset())));
            attachTogether(object.program(ENTRY), false, at, places);
        });
    }

    /**
     * The kernel refuses a link for the sake of one place whose instruction it cannot execute elsewhere. That one of many is left out; if
     * there is no other, this fails.
     */
    private void attachTogether(BpfProgram program, boolean onReturn, Together at, List<UprobePlace> places) {
        ManyByOneLink.attach(
                        places,
                        part -> program.attachUprobes(at.pid(), at.path(), onReturn, row, part),
                        Set.of(Errno.ENOTSUPP),
                        links)
                .forEach(place -> refused.add(new Place(at.pid(), at.path(), place.offset())));
    }
}
