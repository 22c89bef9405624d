/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The maps that every program shares, and the counters of what was lost. */
#ifndef JAVELIN_MAPS_H
#define JAVELIN_MAPS_H

#include "kernel.h"
#include "javelin.h"

/* pid (tgid) of a target -> what the walker must know of it. 1,024 JVMs on one host is more than any we know of. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct process);
} processes SEC(".maps");

/* Executable mappings of all targets, each process a sorted run of rows. About 60 a JVM; the collector sizes it. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct mapping);
} mappings SEC(".maps");

/* Unwind rules of all ELF objects, each object a sorted run of rows; libjvm has some 300,000. Sized by the collector. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1 << 20);
	__type(key, __u32);
	__type(value, __u64);
} unwind_rows SEC(".maps");

/* Samples and process events. The collector sizes it: some seconds of samples for a busy machine. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 << 20);
} ring SEC(".maps");

/* enum counter -> count, per CPU */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, COUNTERS);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

static __always_inline void count(__u32 what)
{
	__u64 *n = bpf_map_lookup_elem(&counters, &what);
	if (n)
		*n += 1;
}

#endif
