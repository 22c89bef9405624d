package dev.javelin.collector.attach;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HotSpotAttachTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            PATH=/bin | java Main | false
            PATH=/bin | java -XX:+DisableAttachMechanism Main | true
            JAVA_TOOL_OPTIONS=-Xmx1g -XX:+DisableAttachMechanism | java Main | true
            PATH=/bin,JDK_JAVA_OPTIONS='-XX:+DisableAttachMechanism' | java Main | true
            _JAVA_OPTIONS=-XX:+DisableAttachMechanism | java Main | true
            NOT_JAVA_TOOL_OPTIONS=-XX:+DisableAttachMechanism | java Main | false
            JAVA_TOOL_OPTIONS=-XX:+DisableAttachMechanism | java -XX:-DisableAttachMechanism Main | false
            _JAVA_OPTIONS=-XX:-DisableAttachMechanism | java -XX:+DisableAttachMechanism Main | false
            """, quoteCharacter = '"')
    void shouldSeeThatAttachingIsDisabled(String environment, String command, boolean disabled) {
        assertThat(HotSpotAttach.isDisabled(environment.replace(',', '\0') + "\0", List.of(command.split(" "))))
                .isEqualTo(disabled);
    }
}
