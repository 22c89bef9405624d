/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Threads off the CPU: from the switch away to the switch back, with the stack that left. */
#ifndef JAVELIN_WAITS_H
#define JAVELIN_WAITS_H

#include "calls.h"
#include "schedules.h"

/* Row of the probe that takes the time, or NO_ROW. */
const volatile __u32 offcpu_row = NO_ROW;
const volatile __u32 runq_row = NO_ROW;
/* The time on the CPU, without stacks: the clock samples those. */
const volatile __u32 oncpu_row = NO_ROW;
/* Whether the stack of who wakes a thread is taken, too. */
const volatile __u32 record_wakers = 0;
/* Whether waits are told apart by their stacks. */
const volatile __u32 wait_stacks = 1;

/*
 * Some switches are not told by virtual machines with Linux 6.18; bpftrace sees them missing as well. What a thread did meanwhile is told by the
 * kernel's own account: how often it has left the CPU, and how long it ran. Only the stacks of such waits are not known.
 */

/* What a probe's condition sees of a wait: nothing but its duration. Threads are switched with interrupts off, so that one a CPU will do. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct hit);
} wait_hits SEC(".maps");

/* What a histogram of waits is told apart by. The thread that waited is not the current one. */
static __always_inline __u64 key_of_wait(const struct probe *probe, __u32 tid)
{
	return probe->key == WHAT_THREAD ? tid : probe->key == WHAT_CPU ? bpf_get_smp_processor_id() : 0;
}

static __always_inline void add_wait(__u32 row, struct total_key *key, __u64 nanos)
{
	struct probe *probe = bpf_map_lookup_elem(&probes, &row);
	__u64 *events = bpf_map_lookup_elem(&probe_counts, &row);
	__u32 zero = 0;
	struct hit *hit = bpf_map_lookup_elem(&wait_hits, &zero);

	if (!probe || !events || !hit)
		return;
	/* Perhaps it was several. */
	if (probe->flags & PROBE_BUCKETS && key->wait == WAIT_UNTOLD)
		return;
	hit->duration = nanos;
	if (!meets_predicate(probe, hit))
		return;
	(*events)++;
	key->probe = row;
	if (probe->flags & PROBE_BUCKETS) {
		key->key = key_of_wait(probe, key->tid);
		add_to_bucket(row, key->key, 1, nanos);
	}
	add_total(key, 1, nanos);
}

/* The wait of a thread has ended at `now`. */
static __noinline int end_wait(__u32 tid, const struct schedule *s, __u64 now)
{
	struct total_key key = {.stack = s->stack, .key = s->waker, .pid = s->pid, .tid = tid, .wait = s->wait};

	if (offcpu_row != NO_ROW)
		add_wait(offcpu_row, &key, now - s->since);
	key.key = 0; /* who woke it is told of the wait that this ended */
	if (runq_row != NO_ROW && s->woken && s->woken < now)
		add_wait(runq_row, &key, now - s->woken);
	if (calls_row != NO_ROW && s->call)
		send_wait(tid, s, now, now - s->since);
	return 0;
}

/* A thread was off the CPU, and nobody knows where it left it. */
static __noinline int add_untold(__u32 tid, __u32 pid, __u64 nanos)
{
	struct total_key key = {.pid = pid, .tid = tid, .wait = WAIT_UNTOLD};

	count(COUNT_SWITCHES);
	if (offcpu_row != NO_ROW)
		add_wait(offcpu_row, &key, nanos);
	return 0;
}

static __always_inline void send_untold(__u32 tid, struct schedule *seen, __u64 nanos)
{
	__u16 wait = seen->wait;

	if (!nanos)
		return;
	seen->wait = WAIT_UNTOLD;
	send_wait(tid, seen, seen->since, nanos);
	seen->wait = wait;
}

/*
 * Time in calls passes while a thread runs in one, which its slot says when it leaves the CPU, and while it waits in one. `waited` of the time
 * between was a wait, `untold` one that was not told.
 */
