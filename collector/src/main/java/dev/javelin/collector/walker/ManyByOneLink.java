package dev.javelin.collector.walker;

import dev.javelin.bpf.BpfException;
import dev.javelin.bpf.BpfLink;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Links that hold many places each, which the kernel refuses as a whole for the sake of a single one. */
final class ManyByOneLink {
    private ManyByOneLink() {}

    /**
     * Attaches by one link, or by more if that is refused. A place of many that is refused by itself is left out.
     *
     * @param attach attaches some of the places
     * @param refusals what the kernel says if a place does not suit it
     * @param links where new links are put
     * @return what was left out
     * @throws BpfException when the kernel refuses for other reasons, or there is one place only
     */
    static <P> List<P> attach(
            List<P> places, Function<List<P>, BpfLink> attach, Set<Integer> refusals, List<BpfLink> links) {
        List<P> refused = new ArrayList<>();
        Deque<List<P>> parts = new ArrayDeque<>();
        if (!places.isEmpty()) {
            parts.add(places);
        }
        while (!parts.isEmpty()) {
            List<P> part = parts.remove();
            try {
                links.add(attach.apply(part));
            } catch (BpfException e) {
                if (!refusals.contains(e.errno()) || places.size() == 1) {
                    throw e;
                }
                if (part.size() == 1) {
                    refused.addAll(part);
                } else {
                    parts.add(part.subList(0, part.size() / 2));
                    parts.add(part.subList(part.size() / 2, part.size()));
                }
            }
        }
        return refused;
    }
}
