/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The slots in which an agent in the target keeps what its threads are calling (dev.javelin.agent.calls.Calls, which has the layout). */
#ifndef JAVELIN_SLOTS_H
#define JAVELIN_SLOTS_H

#include "walk.h"

/* A slot's beginning. */
struct slot {
	__u64 key;
	__u64 open;  /* 0: no call; else number of the outermost call's probe, from 1 */
	__u64 base;  /* when the call began, less `total` */
	__u64 total; /* nanoseconds in calls that have ended */
	__u64 calls; /* that have ended */
	__u64 depth;
	__u64 told_probe; /* from 1; 0: no call is told now */
	__u64 told_began;
	__u64 told_nanos;
	__u64 told_call;
};

#define SLOT_BYTES 128
/* In a slot: the name of a virtual thread that tells of a call, as in struct told_call. */
#define SLOT_NAME 88
/* In the slot of a platform thread: the call for which it runs a task, with CALL_TASK; 0: none; and when that began, less `total`. */
#define SLOT_TASK 104
#define SLOT_TASK_BASE 112
#define LOG2_SLOTS 16
#define LONGEST_SEARCH 16
#define GOLDEN 0x9E3779B97F4A7C15ULL

#define NO_SLOT (-1)
#define UNREADABLE_SLOT (-2)

/* Reads the slot of a key. Returns its index; NO_SLOT if there is none, UNREADABLE_SLOT if that cannot be read now. */
static __noinline int read_slot(__u64 slots, __u64 key, struct slot *slot)
{
	__u64 index = key * GOLDEN >> (64 - LOG2_SLOTS), found;

	for (int i = 0; i < LONGEST_SEARCH; i++) {
		__u32 number = (index + i) & ((1 << LOG2_SLOTS) - 1);
		__u64 at = slots + (__u64)number * SLOT_BYTES;

		if (read_word(at, &found))
			return UNREADABLE_SLOT;
		if (found == key)
			return bpf_probe_read_user(slot, sizeof(*slot), (const void *)at) ? UNREADABLE_SLOT : (int)number;
	}
	return NO_SLOT;
}

/* What Calls.key gives for a java.lang.Thread, by the offsets of two of its fields; 0 if it cannot be read. */
static __always_inline __u64 thread_key(__u64 thread, __u64 eetop, __u64 tid)
{
	__u64 key = 0;

	if (read_word(thread + eetop, &key))
		return 0;
	if (key)
		return key;
	if (read_word(thread + tid, &key))
		return 0;
	return key << 1 | 1;
}

#endif