static __noinline int catch_up_with_calls(__u32 tid, const struct schedule *last, struct schedule *seen, __u64 waited,
					  __u64 untold)
{
	__u64 before = last->in_calls, nanos;

	seen->call_cpu = last->call_cpu;
	untold += last->untold;
	if (!seen->on && seen->call & (CALL_VIRTUAL | CALL_TASK)) {
		/* Its time on the CPU is what is left of its calls' time, or its tasks', without their waits. */
		nanos = untold < seen->mounted ? untold : seen->mounted;
		send_untold(tid, seen, nanos);
		untold -= nanos;
	}
	if (!seen->on && seen->call & CALL_VIRTUAL)
		return 0;
	if (before != NOT_KNOWN && !last->on && last->call && !(last->call & CALL_TASK))
		before += waited;
	if (seen->on) {
		/* Another thread's memory is at hand. */
		seen->java_thread = last->java_thread;
		seen->in_calls = before;
		seen->untold = untold;
		return 0;
	}
	if (before == NOT_KNOWN || seen->in_calls == NOT_KNOWN || seen->in_calls < before ||
	    last->java_thread != seen->java_thread)
		return 0;
	nanos = seen->in_calls - before;
	if (untold > nanos)
		untold = nanos;
	seen->call_cpu += nanos - untold;
	if (!(seen->call & CALL_TASK))
		send_untold(tid, seen, untold);
	return 0;
}

/* Accounts for the thread from when it was last seen until it is seen again, as it gets a CPU or leaves it. */
static __noinline int catch_up(__u32 tid, const struct schedule *last, struct schedule *seen)
{
	__u64 nanos = seen->since - last->since, ran = 0, left = seen->switches, waited = 0, untold = 0;

	if (!seen->on)
		left--; /* just now */
	if (last->on || !seen->on)
		ran = seen->ran - last->ran;
	if (ran > nanos)
		ran = nanos;
	seen->on_cpu = last->on_cpu + ran;
	if (last->switches && left != last->switches) {
		untold = nanos - ran;
		add_untold(tid, last->pid, untold);
	} else if (last->on && !seen->on) {
		seen->on_cpu = last->on_cpu + nanos;
	} else {
		/* If it leaves, it was not told when it got the CPU: for as long as it ran. Or it had not got one when the recording began. */
		waited = nanos - ran;
		end_wait(tid, last, last->since + waited);
	}
	if (calls_row != NO_ROW)
		catch_up_with_calls(tid, last, seen, waited, untold);
	return 0;
}

/* What was last seen of the thread; NULL if it is a new one, perhaps with the tid of one that has ended. */
static __always_inline struct schedule *schedule_of(__u32 tid, __u32 pid)
{
	struct schedule *s = bpf_map_lookup_elem(&schedules, &tid);

	return s && s->pid == pid ? s : NULL;
}

static __always_inline void see(__u32 tid, struct schedule *last, struct schedule *seen)
{
	if (last) {
		catch_up(tid, last, seen);
		*last = *seen;
	} else if (bpf_map_update_elem(&schedules, &tid, seen, BPF_ANY)) {
		count(COUNT_WAITS_FULL);
	}
}

static __always_inline void see_now(struct task_struct *task, struct schedule *seen)
{
	seen->since = bpf_ktime_get_ns();
	seen->ran = task->se.sum_exec_runtime;
	seen->switches = task->nvcsw + task->nivcsw;
}

/* What the current thread, which was walked, is calling as it leaves the CPU. */
static __noinline int note_call(struct task_struct *task, struct schedule *seen)
{
	struct calling calling = {.now = seen->since};

	find_calling(&calling);
	seen->java_thread = calling.java_thread;
	seen->call = calling.call;
	seen->in_calls = calling.in_calls;
	seen->mounted = calling.mounted;
	if (calling.call)
		describe_wait(task, calling.java_thread, seen->wait == WAIT_PREEMPTED || seen->wait == WAIT_THROTTLED);
	return 0;
}

static __noinline int add_of_thread(__u32 row, __u32 pid, __u32 tid, __u64 nanos)
{
	struct total_key key = {.probe = row, .pid = pid, .tid = tid};

	add_total(&key, 1, nanos);
	return 0;
}

/*
 * A switch has one `seen`, for the thread that leaves the CPU and then for the one that gets it: two would be too much for the stack.
 * It is all 0 to begin with.
 */

