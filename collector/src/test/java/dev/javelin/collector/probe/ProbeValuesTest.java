package dev.javelin.collector.probe;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.collector.session.JavelinException;
import dev.javelin.collector.walker.ProbeRow.What;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProbeValuesTest {
    private static final String REFUSED = ": has no returned value: the function is void";

    private static Found function(boolean isVoid) {
        return new Found(List.of(), List.of(), null, List.of(), null, isVoid);
    }

    @Test
    void whatAVoidFunctionReturnsIsRefused() {
        ProbeSpec plain = ProbeSpec.parse("kretprobe:mark_page_accessed");
        ProbeSpec condition = ProbeSpec.parse("kretprobe:mark_page_accessed /retval > 0/");
        assertThatThrownBy(() -> ProbeValues.require(condition, function(true), false, What.ONE))
                .isInstanceOf(JavelinException.class)
                .hasMessage(condition.text() + REFUSED);
        assertThatThrownBy(() -> ProbeValues.require(plain, function(true), true, What.RETURN))
                .hasMessage(plain.text() + REFUSED);
        assertThatThrownBy(() -> EventNumbers.check(plain, List.of(function(true)), What.RETURN))
                .hasMessage(plain.text() + REFUSED);
        assertThatCode(() -> {
                    ProbeValues.require(plain, function(true), true, What.THREAD);
                    ProbeValues.require(condition, function(false), false, What.ONE);
                    EventNumbers.check(plain, List.of(function(true)), What.ONE);
                    EventNumbers.check(plain, List.of(function(false)), What.RETURN);
                })
                .doesNotThrowAnyException();
    }
}
