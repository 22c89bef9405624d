/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* From a hit to what is counted of it: the same for functions, USDT probes, tracepoints and system calls. */
#ifndef JAVELIN_EVENTS_H
#define JAVELIN_EVENTS_H

#include "probe.h"

/* A system call's probe: row + 1 by its number, 0 for none. */
#define SYSCALLS 512

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SYSCALLS);
	__type(key, __u32);
	__type(value, __u32);
} syscall_probes SEC(".maps");

/* Kernel frames of ours at the leaf of a tracepoint's stack are left out by the collector, which knows their names. */
#define NO_KERNEL_FRAMES (~0U)

/* Walks the current thread's stack, whose user registers are r. Returns the words of its kernel frames. */
static __always_inline __u32 walk_current(struct walk *w, void *ctx, struct process *p, const struct registers *r, __u32 kernel)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 kernel_words = 0;

	start_walk(w);
	if (kernel != NO_KERNEL_FRAMES)
		kernel_words = walk_kernel(w, ctx, kernel);
	w->words = kernel_words;
	walk_from(w, p, r, task->thread.fsbase);
	return kernel_words;
}

/* The id of the current thread's stack, whose user registers are r; 0 if there is none. */
static __always_inline __u64 current_stack(void *ctx, struct process *p, const struct registers *r, __u32 context, __u32 kernel)
{
	struct walk *w = claim_scratch(context);
	__u32 kernel_words;
	__u64 id;

	if (!w) {
		count(COUNT_NO_STACK);
		return 0;
	}
	kernel_words = walk_current(w, ctx, p, r, kernel);
	name_thread(w);
	id = intern_stack(w, kernel_words);
	if (!id)
		count(COUNT_NO_STACK);
	release_scratch(w);
	return id;
}

/* Hands an event over, with the stack in w. */
static __noinline int send_hit(struct walk *w, __u32 kernel_words, __u32 row, const struct hit *hit)
{
	__u32 at = w->words;

	if (at > FRAME_AREA_WORDS)
		return 0;
	bpf_probe_read_kernel(&w->area[at], sizeof(struct hit_values), hit);
	w->sample.probe = row;
	w->sample.value = hit->duration;
	count(hand_over(w, kernel_words, RECORD_HIT) ? COUNT_SAMPLES : COUNT_RING_FULL);
	return 0;
}

/* Hands an event over by itself. Without frames (record_user_frames) the walk ends where the thread is known. */
static __always_inline int trace(void *ctx, struct process *p, __u32 row, const struct hit *hit, const struct registers *r,
				 __u32 kernel)
{
	struct walk *w = claim_scratch(CONTEXT_PROBE);

	if (!w) {
		count(COUNT_SLOT_BUSY);
		return 0;
	}
	send_hit(w, walk_current(w, ctx, p, r, kernel), row, hit);
	release_scratch(w);
	return 0;
}

/* Takes an event: hands it over, or counts it. */
static __always_inline int account(void *ctx, struct process *p, const struct probe *probe, __u32 row, const struct hit *hit,
				   const struct registers *r, __u32 kernel)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct total_key key = {.key = hit->key, .probe = row, .pid = id >> 32, .tid = id};

	if (probe->flags & PROBE_TRACE)
		return trace(ctx, p, row, hit, r, kernel);
	if (probe->flags & PROBE_STACKS)
		key.stack = current_stack(ctx, p, r, CONTEXT_PROBE, kernel);
	if (probe->flags & PROBE_BUCKETS)
		add_to_bucket(row, hit->key, hit->events, hit->value);
	add_total(&key, hit->events, hit->value);
	return 0;
}

static __always_inline struct process *current_process(void)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;

	return bpf_map_lookup_elem(&processes, &pid);
}

static __always_inline void enter_call(__u32 row, __u64 frame, const struct call *call)
{
	struct call_key key = {.frame = frame, .probe = row, .tid = (__u32)bpf_get_current_pid_tgid()};

	if (bpf_map_update_elem(&calls, &key, call, BPF_ANY))
		count(COUNT_CALLS_FULL);
}

/* Ends a call. Returns 0 if it began before the recording. */
static __noinline int leave_call(__u32 row, __u64 frame, struct hit *hit)
{
	struct call_key key = {.frame = frame, .probe = row, .tid = (__u32)bpf_get_current_pid_tgid()};
	struct call *call = bpf_map_lookup_elem(&calls, &key);

	if (!call)
		return 0;
	hit->duration = bpf_ktime_get_ns() - call->since;
	for (int i = 0; i < 6; i++)
		hit->arguments[i] = call->arguments[i];
	bpf_map_delete_elem(&calls, &key);
	return 1;
}

/* The user registers at a probe in user space. */
static __always_inline void probe_registers(const struct pt_regs *ctx, struct registers *r)
{
	r->ip = ctx->ip;
	r->sp = ctx->sp;
	r->bp = ctx->bp;
	r->r13 = ctx->r13;
	r->r15 = ctx->r15;
	r->bx = ctx->bx;
	r->ax = ctx->ax;
	r->dx = ctx->dx;
}

#endif
