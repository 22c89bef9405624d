/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Threads off the CPU: from the switch away to the switch back, with the stack that left. */
#ifndef JAVELIN_WAITS_H
#define JAVELIN_WAITS_H

#include "events.h"

/* Row of the probe that takes the time, or NO_ROW. */
#define NO_ROW (~0U)
const volatile __u32 offcpu_row = NO_ROW;
const volatile __u32 runq_row = NO_ROW;

/* include/linux/sched.h */
#define TASK_INTERRUPTIBLE 1
#define TASK_UNINTERRUPTIBLE 2
#define TASK_STOPPED 4
#define TASK_TRACED 8
#define TASK_DEAD 0x80

/* tid -> its wait. Sized by the collector: threads of all targets. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct wait);
} waits SEC(".maps");

static __always_inline __u32 wait_class(__u32 state, int preempted)
{
	if (preempted || !state)
		return WAIT_PREEMPTED;
	if (state & (TASK_STOPPED | TASK_TRACED))
		return WAIT_STOPPED;
	return state & TASK_UNINTERRUPTIBLE ? WAIT_DISK : WAIT_BLOCKED;
}

/* The current thread leaves its CPU. */
static __always_inline int begin_wait(void *ctx, struct process *p, int preempted)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 id = bpf_get_current_pid_tgid();
	__u32 tid = id, state = task->__state;
	struct wait wait = {.pid = id >> 32};
	struct registers r = {};

	if (!preempted && state & TASK_DEAD)
		return 0;
	wait.wait = wait_class(state, preempted);
	entry_registers(task, &r);
	wait.stack = current_stack(ctx, p, &r, CONTEXT_SCHEDULER, 0);
	/* The walk is our time, not the thread's wait. */
	wait.since = bpf_ktime_get_ns();
	wait.woken = wait.wait == WAIT_PREEMPTED ? wait.since : 0;
	if (bpf_map_update_elem(&waits, &tid, &wait, BPF_ANY))
		count(COUNT_WAITS_FULL);
	return 0;
}

static __always_inline void add_wait(__u32 row, struct total_key *key, __u64 nanos)
{
	struct probe *probe = bpf_map_lookup_elem(&probes, &row);
	__u64 *events = bpf_map_lookup_elem(&probe_counts, &row);
	struct hit hit = {.duration = nanos};

	if (!probe || !events || !meets_predicate(probe, &hit))
		return;
	(*events)++;
	key->probe = row;
	if (probe->flags & PROBE_BUCKETS)
		add_to_bucket(row, 0, 1, nanos);
	add_total(key, 1, nanos);
}

/* A thread gets a CPU. */
static __noinline int end_wait(__u32 tid)
{
	struct wait *found = bpf_map_lookup_elem(&waits, &tid);
	struct total_key key = {.tid = tid};
	__u64 now, since, woken;

	if (!found)
		return 0;
	now = bpf_ktime_get_ns();
	since = found->since;
	woken = found->woken;
	key.stack = found->stack;
	key.pid = found->pid;
	key.wait = found->wait;
	bpf_map_delete_elem(&waits, &tid);
	if (offcpu_row != NO_ROW)
		add_wait(offcpu_row, &key, now - since);
	if (runq_row != NO_ROW && woken)
		add_wait(runq_row, &key, now - woken);
	return 0;
}

#endif
