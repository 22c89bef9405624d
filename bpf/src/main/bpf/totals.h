/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Events too frequent to be handed over one by one are counted here, per stack and key. */
#ifndef JAVELIN_TOTALS_H
#define JAVELIN_TOTALS_H

#include "stacks.h"

/* What was counted; read when the recording ends. Sized by the collector. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct total_key);
	__type(value, struct total);
} totals SEC(".maps");

/* Histograms: log-linear buckets, 32 in each octave. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct bucket_key);
	__type(value, __u64);
} buckets SEC(".maps");

/* Times that a CPU tries to write against others. */
#define TRIES 8

static __always_inline void lower(__u64 *least, __u64 value)
{
	for (int i = 0; i < TRIES; i++) {
		__u64 old = *(volatile __u64 *)least;

		if (value >= old || __sync_val_compare_and_swap(least, old, value) == old)
			return;
	}
}

static __always_inline void raise(__u64 *most, __u64 value)
{
	for (int i = 0; i < TRIES; i++) {
		__u64 old = *(volatile __u64 *)most;

		if (value <= old || __sync_val_compare_and_swap(most, old, value) == old)
			return;
	}
}

static __noinline void add_total(const struct total_key *key, __u64 events, __u64 value)
{
	struct total first = {.count = events, .sum = value * events, .least = value, .most = value};
	struct total *t = bpf_map_lookup_elem(&totals, key);

	if (!t) {
		if (!bpf_map_update_elem(&totals, key, &first, BPF_NOEXIST))
			return;
		t = bpf_map_lookup_elem(&totals, key); /* another CPU was quicker, or there is no room */
		if (!t)
			return count(COUNT_TOTALS_FULL);
	}
	__sync_fetch_and_add(&t->count, events);
	__sync_fetch_and_add(&t->sum, value * events);
	lower(&t->least, value);
	raise(&t->most, value);
}

/* floor(log2 v) of v > 0 */
static __always_inline __u32 log2_floor(__u64 v)
{
	__u32 n = 0;

	if (v >> 32) {
		v >>= 32;
		n += 32;
	}
	if (v >> 16) {
		v >>= 16;
		n += 16;
	}
	if (v >> 8) {
		v >>= 8;
		n += 8;
	}
	if (v >> 4) {
		v >>= 4;
		n += 4;
	}
	if (v >> 2) {
		v >>= 2;
		n += 2;
	}
	return n + (v >> 1);
}

static __noinline void add_to_bucket(__u32 probe, __u64 key, __u64 events, __u64 value)
{
	struct bucket_key at = {.probe = probe, .key = key, .bucket = value};
	__u64 *n;
	__u32 e;

	if (value >= 32) {
		e = log2_floor(value);
		at.bucket = 32 + (e - 5) * 32 + ((value >> (e - 5)) & 31);
	}
	n = bpf_map_lookup_elem(&buckets, &at);
	if (!n) {
		if (!bpf_map_update_elem(&buckets, &at, &events, BPF_NOEXIST))
			return;
		n = bpf_map_lookup_elem(&buckets, &at);
		if (!n)
			return count(COUNT_TOTALS_FULL);
	}
	__sync_fetch_and_add(n, events);
}

#endif
