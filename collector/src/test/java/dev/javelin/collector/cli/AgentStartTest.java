package dev.javelin.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class AgentStartTest {
    private final PrintStream nowhere = new PrintStream(new ByteArrayOutputStream());
    private final Cli cli = new Cli(nowhere, new Messages(nowhere, false), List.of());

    /** What picocli makes of the same words, in each field of the command and of what it consists of. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "--file=a.html",
                "--event=cpu --file=a=b.html",
                "--event=cpu --event=offcpu --file=a.html",
                "--interval=1ms --file=a.html",
                "--frequency=99 --duration=10s --file=a.jfr",
                "--loop=1h --file=a-%t.jfr",
                "--threads --simple --total --file=a.html",
                "--include=a,b --include=c --exclude=d --title='x y' --file=a.html"
            })
    void usualOptionsAreReadAsPicocliReadsThem(String options) throws Exception {
        List<String> words = words(options);
        RecordCommand byPicocli = new RecordCommand(cli);
        new CommandLine(byPicocli).parseArgs(words.subList(1, words.size()).toArray(String[]::new));
        assertThat(fields(AgentStart.command(cli, words))).isEqualTo(fields(byPicocli));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"--depth=10", "--mode=auto", "--nonsense", "--nonsense=1", "--file", "-f", "--threads=true"})
    void otherOptionsAreForPicocli(String option) {
        assertThat(AgentStart.command(cli, words(option))).isNull();
    }

    @Test
    void onlyAnAgentsCommandIsRead() {
        assertThat(AgentStart.command(cli, List.of("record", "--file=a.html", "123")))
                .isNull();
        assertThat(AgentStart.command(cli, List.of("latency", "--for-agent", "123")))
                .isNull();
        assertThat(AgentStart.command(cli, List.of("record", "--for-agent", "Main")))
                .isNull();
        assertThat(AgentStart.command(cli, List.of())).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--file=a.html", "--event=cpu", "--event=cpu --interval=1ms --title=--user"})
    void beginsBeforeTheOptionsAreRead(String options) {
        assertThat(AgentStart.canBegin(words(options))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--event=offcpu",
                "--event=cpu,offcpu",
                "--mode=user",
                "--daemon=/x",
                "--depth=9",
                "--user",
                "--alloc=1m"
            })
    void doesNotBeginWhatIsNotWanted(String options) {
        assertThat(AgentStart.canBegin(words(options))).isFalse();
    }

    private static List<String> words(String options) {
        List<String> words = new ArrayList<>(List.of("record", "--for-agent"));
        words.addAll(Arrays.asList(options.split(" (?!y)")));
        words.add("123");
        return words;
    }

    private static Map<String, Object> fields(Object settings) throws IllegalAccessException {
        Map<String, Object> fields = new TreeMap<>();
        for (Field field : settings.getClass().getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers()) || field.getName().equals("spec")) {
                continue;
            }
            field.setAccessible(true);
            Object value = field.get(settings);
            fields.put(
                    field.getName(),
                    value != null && value.getClass().getSimpleName().endsWith("Settings") ? fields(value) : value);
        }
        return fields;
    }
}
