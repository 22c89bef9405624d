// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0)
// What the tests of the Java API load: one program of each kind they attach, one map of each kind they read.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

// Set by the tests between open and load.
const volatile __u32 target_tgid = 0;
const volatile __u64 answer = 7;
const volatile __u8 small = 1;
const volatile __s16 negative = 0;
const volatile __u32 record_bytes = 16;
__u64 counted_in_bss = 0;

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 64);
  __type(key, __u64);
  __type(value, __u64);
} hashed SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 16);
  __uint(map_flags, BPF_F_MMAPABLE);
  __type(key, __u32);
  __type(value, __u64);
} shared SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 4);
  __type(key, __u32);
  __type(value, __u64);
} counters SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
} ring SEC(".maps");

enum { EMITTED, LOST, COOKIES, DISCARDED };

static __always_inline void count(__u32 which, __u64 by) {
  __u64 *counter = bpf_map_lookup_elem(&counters, &which);
  if (counter)
    *counter += by;
}

static __always_inline int from_target(void) {
  return target_tgid == 0 || bpf_get_current_pid_tgid() >> 32 == target_tgid;
}

struct record {
  __u64 sequence;
  __u64 check;
  __u8 padding[240];
};

// One record with a running number; its size and every second discarded record vary with the number.
static __always_inline int emit(void) {
  __u32 zero = 0;
  __u64 *next = bpf_map_lookup_elem(&shared, &zero);
  if (!next)
    return 0;
  __u64 sequence = *next;
  *next = sequence + 1;
  struct record *record = sequence & 1 ? bpf_ringbuf_reserve(&ring, 16, 0) : bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
  if (!record) {
    count(LOST, 1);
    return 0;
  }
  record->sequence = sequence;
  record->check = ~sequence;
  if (sequence % 5 == 0) {
    bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
    count(DISCARDED, 1);
    return 0;
  }
  bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
  count(EMITTED, 1);
  return 0;
}

SEC("raw_tp/sys_enter")
int on_syscall(struct bpf_raw_tracepoint_args *ctx) {
  // getppid, which the tests call as often as they want records.
  if (!from_target() || ctx->args[1] != 110)
    return 0;
  counted_in_bss++;
  return emit();
}

SEC("perf_event")
int on_clock(void *ctx) {
  __u32 slot = 1;
  __u64 *cookie = bpf_map_lookup_elem(&shared, &slot);
  if (cookie)
    *cookie = bpf_get_attach_cookie(ctx);
  count(EMITTED, 1);
  return 0;
}

SEC("uprobe")
int on_uprobe(void *ctx) {
  if (!from_target())
    return 0;
  count(COOKIES, bpf_get_attach_cookie(ctx));
  return 0;
}

SEC("tracepoint")
int on_tracepoint(void *ctx) {
  if (!from_target())
    return 0;
  count(COOKIES, bpf_get_attach_cookie(ctx));
  return 0;
}

// Copies the globals where the test can read them.
SEC("raw_tp/sys_exit")
int on_globals(void *ctx) {
  (void)ctx;
  __u32 slot;
  __u64 values[4] = {answer, small, (__u64)(__s64)negative, record_bytes};
  for (__u32 i = 0; i < 4; i++) {
    slot = 8 + i;
    bpf_map_update_elem(&shared, &slot, &values[i], BPF_ANY);
  }
  return 0;
}
