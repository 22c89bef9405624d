/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Virtual threads that wait without a carrier, in calls of probed Java methods. HotSpot unmounts a virtual thread by freezing its frames,
 * and mounts it by thawing the topmost ones (src/hotspot/share/runtime/continuationFreezeThaw.cpp, JDK 21 to 27): freeze, or from JDK 24 on freeze_preempt
 * for a monitor and Object.wait, and thaw. With these two a thread before JDK 24 waits with its carrier.
 *
 * A thread that gets a carrier only to find the monitor taken still is not frozen again: the next thaw follows a thaw. That it got the monitor is
 * known once it is seen to run.
 */
#ifndef JAVELIN_MOUNTS_H
#define JAVELIN_MOUNTS_H

#include "calls.h"

/* enum Continuation::thaw_kind: others thaw what is below the frames of a thread that runs */
#define THAW_TOP 0

static __always_inline struct slot_table *current_slots(void)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;

	return bpf_map_lookup_elem(&slot_tables, &pid);
}

/* Where the virtual thread that is mounted on a JavaThread says how it was unmounted last; NULL if it is in no call. */
static __always_inline struct unmounted *unmounted_of(__u64 java_thread, struct calling *c)
{
	struct slot_table *t = current_slots();
	__u32 index;

	if (!t)
		return NULL;
	index = read_calling(t, java_thread, c);
	return c->call & CALL_VIRTUAL ? bpf_map_lookup_elem(&unmounted, &index) : NULL;
}

static __noinline void note_unmount(__u64 java_thread, __u64 stack)
{
	struct slot_table *t = current_slots();
	struct calling c = {.now = bpf_ktime_get_ns()};
	struct unmounted *u = unmounted_of(java_thread, &c);

	if (!t || !u)
		return;
	u->call = c.call;
	u->stack = stack;
	u->object = monitor_of(t, java_thread);
	u->since = bpf_ktime_get_ns();
	u->waiting = WAITING;
}

static __noinline void note_pinned(__u64 java_thread)
{
	struct calling c = {.now = bpf_ktime_get_ns()};
	struct unmounted *u = unmounted_of(java_thread, &c);

	if (u)
		u->waiting = NOT_WAITING;
}

/* The thread is mounted: hands over its wait. */
static __noinline void note_mount(__u64 java_thread)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct calling c = {.now = bpf_ktime_get_ns()};
	struct unmounted *u = unmounted_of(java_thread, &c);
	struct call_wait w = {
		.head = {.type = RECORD_WAIT, .pid = id >> 32, .time_ns = c.now},
		.tid = id,
		.java_thread = java_thread,
		.wait = WAIT_BEFORE,
		.call = c.call,
		.nanos = c.mounted,
		.syscall = NO_SYSCALL,
	};

	if (!u)
		return;
	if (u->call == c.call) {
		w.wait = WAIT_UNMOUNTED;
		w.nanos = w.head.time_ns - u->since;
		w.stack = u->stack;
		w.object = u->object;
	}
	u->call = c.call;
	u->since = w.head.time_ns;
	u->waiting = w.object ? MAYBE_WAITING : NOT_WAITING;
	if (bpf_ringbuf_output(&ring, &w, sizeof(w), BPF_RB_NO_WAKEUP))
		count(COUNT_RING_FULL);
}

/* Whether the virtual thread that is mounted on a JavaThread is in a call. */
static __noinline int is_virtual_call(__u64 java_thread)
{
	struct calling c = {.now = bpf_ktime_get_ns()};

	return unmounted_of(java_thread, &c) != NULL;
}

/* int freeze(JavaThread *, intptr_t *) */
SEC("uprobe")
int on_freeze(struct pt_regs *ctx)
{
	__u64 java_thread = ctx->di;
	struct process *p = current_process();
	struct registers r = {};

	if (!p || !is_virtual_call(java_thread))
		return 0;
	probe_registers(ctx, &r);
	note_unmount(java_thread, current_stack(ctx, p, &r, CONTEXT_PROBE, NO_KERNEL_FRAMES));
	return 0;
}

/* It could not be frozen if that is not 0: it waits with its carrier. */
SEC("uretprobe")
int on_freeze_return(struct pt_regs *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct process *p = current_process();
	__u64 java_thread;

	if (!(__u32)ctx->ax || !p)
		return 0;
	java_thread = tls_java_thread(&p->hotspot, task->thread.fsbase);
	if (java_thread)
		note_pinned(java_thread);
	return 0;
}

/* intptr_t *thaw(JavaThread *, int kind) */
SEC("uprobe")
int on_thaw(struct pt_regs *ctx)
{
	if ((__u32)ctx->si == THAW_TOP)
		note_mount(ctx->di);
	return 0;
}

#endif
