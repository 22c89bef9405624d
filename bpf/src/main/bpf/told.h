/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Calls of Java methods. The agent in the JVM (dev.javelin.agent.calls.Calls) writes what there is to tell into its thread's slot, and calls
 * Thread.holdsLock for the thread itself: a probe at JVM_HoldsLock of libjvm finds the slot by that object. The row's arguments are constants.
 */
#ifndef JAVELIN_TOLD_H
#define JAVELIN_TOLD_H

#include "probe.h"

enum told_constant {
	TOLD_PROBE = 0, /* by which slots know it */
	TOLD_SLOTS = 1, /* their address */
	TOLD_EETOP = 2, /* offset of the field in a Thread: its JavaThread, 0 in virtual ones */
	TOLD_TID = 3,   /* the same of the thread's number */
};

#define SLOT_BYTES 128
#define SLOT_BITS 16
#define SLOT_TOLD 48
#define LONGEST_SEARCH 16
#define GOLDEN 0x9E3779B97F4A7C15ULL

/* The part of a slot from SLOT_TOLD on. */
struct told {
	__u64 probe, began, nanos, call;
};

static __always_inline __u64 told_constant(const struct probe *probe, enum told_constant which)
{
	return probe->arguments[which].offset;
}

/* What Calls.key gives for a java.lang.Thread; 0 if it cannot be read. */
static __always_inline __u64 thread_key(const struct probe *probe, __u64 thread)
{
	__u64 key = 0;

	if (read_word(thread + told_constant(probe, TOLD_EETOP), &key))
		return 0;
	if (key)
		return key;
	if (read_word(thread + told_constant(probe, TOLD_TID), &key))
		return 0;
	return key << 1 | 1;
}

/* The slot of a thread; 0 if it has none. */
static __noinline __u64 slot_of(const struct probe *probe, __u64 key)
{
	__u64 index = key * GOLDEN >> (64 - SLOT_BITS), found;

	for (int i = 0; i < LONGEST_SEARCH; i++) {
		__u64 slot = told_constant(probe, TOLD_SLOTS) + ((index + i) & ((1 << SLOT_BITS) - 1)) * SLOT_BYTES;

		if (read_word(slot, &found))
			return 0;
		if (found == key)
			return slot;
	}
	return 0;
}

/* `thread` is JVM_HoldsLock's third argument, a handle: the address of a word that holds the object's. */
static __noinline int read_told(struct hit *hit, const struct probe *probe, __u64 thread)
{
	struct told told = {};
	__u64 object, key, slot;

	if (read_word(thread, &object))
		return 0;
	key = thread_key(probe, object);
	slot = key ? slot_of(probe, key) : 0;
	if (!slot || bpf_probe_read_user(&told, sizeof(told), (const void *)(slot + SLOT_TOLD)))
		return 0;
	hit->duration = told.nanos;
	return told.probe == told_constant(probe, TOLD_PROBE);
}

#endif
