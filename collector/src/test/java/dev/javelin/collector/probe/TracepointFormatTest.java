package dev.javelin.collector.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.collector.walker.ProbeRow.Argument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TracepointFormatTest {
    @TempDir
    Path directory;

    @Test
    void shouldTakeTheFieldsAfterTheCommonOnes() throws IOException {
        Path format = format();

        assertThat(TracepointFormat.read(format))
                .containsExactly(
                        new Argument(Argument.CONSTANT, 8, false, 0, 0, 0, 0),
                        new Argument(Argument.FIELD, 4, true, 0, 0, 0, 12),
                        new Argument(Argument.CONSTANT, 8, false, 0, 0, 0, 0),
                        new Argument(Argument.FIELD, 8, false, 0, 0, 0, 32));
    }

    @Test
    void shouldNameTheFieldsThatAreNumbers() throws IOException {
        assertThat(TracepointFormat.parameters(format()))
                .containsExactly(
                        new Parameter(1, "parent_pid", Parameter.Form.NUMBER),
                        new Parameter(3, "bytes", Parameter.Form.NUMBER));
    }

    private Path format() throws IOException {
        return Files.writeString(directory.resolve("format"), """
                name: sched_process_fork
                ID: 366
                format:
                \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
                \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

                \tfield:__data_loc char[] parent_comm;\toffset:8;\tsize:4;\tsigned:0;
                \tfield:pid_t parent_pid;\toffset:12;\tsize:4;\tsigned:1;
                \tfield:char comm[16];\toffset:16;\tsize:16;\tsigned:0;
                \tfield:unsigned long long bytes;\toffset:32;\tsize:8;\tsigned:0;

                print fmt: "comm=%s", REC->comm
                """);
    }
}
