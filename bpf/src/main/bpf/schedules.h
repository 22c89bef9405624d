/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What was last seen of each thread, and what kind of wait it began as it left its CPU. */
#ifndef JAVELIN_SCHEDULES_H
#define JAVELIN_SCHEDULES_H

#include "maps.h"

/* include/linux/sched.h */
#define TASK_INTERRUPTIBLE 1
#define TASK_UNINTERRUPTIBLE 2
#define TASK_STOPPED 4
#define TASK_TRACED 8
#define TASK_DEAD 0x80

/* tid -> what was last seen of the thread. Sized by the collector: threads of all targets. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct schedule);
} schedules SEC(".maps");

/*
 * A throttled thread could go on, too. Up to Linux 6.17 its whole run queue is taken away as it leaves the CPU, since then it leaves
 * it by itself on its way to user space (kernel/sched/fair.c); in both cases the count of its run queue says so.
 */
static __always_inline int is_throttled(struct task_struct *task)
{
	return bpf_core_field_exists(struct cfs_rq, throttle_count) && BPF_CORE_READ(task, se.cfs_rq, throttle_count) > 0;
}

static __always_inline __u32 wait_class(struct task_struct *task, __u32 state, int preempted)
{
	if (preempted || !state)
		return is_throttled(task) ? WAIT_THROTTLED : WAIT_PREEMPTED;
	if (state & (TASK_STOPPED | TASK_TRACED))
		return WAIT_STOPPED;
	return state & TASK_UNINTERRUPTIBLE ? WAIT_DISK : WAIT_BLOCKED;
}

#endif
