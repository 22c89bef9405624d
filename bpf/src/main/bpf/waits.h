/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Threads off the CPU: from the switch away to the switch back, with the stack that left. */
#ifndef JAVELIN_WAITS_H
#define JAVELIN_WAITS_H

#include "events.h"

/* Row of the probe that takes the time, or NO_ROW. */
#define NO_ROW (~0U)
const volatile __u32 offcpu_row = NO_ROW;
const volatile __u32 runq_row = NO_ROW;
/* The time on the CPU, without stacks: the clock samples those. */
const volatile __u32 oncpu_row = NO_ROW;
/* Whether the stack of who wakes a thread is taken, too. */
const volatile __u32 record_wakers = 0;

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

/* tid -> since when it is on a CPU. Sized by the collector. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct run);
} runs SEC(".maps");

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

/*
 * The entries of a thread stay in `waits` and `runs` until it ends: to delete and insert them at each switch costs more, and this way
 * switches that were not told are noticed. There are some on virtual machines with Linux 6.18; bpftrace sees them missing as well.
 */

/* The current thread's time on its CPU ends. */
static __always_inline void end_run(__u64 now)
{
	__u32 tid = bpf_get_current_pid_tgid();
	struct run *run = bpf_map_lookup_elem(&runs, &tid);

	if (!run || !run->since)
		return;
	run->total += now - run->since;
	run->since = 0;
}

/* The current thread ends. */
static __always_inline void forget_thread(__u64 now)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct total_key key = {.probe = oncpu_row, .pid = id >> 32, .tid = id};
	__u32 tid = id;
	struct run *run;

	bpf_map_delete_elem(&waits, &tid);
	if (oncpu_row == NO_ROW)
		return;
	end_run(now);
	run = bpf_map_lookup_elem(&runs, &tid);
	if (!run)
		return;
	add_total(&key, 1, run->total);
	bpf_map_delete_elem(&runs, &tid);
}

/* The current thread leaves its CPU. */
static __always_inline int begin_wait(void *ctx, struct process *p, int preempted)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 id = bpf_get_current_pid_tgid();
	__u32 tid = id, state = task->__state;
	struct wait wait = {.pid = id >> 32}, *known;
	struct registers r = {};

	if (!preempted && state & TASK_DEAD) {
		forget_thread(bpf_ktime_get_ns());
		return 0;
	}
	wait.wait = wait_class(task, state, preempted);
	entry_registers(task, &r);
	wait.stack = current_stack(ctx, p, &r, CONTEXT_SCHEDULER, 0);
	/* The walk is our time, not the thread's wait. */
	wait.since = bpf_ktime_get_ns();
	wait.woken = wait.wait == WAIT_PREEMPTED ? wait.since : 0;
	known = bpf_map_lookup_elem(&waits, &tid);
	if (known && known->since)
		count(COUNT_SWITCHES);
	if (known)
		*known = wait;
	else if (bpf_map_update_elem(&waits, &tid, &wait, BPF_ANY))
		count(COUNT_WAITS_FULL);
	if (oncpu_row != NO_ROW)
		end_run(wait.since);
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

/* A thread gets a CPU at `now`. */
static __noinline int end_wait(__u32 tid, __u64 now)
{
	struct wait *found = bpf_map_lookup_elem(&waits, &tid);
	struct total_key key = {.tid = tid};
	__u64 since, woken;

	if (!found)
		return 0;
	if (!found->since) {
		count(COUNT_SWITCHES);
		return 0;
	}
	since = found->since;
	woken = found->woken;
	key.stack = found->stack;
	key.pid = found->pid;
	key.wait = found->wait;
	key.key = found->waker;
	found->since = 0;
	if (offcpu_row != NO_ROW)
		add_wait(offcpu_row, &key, now - since);
	if (runq_row != NO_ROW && woken)
		add_wait(runq_row, &key, now - woken);
	return 0;
}

static __always_inline void begin_run(struct task_struct *task, __u64 now)
{
	struct run run = {.since = now, .pid = BPF_CORE_READ(task, tgid)};
	__u32 tid = BPF_CORE_READ(task, pid);
	struct run *known;

	if (!bpf_map_lookup_elem(&processes, &run.pid))
		return;
	known = bpf_map_lookup_elem(&runs, &tid);
	if (known && known->pid == run.pid)
		known->since = now;
	else if (bpf_map_update_elem(&runs, &tid, &run, BPF_ANY))
		count(COUNT_WAITS_FULL);
}

/* include/linux/sched.h */
#define PF_KTHREAD 0x00200000
/* Bytes of a thread's kernel stack at most: 16 kB, twice that with KASAN (arch/x86/include/asm/page_64_types.h). */
#define MAX_THREAD_SIZE 32768
/* Frames that are kept of an interrupt: more would be those of whatever it interrupted. */
#define INTERRUPT_FRAMES 24

/*
 * Whether an interrupt runs on a stack of its own. One that came while the thread was in user space runs on the thread's stack; the
 * collector tells it by the names of the functions. The arguments of a raw tracepoint lie on the stack at hand.
 */
static __always_inline int on_interrupt_stack(struct walk *w, struct task_struct *task, const void *arguments)
{
	*(volatile __u64 *)&w->sample.value = (__u64)arguments; /* by way of memory, so that it may be compared */
	return *(volatile __u64 *)&w->sample.value - (__u64)BPF_CORE_READ(task, stack) >= MAX_THREAD_SIZE;
}

/* The id of the stack that wakes a thread now: of the current thread, or of an interrupt; 0 if it could not be taken. */
static __always_inline __u64 waker_stack(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct process *p = current_process();
	struct registers r = {};
	__u32 kernel_words;
	struct walk *w;
	int interrupt;
	__u64 id;

	w = claim_scratch(CONTEXT_SCHEDULER);
	if (!w)
		return 0;
	start_walk(w);
	interrupt = on_interrupt_stack(w, task, ctx);
	kernel_words = walk_kernel(w, ctx, 0);
	if (interrupt && kernel_words > INTERRUPT_FRAMES)
		kernel_words = INTERRUPT_FRAMES;
	w->words = kernel_words;
	if (!interrupt && p && !(task->flags & PF_KTHREAD)) {
		entry_registers(task, &r);
		walk_from(w, p, &r, task->thread.fsbase);
		name_thread(w);
	} else {
		w->end = END_COMPLETE;
	}
	if (interrupt) {
		w->flags |= SAMPLE_INTERRUPT;
		w->pid = 0;
	} else {
		w->identity = (__u32)bpf_get_current_pid_tgid();
	}
	id = intern_stack(w, kernel_words);
	release_scratch(w);
	return id;
}

#endif
