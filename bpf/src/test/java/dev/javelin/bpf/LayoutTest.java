package dev.javelin.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.bpf.jna.LibC;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Compares the constants written in Java with what the C compiler says. */
class LayoutTest {
    @Test
    void shouldAgreeWithTheCompiler() throws Exception {
        Map<String, Long> java = new TreeMap<>();
        java.put("sizeof bpf_object_open_opts", (long) BpfObject.OPEN_OPTS_SIZE);
        java.put("bpf_object_open_opts.object_name", (long) BpfObject.OPEN_OPTS_OBJECT_NAME);
        java.put("sizeof bpf_perf_event_opts", (long) BpfProgram.COOKIE_OPTS_SIZE);
        java.put("bpf_perf_event_opts.bpf_cookie", (long) BpfProgram.COOKIE_OPTS_COOKIE);
        java.put("sizeof bpf_tracepoint_opts", (long) BpfProgram.COOKIE_OPTS_SIZE);
        java.put("bpf_tracepoint_opts.bpf_cookie", (long) BpfProgram.COOKIE_OPTS_COOKIE);
        java.put("sizeof bpf_uprobe_opts", (long) BpfProgram.UPROBE_OPTS_SIZE);
        java.put("bpf_uprobe_opts.ref_ctr_offset", (long) BpfProgram.UPROBE_OPTS_SEMAPHORE);
        java.put("bpf_uprobe_opts.bpf_cookie", (long) BpfProgram.UPROBE_OPTS_COOKIE);
        java.put("bpf_uprobe_opts.retprobe", (long) BpfProgram.UPROBE_OPTS_RETURN);
        java.put("sizeof bpf_kprobe_opts", (long) BpfProgram.KPROBE_OPTS_SIZE);
        java.put("bpf_kprobe_opts.bpf_cookie", (long) BpfProgram.KPROBE_OPTS_COOKIE);
        java.put("bpf_kprobe_opts.offset", (long) BpfProgram.KPROBE_OPTS_OFFSET);
        java.put("bpf_kprobe_opts.retprobe", (long) BpfProgram.KPROBE_OPTS_RETURN);
        java.put("link_create.kprobe_multi.flags", (long) BpfProgram.KPROBES_FLAGS);
        java.put("link_create.kprobe_multi.cnt", (long) BpfProgram.KPROBES_COUNT);
        java.put("link_create.kprobe_multi.syms", (long) BpfProgram.KPROBES_NAMES);
        java.put("link_create.kprobe_multi.cookies", (long) BpfProgram.KPROBES_COOKIES);
        java.put("sizeof bpf_prog_info", (long) BpfProgram.INFO_SIZE);
        java.put("bpf_prog_info.run_time_ns", (long) BpfProgram.INFO_RUN_TIME_NS);
        java.put("bpf_prog_info.run_cnt", (long) BpfProgram.INFO_RUN_COUNT);
        java.put("bpf_prog_info.recursion_misses", (long) BpfProgram.INFO_RECURSION_MISSES);
        java.put("bpf_prog_info.verified_insns", (long) BpfProgram.INFO_VERIFIED_INSNS);
        java.put("perf_event_attr.type", (long) PerfEvent.ATTR_TYPE);
        java.put("perf_event_attr.size", (long) PerfEvent.ATTR_SIZE_AT);
        java.put("perf_event_attr.config", (long) PerfEvent.ATTR_CONFIG);
        java.put("perf_event_attr.sample_period", (long) PerfEvent.ATTR_PERIOD);
        java.put("perf_event_attr.wakeup_events", PerfEvent.ATTR_FLAGS + 8L);
        java.put("perf_event_attr.disabled", PerfEvent.FLAG_DISABLED);
        java.put("perf_event_attr.exclude_user", PerfEvent.FLAG_EXCLUDE_USER);
        java.put("perf_event_attr.exclude_kernel", PerfEvent.FLAG_EXCLUDE_KERNEL);
        java.put("perf_event_attr.exclude_idle", PerfEvent.FLAG_EXCLUDE_IDLE);
        java.put("perf_event_attr.freq", PerfEvent.FLAG_FREQUENCY);
        java.put("sizeof epoll_event", (long) LibC.EPOLL_EVENT_SIZE);
        java.put("PERF_ATTR_SIZE_VER5", (long) PerfEvent.ATTR_SIZE);
        java.put("PERF_EVENT_IOC_ENABLE", PerfEvent.IOC_ENABLE);
        java.put("PERF_EVENT_IOC_DISABLE", PerfEvent.IOC_DISABLE);
        java.put("BPF_RINGBUF_BUSY_BIT", Integer.toUnsignedLong(RingBuffer.BUSY));
        java.put("BPF_RINGBUF_DISCARD_BIT", (long) RingBuffer.DISCARDED);
        java.put("BPF_RINGBUF_HDR_SZ", (long) RingBuffer.HEADER);
        assertThat(java).isEqualTo(saidByC());
    }

    private static Map<String, Long> saidByC() throws IOException, InterruptedException {
        Process layout = new ProcessBuilder("target/test-c/layout").start();
        Map<String, Long> values = new TreeMap<>();
        for (String line : new String(layout.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                .lines()
                .toList()) {
            int space = line.lastIndexOf(' ');
            values.put(line.substring(0, space), Long.valueOf(line.substring(space + 1)));
        }
        assertThat(layout.waitFor()).isZero();
        return values;
    }
}
