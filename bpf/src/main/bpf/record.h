/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The one core that every attach point calls: filter, walk, hand over. */
#ifndef JAVELIN_RECORD_H
#define JAVELIN_RECORD_H

#include "walk_stack.h"

/* Frames of a user stack at most (-j). */
const volatile __u32 max_frames = 512;
const volatile __u32 record_kernel_frames = 1;
const volatile __u32 record_user_frames = 1;
/* Bytes in the ring buffer above which the collector is woken at once; it looks every 50 ms by itself. */
const volatile __u64 wakeup_bytes = 4 << 20;

/*
 * CPU * contexts + context -> scratch of one walk. An ordinary array, since a per-CPU array's values end at 32 kB and this is 75 kB: 3 words of
 * 8 bytes for each of 2,048 frames, 127 kernel frames, and the walker's caches. Sized by the collector.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct walk);
} scratch SEC(".maps");

/* arch/x86/entry/syscalls/syscall_64.tbl */
#define SYSCALL_CLONE 56
#define SYSCALL_EXIT 60
#define SYSCALL_CLONE3 435

struct registers {
	__u64 ip, sp, bp, r13, r15, bx, ax, dx;
	__u32 after_call; /* 1: ip lies behind the instruction at which the thread is */
	__u32 at_entry;
};

/*
 * Walks may interrupt each other on one CPU: the clock all others, the scheduler those of probes, and a thread with a probe may be
 * preempted by another.
 */
enum context {
	CONTEXT_CLOCK = 0,
	CONTEXT_SCHEDULER = 1,
	CONTEXT_PROBE = 2,
	CONTEXTS = 4,
};

/* 1 if only the clock is used. */
const volatile __u32 contexts = 1;

static __always_inline struct walk *claim_slot(__u32 slot)
{
	struct walk *w = bpf_map_lookup_elem(&scratch, &slot);

	return w && !__sync_val_compare_and_swap(&w->busy, 0, 1) ? w : NULL;
}

/* Scratch for a walk, NULL if all that this context may have is in use. */
static __always_inline struct walk *claim_scratch(enum context context)
{
	__u32 slot = bpf_get_smp_processor_id() * contexts + context;
	struct walk *w = claim_slot(slot);

	return w || context != CONTEXT_PROBE ? w : claim_slot(slot + 1);
}

static __always_inline void release_scratch(struct walk *w)
{
	__sync_lock_test_and_set(&w->busy, 0);
}

static __always_inline void start_walk(struct walk *w)
{
	w->words = 0;
	w->frames = 0;
	w->max_frames = max_frames;
	w->mode = ON_STACK;
	w->flags = 0;
	w->bridged_at = 0;
	w->chunks = 0;
	w->blob = 0;
	w->map.end = 0;
	w->map.start = 1;
	w->java_thread = 0;
	w->window_at = NO_WINDOW;
	w->vm_sp = 0;
	w->identity = 0;
	w->serial++;
	w->sample.head.time_ns = bpf_ktime_get_ns();
	w->second = w->sample.head.time_ns >> 30;
	w->pid = walked_thread() >> 32;
	__builtin_memset(&w->sample.trace, 0, sizeof(w->sample.trace));
}

/* The registers with which the thread entered the kernel. */
static __always_inline void entry_registers(struct task_struct *task, struct registers *r)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
	r->ip = regs->ip;
	r->sp = regs->sp;
	r->bp = regs->bp;
	r->r13 = regs->r13;
	r->r15 = regs->r15;
	r->bx = regs->bx;
	r->ax = regs->ax;
	r->dx = regs->dx;
	r->after_call = (long)regs->orig_ax >= 0;
	/*
	 * A child that has not left clone has an empty stack. A thread in exit called it from its entry, start_thread, and may
	 * have no memory any more that could be read.
	 */
	r->at_entry = (regs->ax == 0 && (regs->orig_ax == SYSCALL_CLONE || regs->orig_ax == SYSCALL_CLONE3)) ||
		      regs->orig_ax == SYSCALL_EXIT;
}

/* The kernel's part of the stack of the current thread. Returns its words. */
static __always_inline __u32 walk_kernel(struct walk *w, void *ctx)
{
	long bytes;

	if (!record_kernel_frames)
		return 0;
	bytes = bpf_get_stack(ctx, w->area, MAX_KERNEL_FRAMES * 8, 0);
	if (bytes <= 0)
		return 0;
	return bytes > MAX_KERNEL_FRAMES * 8 ? MAX_KERNEL_FRAMES : (__u32)bytes >> 3;
}

static __always_inline void start_at(struct walk *w, const struct registers *r)
{
	w->pc = r->ip;
	w->sp = r->sp;
	w->fp = r->bp;
	w->r13 = r->r13;
	w->rbx = r->bx;
	w->rax = r->ax;
	w->rdx = r->dx;
	w->leaf = 1;
	w->in_syscall = r->after_call;
	w->at_entry = r->at_entry;
}

/* Not inlined, so that the registers take no room on the stack while it is walked. Returns r15. */
static __noinline __u64 start_at_entry(struct walk *w, struct task_struct *task)
{
	struct registers r = {};

	entry_registers(task, &r);
	start_at(w, &r);
	return r.r15;
}

static __always_inline void walk_started(struct walk *w, struct process *p, __u64 fsbase, __u64 r15)
{
	if (p->is_hotspot)
		w->java_thread = current_java_thread(w, &p->hotspot, fsbase, r15);
	if (w->java_thread)
		w->flags |= SAMPLE_JAVA_THREAD;
	if (!record_user_frames)
		w->end = END_COMPLETE;
	else if (!w->sp || !w->pc)
		w->end = END_NO_USER_REGISTERS;
	else
		walk_user_stack(w, p);
}

static __always_inline void walk_from(struct walk *w, struct process *p, const struct registers *r, __u64 fsbase)
{
	start_at(w, r);
	walk_started(w, p, fsbase, r->r15);
}

/* Walks from where the thread entered the kernel. */
static __always_inline void walk_from_entry(struct walk *w, struct process *p, struct task_struct *task)
{
	walk_started(w, p, task->thread.fsbase, start_at_entry(w, task));
}

/* Puts the record of the walk into the ring. Returns 0 if there is no room. */
static __always_inline int hand_over(struct walk *w, __u32 kernel_words, __u32 type)
{
	struct sample *s = &w->sample;
	__u64 id = walked_thread();
	__u64 words = w->words + (type == RECORD_HIT ? w->hit_words : 0);
	__u64 bytes = sizeof(*s) + words * 8;
	__u64 flags = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) > wakeup_bytes ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;

	s->head.type = type;
	s->head.pid = id >> 32;
	s->tid = id;
	s->cpu = bpf_get_smp_processor_id();
	s->kernel_frames = kernel_words;
	s->user_frames = (w->words - kernel_words) / FRAME_WORDS;
	s->end = w->end;
	s->flags = w->flags;
	s->end_pc = w->end == END_COMPLETE ? 0 : w->pc;
	s->java_thread = w->java_thread;
	read_comm(s->comm, sizeof(s->comm));
	if (bytes > sizeof(*s) + sizeof(w->area))
		bytes = sizeof(*s) + sizeof(w->area);
	return !bpf_ringbuf_output(&ring, s, bytes, flags);
}

/* Hands a sample over, and counts it or its loss. */
static __always_inline void send(struct walk *w, __u32 kernel_words)
{
	count(hand_over(w, kernel_words, RECORD_SAMPLE) ? COUNT_SAMPLES : COUNT_RING_FULL);
}

#endif
