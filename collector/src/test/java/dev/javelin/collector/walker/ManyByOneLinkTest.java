package dev.javelin.collector.walker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.bpf.BpfException;
import dev.javelin.bpf.BpfLink;
import dev.javelin.bpf.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ManyByOneLinkTest {
    private static final Set<Integer> REFUSALS = Set.of(Errno.ESRCH);

    private final List<List<Integer>> attached = new ArrayList<>();
    private final List<BpfLink> links = new ArrayList<>();

    private List<Integer> attach(List<Integer> places, Set<Integer> unsuitable, int errno) {
        return ManyByOneLink.attach(
                places,
                part -> {
                    if (part.stream().anyMatch(unsuitable::contains)) {
                        throw new BpfException("attach", "places", errno, "");
                    }
                    attached.add(part);
                    return null;
                },
                REFUSALS,
                links);
    }

    @Test
    void allAreAttachedAtOnceWhereThatIsPossible() {
        List<Integer> places = IntStream.range(0, 1000).boxed().toList();
        assertThat(attach(places, Set.of(), Errno.ESRCH)).isEmpty();
        assertThat(attached).containsExactly(places);
        assertThat(links).hasSize(1);
        assertThat(attach(List.of(), Set.of(), Errno.ESRCH)).isEmpty();
        assertThat(links).hasSize(1);
    }

    @Test
    void whatIsRefusedIsLeftOutAndNothingElse() {
        List<Integer> places = IntStream.range(0, 1000).boxed().toList();
        assertThat(attach(places, Set.of(3, 777), Errno.ESRCH)).containsExactlyInAnyOrder(3, 777);
        assertThat(attached.stream().flatMap(List::stream)).hasSize(998).doesNotHaveDuplicates();
        assertThat(attached).hasSizeLessThan(25);
    }

    @Test
    void otherFailuresAndThatOfTheOnlyPlaceAreTold() {
        assertThatThrownBy(() -> attach(List.of(1, 2), Set.of(2), Errno.EPERM)).isInstanceOf(BpfException.class);
        assertThatThrownBy(() -> attach(List.of(2), Set.of(2), Errno.ESRCH)).isInstanceOf(BpfException.class);
        assertThat(links).isEmpty();
    }
}
