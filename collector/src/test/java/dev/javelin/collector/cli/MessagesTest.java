package dev.javelin.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MessagesTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    @Test
    void shouldShowNoProgressWhereThereIsNoTerminal() {
        Messages messages = new Messages(out, false);

        messages.progress("1 s");
        messages.line("done");

        assertThat(text()).isEqualTo("done\n");
    }

    @Test
    void shouldOverwriteProgressByMessages() {
        Messages messages = new Messages(out, true);

        messages.progress("1 s");
        messages.line("done");

        assertThat(text()).isEqualTo("\r\u001b[K1 s\r\u001b[Kdone\n");
    }

    @Test
    void shouldTakeMessagesFromAStreamLineByLineAndHarmless() {
        PrintStream stream = new Messages(out, false).stream();

        stream.print("process 1 of ");
        stream.print("Zo");
        stream.println("ë\u001b[2J");
        stream.print("unfinished");
        stream.flush();

        assertThat(text()).isEqualTo("process 1 of Zoë\\u001b[2J\n");
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
