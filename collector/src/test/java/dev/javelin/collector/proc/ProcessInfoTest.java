package dev.javelin.collector.proc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessInfoTest {
    private static final int SELF = (int) ProcessHandle.current().pid();

    @Test
    void shouldDescribeThisProcess() throws Exception {
        ProcessInfo self = ProcessInfo.read(SELF);
        assertThat(self.pid()).isEqualTo(SELF);
        assertThat(self.nsPid()).isEqualTo(SELF);
        assertThat(self.comm()).isEqualTo("java");
        assertThat(self.java()).isTrue();
        assertThat(self.arguments()).isNotEmpty();
        assertThat(self.arguments().get(0)).endsWith("java");
        assertThat(self.commandLine()).startsWith(self.arguments().get(0) + " ");
        assertThat(self.startTicks()).isPositive().isEqualTo(ProcessInfo.startTicks(SELF));
        assertThat(self.uid()).isNotNegative();
    }

    @Test
    void shouldListItselfAmongTheJvms() {
        assertThat(ProcessInfo.jvms()).anyMatch(p -> p.pid() == SELF).allMatch(ProcessInfo::java);
    }

    @Test
    void shouldDescribeAnotherProgram() throws Exception {
        Process process = new ProcessBuilder("sleep", "60").start();
        try {
            while (!ProcessInfo.read((int) process.pid()).comm().equals("sleep")) {
                Thread.sleep(5);
            }
            ProcessInfo sleep = ProcessInfo.read((int) process.pid());
            assertThat(sleep.java()).isFalse();
            assertThat(sleep.arguments()).containsExactly("sleep", "60");
            assertThat(sleep.mainClass()).isEqualTo("sleep");
            assertThat(sleep.startTicks()).isGreaterThanOrEqualTo(ProcessInfo.startTicks(SELF));
            assertThat(ProcessInfo.jvms()).noneMatch(p -> p.pid() == process.pid());
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThatThrownBy(() -> ProcessInfo.read((int) process.pid())).isInstanceOf(ProcessGoneException.class);
    }

    @Test
    void shouldSurviveHostileProcessNames() throws Exception {
        Process process = new ProcessBuilder(
                        "sh", "-c", "printf ') R 1 (\\nx' > /proc/self/comm 2>/dev/null; printf x; read wait")
                .start();
        try {
            // printf is a builtin: /proc/self is the shell itself
            assertThat(process.getInputStream().read()).isEqualTo('x');
            ProcessInfo shell = ProcessInfo.read((int) process.pid());
            assertThat(shell.comm()).isEqualTo(") R 1 (\nx");
            assertThat(shell.startTicks()).isGreaterThanOrEqualTo(ProcessInfo.startTicks(SELF));
            assertThat(shell.uid()).isEqualTo(ProcessInfo.read(SELF).uid());
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void shouldNameThreads() throws Exception {
        Map<Integer, String> comms = ProcessInfo.threadComms(SELF);
        assertThat(comms).containsKey(SELF).containsValue("VM Thread");
        int other =
                comms.keySet().stream().filter(tid -> tid != SELF).findFirst().orElseThrow();
        assertThat(ProcessInfo.threadComm(SELF, other)).isEqualTo(comms.get(other));
        assertThatThrownBy(() -> ProcessInfo.read(other))
                .isInstanceOf(IOException.class)
                .hasMessage(other + " is a thread of process " + SELF);
        assertThat(ProcessInfo.threadComms(999_999_999)).isEmpty();
    }

    @Test
    void shouldSayThatThereIsNoSuchProcess() {
        assertThatThrownBy(() -> ProcessInfo.read(999_999_999))
                .isInstanceOf(ProcessGoneException.class)
                .hasMessage("process 999999999 does not exist");
        assertThat(ProcessInfo.isJava(999_999_999)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "java com.example.Main arg | com.example.Main | Main",
                "/usr/bin/java -cp a.jar:b.jar -Xmx1g com.example.Main -jar x.jar | com.example.Main | Main",
                "java -jar /opt/app/server-1.2.jar --port 1 | /opt/app/server-1.2.jar | server-1.2.jar",
                "java -Dx=y -p mods --add-modules a,b -m app/com.example.Main | app/com.example.Main | Main",
                "java --module=app/com.example.Main | app/com.example.Main | Main",
                "java -m app | app | app",
                "java @args.txt --class-path x Hello | Hello | Hello",
                "java --class-path=x --add-opens java.base/java.lang=ALL-UNNAMED p.Hello$Inner | p.Hello$Inner | Hello$Inner",
                "java --source 17 Script.java | Script.java | Script.java",
                "java -XX:+UseZGC | java | java",
                "java -jar | java | java",
                "/opt/kafka/bin/jsvc -x y | jsvc | jsvc",
            })
    void shouldFindTheMainClassInTheCommandLine(String command, String main, String shortName) {
        String found = JavaCommand.mainClass(List.of(command.trim().split(" ", -1)), "comm");
        assertThat(found).isEqualTo(main);
        assertThat(JavaCommand.shortName(found)).isEqualTo(shortName);
    }

    @Test
    void shouldTakeTheCommWhereThereIsNoCommandLine() {
        assertThat(JavaCommand.mainClass(List.of(), "kthreadd")).isEqualTo("kthreadd");
        ProcessInfo info = new ProcessInfo(2, 2, 0, "kthreadd", List.of(), 1, false);
        assertThat(info.commandLine()).isEqualTo("[kthreadd]");
        assertThat(info.shortName()).isEqualTo("kthreadd");
    }
}
