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

/* `thread` is JVM_HoldsLock's third argument, a handle: the address of a word that holds the object's. */
static __noinline int read_told(struct hit *hit, const struct probe *probe, __u64 thread)
{
	struct slot slot = {};
	__u64 object, key;

	if (read_word(thread, &object))
		return 0;
	key = thread_key(object, told_constant(probe, TOLD_EETOP), told_constant(probe, TOLD_TID));
	if (!key || read_slot(told_constant(probe, TOLD_SLOTS), key, &slot) < 0)
		return 0;
	hit->duration = slot.told_nanos;
	return slot.told_probe == told_constant(probe, TOLD_PROBE);
}

#endif
