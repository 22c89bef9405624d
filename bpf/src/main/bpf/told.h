/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Calls of Java methods. The agent in the JVM (dev.javelin.agent.calls.Calls) writes what there is to tell into its thread's slot, and calls
 * Thread.holdsLock for the thread itself: a probe at JVM_HoldsLock of libjvm finds the slot by that object. The row's arguments are constants.
 */
#ifndef JAVELIN_TOLD_H
#define JAVELIN_TOLD_H

#include "probe.h"
#include "slots.h"

enum told_constant {
	TOLD_PROBE = 0, /* by which slots know it */
	TOLD_SLOTS = 1, /* their address */
	TOLD_EETOP = 2, /* offset of the field in a Thread: its JavaThread, 0 in virtual ones */
	TOLD_TID = 3,   /* the same of the thread's number */
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

/* `thread` is JVM_HoldsLock's third argument, a handle: the address of a word that holds the object's. */
static __noinline int read_told(struct hit *hit, const struct probe *probe, __u64 thread)
{
	struct slot slot = {};
	__u64 object, key;

	if (read_word(thread, &object))
		return 0;
	key = thread_key(probe, object);
	if (!key || read_slot(told_constant(probe, TOLD_SLOTS), key, &slot))
		return 0;
	hit->duration = slot.told_nanos;
	return slot.told_probe == told_constant(probe, TOLD_PROBE);
}

#endif
