// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0)
// Programs that no verifier accepts, each for one reason.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, __u64[16]);
} values SEC(".maps");

SEC("raw_tp/sys_enter")
int unchecked_lookup(void *ctx) {
  __u32 zero = 0;
  __u64 *value = bpf_map_lookup_elem(&values, &zero);
  return *value;
}

SEC("raw_tp/sys_enter")
int unbounded_index(void *ctx) {
  __u32 zero = 0;
  __u64 *value = bpf_map_lookup_elem(&values, &zero);
  return value ? value[bpf_get_prandom_u32()] : 0;
}
