// SPDX-License-Identifier: Apache-2.0
// Prints the sizes and offsets of the C structs that Java code fills or reads by hand: "name value" lines.
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>

#define SIZE(type) printf("sizeof " #type " %zu\n", sizeof(struct type))
#define CREATE(field) printf("link_create." #field " %zu\n", offsetof(union bpf_attr, link_create.field))
#define OFFSET(type, field) printf(#type "." #field " %zu\n", offsetof(struct type, field))

// The value of the 64 bits that hold perf_event_attr's flags when only this one is set.
#define FLAG(flag)                                                                       \
  do {                                                                                   \
    struct perf_event_attr attr = {.flag = 1};                                           \
    unsigned long long bits;                                                             \
    memcpy(&bits, (char *)&attr + offsetof(struct perf_event_attr, read_format) + 8, 8); \
    printf("perf_event_attr." #flag " %llu\n", bits);                                    \
  } while (0)

int main(void) {
  SIZE(bpf_object_open_opts);
  OFFSET(bpf_object_open_opts, object_name);
  SIZE(bpf_perf_event_opts);
  OFFSET(bpf_perf_event_opts, bpf_cookie);
  SIZE(bpf_tracepoint_opts);
  OFFSET(bpf_tracepoint_opts, bpf_cookie);
  SIZE(bpf_uprobe_opts);
  OFFSET(bpf_uprobe_opts, ref_ctr_offset);
  OFFSET(bpf_uprobe_opts, bpf_cookie);
  OFFSET(bpf_uprobe_opts, retprobe);
  SIZE(bpf_kprobe_opts);
  OFFSET(bpf_kprobe_opts, bpf_cookie);
  OFFSET(bpf_kprobe_opts, offset);
  OFFSET(bpf_kprobe_opts, retprobe);
  CREATE(kprobe_multi.flags);
  CREATE(kprobe_multi.cnt);
  CREATE(kprobe_multi.syms);
  CREATE(kprobe_multi.cookies);
  SIZE(bpf_prog_info);
  OFFSET(bpf_prog_info, run_time_ns);
  OFFSET(bpf_prog_info, run_cnt);
  OFFSET(bpf_prog_info, recursion_misses);
  OFFSET(bpf_prog_info, verified_insns);
  OFFSET(perf_event_attr, type);
  OFFSET(perf_event_attr, size);
  OFFSET(perf_event_attr, config);
  OFFSET(perf_event_attr, sample_period);
  OFFSET(perf_event_attr, wakeup_events);
  FLAG(disabled);
  FLAG(exclude_user);
  FLAG(exclude_kernel);
  FLAG(exclude_idle);
  FLAG(freq);
  SIZE(epoll_event);
  printf("PERF_ATTR_SIZE_VER5 %d\n", PERF_ATTR_SIZE_VER5);
  printf("PERF_EVENT_IOC_ENABLE %lu\n", (unsigned long)PERF_EVENT_IOC_ENABLE);
  printf("PERF_EVENT_IOC_DISABLE %lu\n", (unsigned long)PERF_EVENT_IOC_DISABLE);
  printf("BPF_RINGBUF_BUSY_BIT %u\n", BPF_RINGBUF_BUSY_BIT);
  printf("BPF_RINGBUF_DISCARD_BIT %u\n", BPF_RINGBUF_DISCARD_BIT);
  printf("BPF_RINGBUF_HDR_SZ %d\n", BPF_RINGBUF_HDR_SZ);
  return 0;
}
