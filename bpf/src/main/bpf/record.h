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
 * CPU -> scratch of one walk. An ordinary array, since a per-CPU array's values end at 32 kB and this is 62 kB: 3 words of
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
	__u32 in_syscall;
	__u32 at_entry;
};

static __always_inline struct walk *claim_scratch(void)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct walk *w = bpf_map_lookup_elem(&scratch, &cpu);

	if (!w)
		return NULL;
	if (__sync_val_compare_and_swap(&w->busy, 0, 1)) {
		count(COUNT_SLOT_BUSY);
		return NULL;
	}
	return w;
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
	w->serial++;
	w->pid = bpf_get_current_pid_tgid() >> 32;
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
	r->in_syscall = (long)regs->orig_ax >= 0;
	/*
	 * A child that has not left clone has an empty stack. A thread in exit called it from its entry, start_thread, and may
	 * have no memory any more that could be read.
	 */
	r->at_entry = (regs->ax == 0 && (regs->orig_ax == SYSCALL_CLONE || regs->orig_ax == SYSCALL_CLONE3)) ||
		      regs->orig_ax == SYSCALL_EXIT;
}

static __always_inline void walk_from(struct walk *w, struct process *p, const struct registers *r, __u64 fsbase)
{
	w->pc = r->ip;
	w->sp = r->sp;
	w->fp = r->bp;
	w->r13 = r->r13;
	w->rbx = r->bx;
	w->rax = r->ax;
	w->rdx = r->dx;
	w->leaf = 1;
	w->in_syscall = r->in_syscall;
	w->at_entry = r->at_entry;
	if (p->is_hotspot)
		w->java_thread = current_java_thread(w, &p->hotspot, fsbase, r->r15);
	if (w->java_thread)
		w->flags |= SAMPLE_JAVA_THREAD;
	if (!record_user_frames)
		w->end = END_COMPLETE;
	else if (!w->sp || !w->pc)
		w->end = END_NO_USER_REGISTERS;
	else
		walk_user_stack(w, p);
}

static __always_inline void send(struct walk *w, __u32 kernel_words)
{
	struct sample *s = &w->sample;
	__u64 id = bpf_get_current_pid_tgid();
	__u64 bytes = sizeof(*s) + (__u64)w->words * 8;
	__u64 flags = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) > wakeup_bytes ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;

	s->head.type = RECORD_SAMPLE;
	s->head.pid = id >> 32;
	s->head.time_ns = bpf_ktime_get_ns();
	s->tid = id;
	s->cpu = bpf_get_smp_processor_id();
	s->kernel_frames = kernel_words;
	s->user_frames = (w->words - kernel_words) / FRAME_WORDS;
	s->end = w->end;
	s->flags = w->flags;
	s->end_pc = w->end == END_COMPLETE ? 0 : w->pc;
	s->java_thread = w->java_thread;
	bpf_get_current_comm(s->comm, sizeof(s->comm));
	if (bytes > sizeof(*s) + sizeof(w->area))
		bytes = sizeof(*s) + sizeof(w->area);
	if (bpf_ringbuf_output(&ring, s, bytes, flags))
		count(COUNT_RING_FULL);
	else
		count(COUNT_SAMPLES);
}

#endif
