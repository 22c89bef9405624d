// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The stacks of threads that wait already when a recording begins. An object of its own, with the maps of the other one: it reads the
 * memory of other threads, by kernel functions that not all kernels have (Linux 6.2).
 */
#define WALKS_WAITING
#include "stacks.h"
#include "schedules.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
} __attribute__((preserve_access_index));

/* The kernel's part of the stack of a thread that waits. Returns its words. */
static __always_inline __u32 walk_waiting_kernel(struct walk *w, struct task_struct *task)
{
	long bytes = record_kernel_frames ? bpf_get_task_stack(task, w->area, MAX_KERNEL_FRAMES * 8, 0) : 0;

	if (bytes <= 0)
		return 0;
	return bytes > MAX_KERNEL_FRAMES * 8 ? MAX_KERNEL_FRAMES : (__u32)bytes >> 3;
}

/* Whether the thread still waits as it did when `s` was made: it has not run since. */
static __always_inline int still_waits(const struct schedule *s, struct task_struct *task)
{
	return s->wait == WAIT_BEFORE && !s->on && s->switches == task->nvcsw + task->nivcsw && task->__state;
}

/* Called for each thread of a process, by a thread of the collector's. */
SEC("iter.s/task")
int on_waiting_thread(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	__u32 slot = 0, tid, pid, kernel_words;
	struct schedule *s;
	struct process *p;
	struct walk *w;
	__u64 id;

	if (!task)
		return 0;
	tid = task->pid;
	pid = task->tgid;
	s = bpf_map_lookup_elem(&schedules, &tid);
	p = bpf_map_lookup_elem(&processes, &pid);
	w = bpf_map_lookup_elem(&scratch, &slot);
	if (!s || !p || !w || s->pid != pid || !still_waits(s, task))
		return 0;
	waiting_thread = (__u64)pid << 32 | tid;
	start_walk(w);
	kernel_words = walk_waiting_kernel(w, task);
	w->words = kernel_words;
	walk_from_entry(w, p, task);
	name_thread(w);
	id = intern_stack(w, kernel_words);
	/* If it ran meanwhile, nothing of that holds. */
	if (!id || !still_waits(s, task))
		return 0;
	s->stack = id;
	s->wait = wait_class(task, task->__state, 0);
	return 0;
}