/* The current thread ends. */
static __always_inline void forget_thread(struct task_struct *task, struct schedule *seen)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u32 tid = id, pid = id >> 32;
	struct schedule *last = schedule_of(tid, pid);

	if (!last)
		return;
	see_now(task, seen);
	seen->in_calls = NOT_KNOWN; /* it can be in none */
	catch_up(tid, last, seen);
	if (oncpu_row != NO_ROW)
		add_of_thread(oncpu_row, pid, tid, seen->on_cpu);
	if (calls_row != NO_ROW)
		add_of_thread(calls_row, pid, tid, seen->call_cpu);
	bpf_map_delete_elem(&schedules, &tid);
	if (calls_row != NO_ROW)
		bpf_map_delete_elem(&wait_details, &tid);
}

/* The current thread leaves its CPU. */
static __always_inline int begin_wait(void *ctx, struct process *p, int preempted, struct schedule *seen)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 id = bpf_get_current_pid_tgid();
	__u32 tid = id, state = task->__state;

	seen->pid = id >> 32;
	if (!preempted && state & TASK_DEAD) {
		forget_thread(task, seen);
		return 0;
	}
	seen->wait = wait_class(task, state, preempted);
	/*
	 * The walk is our time, not the thread's wait. Of calls it is part of the wait, nevertheless: the kernel does not account it as the
	 * thread's time on the CPU, which would grow by some ten microseconds with each wait.
	 */
	if (calls_row != NO_ROW)
		see_now(task, seen);
	seen->stack = wait_stacks ? current_stack(ctx, p, NULL, CONTEXT_SCHEDULER, KERNEL_OF_SWITCH) : 0;
	if (calls_row == NO_ROW)
		see_now(task, seen);
	seen->woken = seen->wait == WAIT_PREEMPTED ? seen->since : 0;
	if (calls_row != NO_ROW)
		note_call(task, seen);
	see(tid, schedule_of(tid, seen->pid), seen);
	return 0;
}

/* A thread gets a CPU. */
static __always_inline void begin_run(struct task_struct *task, struct schedule *seen)
{
	__u32 tid = BPF_CORE_READ(task, pid);
	struct schedule *last = bpf_map_lookup_elem(&schedules, &tid);

	if (!last && oncpu_row == NO_ROW && calls_row == NO_ROW)
		return;
	__builtin_memset(seen, 0, sizeof(*seen));
	seen->since = bpf_ktime_get_ns();
	seen->on = 1;
	seen->in_calls = NOT_KNOWN;
	seen->pid = BPF_CORE_READ(task, tgid);
	if (last && last->pid != seen->pid)
		last = NULL;
	if (!last && !bpf_map_lookup_elem(&processes, &seen->pid))
		return;
	seen->ran = BPF_CORE_READ(task, se.sum_exec_runtime);
	seen->switches = BPF_CORE_READ(task, nvcsw) + BPF_CORE_READ(task, nivcsw);
	see(tid, last, seen);
}

/* Says which call a sample is in, and since when time in calls is counted, if the thread has not left the CPU yet. */
static __always_inline void sample_call(struct walk *w)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct calling calling = {.now = bpf_ktime_get_ns()};
	struct schedule *s;

	name_thread(w);
	find_calling(&calling);
	w->sample.call = calling.call;
	s = schedule_of(id, id >> 32);
	if (s && s->on && s->in_calls == NOT_KNOWN && calling.in_calls != NOT_KNOWN) {
		s->java_thread = calling.java_thread;
		s->in_calls = calling.in_calls;
		s->untold = 0;
	}
}

/* The current thread ends soon. Its last switch may not be told: what is known until now is accounted for. */
static __always_inline void thread_exits(void)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct schedule *s = schedule_of(id, id >> 32);
	__u64 now = bpf_ktime_get_ns();

	if (!s || !s->on)
		return;
	s->on_cpu += now - s->since;
	s->since = now;
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
	__u32 kernel_words;
	struct walk *w;
	int interrupt;
	__u64 id;

	w = claim_scratch(CONTEXT_SCHEDULER);
	if (!w)
		return 0;
	start_walk(w);
	interrupt = on_interrupt_stack(w, task, ctx);
	kernel_words = walk_kernel_known(w, ctx, task, SITE_WAKING);
	if (interrupt && kernel_words > INTERRUPT_FRAMES)
		kernel_words = INTERRUPT_FRAMES;
	w->words = kernel_words;
	if (!interrupt && p && !(task->flags & PF_KTHREAD)) {
		walk_from_entry(w, p, task);
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
