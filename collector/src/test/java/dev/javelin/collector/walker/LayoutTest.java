package dev.javelin.collector.walker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java constants against what the C compiler makes of javelin.h. */
class LayoutTest {
    private static final Path HEADER = Path.of("../bpf/src/main/bpf/javelin.h").toAbsolutePath();

    @TempDir
    static Path directory;

    private static final Map<String, Long> VALUES = new LinkedHashMap<>();

    @BeforeAll
    static void askTheCompiler() throws IOException, InterruptedException {
        List<String> expressions = new ArrayList<>(List.of(
                "sizeof(struct record_header)",
                "sizeof(struct sample)",
                "sizeof(struct mapping)",
                "sizeof(struct process)",
                "sizeof(struct probe)",
                "offsetof(struct probe, period)",
                "offsetof(struct probe, arguments)",
                "offsetof(struct probe, predicate)",
                "sizeof(struct argument)",
                "sizeof(struct predicate_op)",
                "SAMPLE_INTERRUPT",
                "offsetof(struct total_key, probe)",
                "offsetof(struct total_key, wait)",
                "offsetof(struct bucket_key, bucket)",
                "offsetof(struct schedule, pid)",
                "offsetof(struct schedule, call_cpu)",
                "sizeof(struct slot_table)",
                "offsetof(struct slot_table, object_class)",
                "offsetof(struct slot_table, vthread_tid)",
                "offsetof(struct slot_table, tasks)",
                "offsetof(struct unmounted, waiting)",
                "CALL_VIRTUAL",
                "CALL_TASK",
                "CALL_SLOT_SHIFT",
                "WAIT_UNMOUNTED",
                "offsetof(struct told_call, name)",
                "offsetof(struct call_wait, nanos)",
                "offsetof(struct call_wait, object)",
                "offsetof(struct call_wait, family)",
                "offsetof(struct call_wait, address6)",
                "offsetof(struct told_call, nanos)",
                "offsetof(struct told_path, path)",
                "PATH_BYTES",
                "offsetof(struct told_call, trace)",
                "sizeof(struct trace_context)",
                "offsetof(struct process, trace_module)",
                "offsetof(struct process, hotspot)",
                "STATIC_MODULE",
                "offsetof(struct probe, texts)",
                "offsetof(struct probe, text)",
                "offsetof(struct probe, returned)",
                "sizeof(struct text_argument)",
                "MAX_TEXTS",
                "ZERO_TERMINATED",
                "TEXT_BYTES",
                "TEXT_WORDS * 8",
                "sizeof(struct text)",
                "sizeof(struct hit)",
                "HIT_WORDS * 8",
                "offsetof(struct hit, retval)",
                "offsetof(struct hit, duration)",
                "offsetof(struct hit, syscall)",
                "MAX_USER_FRAMES",
                "FRAME_WORDS * 8",
                "WALK_ENDS",
                "COUNTERS"));
        for (String field : List.of(
                "tid",
                "cpu",
                "kernel_frames",
                "user_frames",
                "end",
                "flags",
                "probe",
                "value",
                "end_pc",
                "java_thread",
                "call",
                "comm",
                "trace")) {
            expressions.add("offsetof(struct sample, " + field + ")");
        }
        for (String constant : List.of(
                "FRAME_NATIVE",
                "FRAME_INTERPRETED",
                "FRAME_COMPILED",
                "FRAME_STUB",
                "FRAME_SKIPPED",
                "FRAME_CARRIER",
                "FRAME_LEAF",
                "FRAME_SCANNED",
                "FRAME_FROZEN",
                "RECORD_SAMPLE",
                "RECORD_EXEC",
                "RECORD_EXIT",
                "RECORD_STACK",
                "RECORD_THREAD",
                "RECORD_HIT",
                "RECORD_WAIT",
                "RECORD_CALL",
                "RECORD_PATH",
                "WAIT_UNTOLD",
                "PROBE_TRACE",
                "PROBE_STACKS",
                "PROBE_BUCKETS",
                "PROBE_CALLS",
                "WHAT_SYSCALL",
                "ARGUMENT_FIELD",
                "PREDICATE_OR")) {
            expressions.add(constant);
        }
        StringBuilder source =
                new StringBuilder("#include <stddef.h>\n#include <stdio.h>\n#include \"" + HEADER + "\"\n");
        source.append("int main(void) {\n");
        for (String expression : expressions) {
            source.append("printf(\"%ld\\n\", (long)(").append(expression).append("));\n");
        }
        Path program = directory.resolve("layout.c");
        Files.writeString(program, source.append("}\n"));
        Path binary = directory.resolve("layout");
        run("gcc", "-o", binary.toString(), program.toString());
        String[] lines = run(binary.toString()).lines().toArray(String[]::new);
        for (int i = 0; i < lines.length; i++) {
            VALUES.put(expressions.get(i), Long.parseLong(lines[i]));
        }
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private static long value(String expression) {
        return VALUES.get(expression);
    }

    private static long offset(String field) {
        return value("offsetof(struct sample, " + field + ")");
    }

    @Test
    void shouldAgreeOnSizes() {
        assertThat(value("sizeof(struct record_header)")).isEqualTo(SampleDescriptor.HEADER_BYTES);
        assertThat(value("sizeof(struct sample)")).isEqualTo(SampleDescriptor.SAMPLE_BYTES);
        assertThat(value("sizeof(struct mapping)")).isEqualTo(MappingRow.BYTES);
        assertThat(value("sizeof(struct process)")).isEqualTo(HotSpotRow.BYTES);
        assertThat(value("FRAME_WORDS * 8")).isEqualTo(RawFrame.BYTES);
    }

    @Test
    void shouldAgreeOnTheFieldsOfASample() {
        assertThat(offset("tid")).isEqualTo(SampleDescriptor.TID);
        assertThat(offset("cpu")).isEqualTo(SampleDescriptor.CPU);
        assertThat(offset("kernel_frames")).isEqualTo(SampleDescriptor.KERNEL_FRAMES);
        assertThat(offset("user_frames")).isEqualTo(SampleDescriptor.USER_FRAMES);
        assertThat(offset("end")).isEqualTo(SampleDescriptor.END);
        assertThat(offset("flags")).isEqualTo(SampleDescriptor.FLAGS);
        assertThat(offset("probe")).isEqualTo(SampleDescriptor.PROBE);
        assertThat(offset("value")).isEqualTo(SampleDescriptor.VALUE);
        assertThat(offset("end_pc")).isEqualTo(SampleDescriptor.END_PC);
        assertThat(offset("java_thread")).isEqualTo(SampleDescriptor.JAVA_THREAD);
        assertThat(offset("call")).isEqualTo(SampleDescriptor.CALL);
        assertThat(offset("comm")).isEqualTo(SampleDescriptor.COMM);
        assertThat(offset("trace")).isEqualTo(SampleDescriptor.TRACE);
    }

    @Test
    void shouldAgreeOnNumbers() {
        assertThat(value("FRAME_NATIVE")).isEqualTo(RawFrame.NATIVE);
        assertThat(value("FRAME_INTERPRETED")).isEqualTo(RawFrame.INTERPRETED);
        assertThat(value("FRAME_COMPILED")).isEqualTo(RawFrame.COMPILED);
        assertThat(value("FRAME_STUB")).isEqualTo(RawFrame.STUB);
        assertThat(value("FRAME_SKIPPED")).isEqualTo(RawFrame.SKIPPED);
        assertThat(value("FRAME_CARRIER")).isEqualTo(RawFrame.CARRIER);
        assertThat(value("FRAME_LEAF")).isEqualTo(RawFrame.FLAG_LEAF);
        assertThat(value("FRAME_SCANNED")).isEqualTo(RawFrame.FLAG_SCANNED);
        assertThat(value("FRAME_FROZEN")).isEqualTo(RawFrame.FLAG_FROZEN);
        assertThat(value("RECORD_SAMPLE")).isEqualTo(SampleDescriptor.TYPE_SAMPLE);
        assertThat(value("RECORD_EXEC")).isEqualTo(SampleDescriptor.TYPE_EXEC);
        assertThat(value("RECORD_EXIT")).isEqualTo(SampleDescriptor.TYPE_EXIT);
    }

    @Test
    void shouldAgreeOnProbesAndWhatTheyCount() {
        assertThat(value("sizeof(struct probe)")).isEqualTo(ProbeRow.BYTES);
        assertThat(value("offsetof(struct probe, period)")).isEqualTo(24);
        assertThat(value("offsetof(struct probe, arguments)")).isEqualTo(32);
        assertThat(value("offsetof(struct probe, predicate)")).isEqualTo(224);
        assertThat(value("sizeof(struct argument)")).isEqualTo(16);
        assertThat(value("sizeof(struct predicate_op)")).isEqualTo(16);
        assertThat(value("offsetof(struct total_key, probe)")).isEqualTo(16);
        assertThat(value("offsetof(struct total_key, wait)")).isEqualTo(28);
        assertThat(value("offsetof(struct bucket_key, bucket)")).isEqualTo(12);
        assertThat(value("offsetof(struct schedule, pid)")).isEqualTo(56);
        assertThat(value("offsetof(struct schedule, call_cpu)")).isEqualTo(96);
        assertThat(value("sizeof(struct slot_table)")).isEqualTo(SlotTable.BYTES);
        assertThat(value("offsetof(struct slot_table, object_class)")).isEqualTo(20);
        assertThat(value("offsetof(struct slot_table, vthread_tid)")).isEqualTo(26);
        assertThat(value("offsetof(struct slot_table, tasks)")).isEqualTo(28);
        assertThat(value("offsetof(struct unmounted, waiting)")).isEqualTo(32);
        assertThat(CallId.ofVirtual(5, 1)).isEqualTo(value("CALL_VIRTUAL") | 5L << value("CALL_SLOT_SHIFT") | 1);
        long task = value("CALL_TASK") | 5L << value("CALL_SLOT_SHIFT") | 1;
        assertThat(CallId.isTask(task)).isTrue();
        assertThat(CallId.isTask(CallId.ofVirtual(5, 1))).isFalse();
        assertThat(CallId.ofTasks(CallId.ofVirtual(5, 1))).isEqualTo(CallId.ofTasks(task));
        assertThat(value("WAIT_UNMOUNTED")).isEqualTo(7);
        assertThat(value("offsetof(struct told_call, name)")).isEqualTo(64);
        assertThat(value("offsetof(struct call_wait, nanos)")).isEqualTo(40);
        assertThat(value("offsetof(struct call_wait, object)")).isEqualTo(88);
        assertThat(value("offsetof(struct call_wait, family)")).isEqualTo(102);
        assertThat(value("offsetof(struct call_wait, address6)")).isEqualTo(104);
        assertThat(value("offsetof(struct told_call, nanos)")).isEqualTo(48);
        assertThat(value("offsetof(struct told_call, trace)")).isEqualTo(ToldCall.TRACE);
        assertThat(value("sizeof(struct trace_context)")).isEqualTo(TraceContext.BYTES);
        assertThat(value("offsetof(struct process, trace_module)")).isEqualTo(16);
        assertThat(value("offsetof(struct process, hotspot)")).isEqualTo(32);
        assertThat(value("STATIC_MODULE")).isEqualTo(TraceVariable.STATIC);
        assertThat(value("RECORD_WAIT")).isEqualTo(SampleDescriptor.TYPE_WAIT);
        assertThat(value("RECORD_CALL")).isEqualTo(SampleDescriptor.TYPE_CALL);
        assertThat(value("RECORD_PATH")).isEqualTo(SampleDescriptor.TYPE_PATH);
        assertThat(value("offsetof(struct told_path, path)")).isEqualTo(ToldPath.PATH);
        assertThat(value("PATH_BYTES")).isEqualTo(ToldPath.PATH_BYTES);
        assertThat(value("WAIT_UNTOLD")).isEqualTo(6);
        assertThat(value("SAMPLE_INTERRUPT")).isEqualTo(SampleDescriptor.FLAG_INTERRUPT);
        assertThat(value("RECORD_STACK")).isEqualTo(SampleDescriptor.TYPE_STACK);
        assertThat(value("RECORD_THREAD")).isEqualTo(SampleDescriptor.TYPE_THREAD);
        assertThat(value("RECORD_HIT")).isEqualTo(SampleDescriptor.TYPE_HIT);
        assertThat(value("PROBE_TRACE")).isEqualTo(ProbeRow.FLAG_TRACE);
        assertThat(value("sizeof(struct hit)")).isEqualTo(SampleDescriptor.HIT_BYTES);
        assertThat(value("HIT_WORDS * 8")).isEqualTo(SampleDescriptor.HIT_BYTES);
        assertThat(value("offsetof(struct hit, retval)")).isEqualTo(SampleDescriptor.HIT_RETVAL);
        assertThat(value("offsetof(struct hit, duration)")).isEqualTo(SampleDescriptor.HIT_DURATION);
        assertThat(value("offsetof(struct hit, syscall)")).isEqualTo(SampleDescriptor.HIT_SYSCALL);
        assertThat(value("offsetof(struct probe, texts)")).isEqualTo(736);
        assertThat(value("offsetof(struct probe, text)")).isEqualTo(740);
        assertThat(value("offsetof(struct probe, returned)")).isEqualTo(752);
        assertThat(value("sizeof(struct text_argument)")).isEqualTo(2);
        assertThat(value("MAX_TEXTS")).isEqualTo(ProbeRow.MAX_TEXTS);
        assertThat(value("ZERO_TERMINATED")).isEqualTo(ProbeRow.Text.ZERO_TERMINATED);
        assertThat(value("TEXT_BYTES")).isEqualTo(SampleDescriptor.TEXT_SHOWN);
        assertThat(value("TEXT_WORDS * 8")).isEqualTo(SampleDescriptor.TEXT_BYTES);
        assertThat(value("sizeof(struct text)")).isEqualTo(SampleDescriptor.TEXT_BYTES);
        assertThat(value("PROBE_STACKS")).isEqualTo(ProbeRow.FLAG_STACKS);
        assertThat(value("PROBE_BUCKETS")).isEqualTo(ProbeRow.FLAG_BUCKETS);
        assertThat(value("PROBE_CALLS")).isEqualTo(ProbeRow.FLAG_CALLS);
        assertThat(value("WHAT_SYSCALL")).isEqualTo(ProbeRow.What.SYSCALL.code());
        assertThat(value("ARGUMENT_FIELD")).isEqualTo(ProbeRow.Argument.FIELD);
        assertThat(value("PREDICATE_OR")).isEqualTo(dev.javelin.collector.probe.PredicateOp.Op.OR.code());
    }

    @Test
    void shouldNameEveryEndAndCounter() {
        assertThat(value("WALK_ENDS")).isEqualTo(StackEnd.count());
        assertThat(value("COUNTERS")).isEqualTo(Counter.values().length);
    }
}
