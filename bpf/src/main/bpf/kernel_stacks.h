/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The kernel's part of stacks that were met before.
 *
 * The kernel unwinds by tables that it searches for each frame: 1.5 us for the dozen frames of a thread that blocks, which is more than
 * all else that a switch costs. But the same few paths lead to the scheduler again and again, and whether a stack is one that was met
 * before can be told without the tables: the arguments of a raw tracepoint lie in the frame of the function that calls the program, so
 * what lies above them are the frames of its callers. If the word where the first return address is kept holds the same address as last
 * time, then the same function called, whose frame is as large as it was, so that the next return address is kept where it was as
 * well, and so forth. do_syscall_64 moves its frame by a random number (randomize_kstack_offset); its own return address lies right
 * below the user registers. The few functions that align their frames are at worst not recognised.
 *
 * A return probe or a tracer that puts another return address in place makes the stack one that was not met before, which the kernel unwinds.
 */
#ifndef JAVELIN_KERNEL_STACKS_H
#define JAVELIN_KERNEL_STACKS_H

#include "record.h"

/* Programs that walk the kernel themselves. */
#define SITE_SWITCH 1
#define SITE_WAKING 2

/*
 * Frames at the leaf that are kept below the arguments, at most: walk_kernel_known, the program, and bpf_trace_run, in whose frame the
 * arguments lie (Linux 6.18). One more is that of the tracepoint's caller, where no return probe can be.
 */
#define FRAMES_BELOW 4
/* Words from the arguments to the return address of bpf_trace_run, which keeps little else; 9 on Linux 6.18. */
#define MAX_FIRST_SLOT 16

/* Misses until a stack is learned, which takes about 2 us. Odd, so that stacks that take turns are all learned. */
#define MISSES_TO_LEARN 7

/* An index that the verifiers of all kernels know to be below `size`, a power of two, wherever the compiler has put its comparisons. */
static __always_inline __u32 below(__u32 index, __u32 size)
{
	barrier_var(index);
	return index & (size - 1);
}

/* Puts the frames of k into w->area if they are those of the `words` words in w->kernel_window. */
static __always_inline int is_known_kernel(struct walk *w, const struct known_kernel *k, __u32 site, __u32 words)
{
	__u32 frames = k->frames;

	if (k->site != site || w->kernel_window[below(words - 1, KERNEL_WINDOW)] != k->pcs[below(frames - 1, KNOWN_FRAMES)])
		return 0;
	for (__u32 i = 0; i < KNOWN_FRAMES; i++) {
		__u64 pc = k->pcs[i];
		__u32 slot = k->slots[i];

		w->area[i] = pc;
		if (i + 1 >= frames)
			break;
		if (i >= k->below && (slot >= words || w->kernel_window[below(slot, KERNEL_WINDOW)] != pc))
			return 0;
	}
	return 1;
}

struct learning {
	struct walk *walk;
	__u32 words; /* of the window, without the last */
	__u32 last;  /* the outermost frame */
	__u32 next;  /* the frame that is looked for */
};

/* From the user registers on down: each return address is where it can be highest. */
static long find_highest(__u64 index, void *context)
{
	struct learning *l = context;
	struct walk *w = l->walk;
	__u32 slot = l->words - 1 - (__u32)index, frame = l->next - 1;

	if (slot >= KERNEL_WINDOW || frame >= KNOWN_FRAMES)
		return 1;
	slot = below(slot, KERNEL_WINDOW);
	frame = below(frame, KNOWN_FRAMES);
	if (w->kernel_window[slot] != w->area[frame])
		return 0;
	w->kernel_slots[frame] = slot;
	l->next = frame;
	return frame == 0;
}

/* From the arguments on up: it is the only place if that is where it can be lowest, too. */
static long find_lowest(__u64 index, void *context)
{
	struct learning *l = context;
	struct walk *w = l->walk;
	__u32 slot = index, frame = l->next;

	if (slot >= l->words || slot >= KERNEL_WINDOW || frame >= KNOWN_FRAMES)
		return 1;
	slot = below(slot, KERNEL_WINDOW);
	frame = below(frame, KNOWN_FRAMES);
	if (w->kernel_window[slot] != w->area[frame])
		return 0;
	if (w->kernel_slots[frame] != slot)
		return 1;
	l->next = frame + 1;
	return l->next == l->last;
}

/*
 * Learns where the return addresses of the stack in w->area are kept in w->kernel_window, whose last word is the outermost one's place.
 * Remnants of older stacks lie between the frames: where one has a return address in its order, the stack is not learned. The innermost one
 * cannot be a remnant: its function has called others from there since. One that a return probe has replaced is not found, and counts as
 * one below the arguments, of which there are too many then.
 */
static __noinline void learn_kernel(struct walk *w, struct known_kernel *k, __u32 frames, __u32 words, __u32 site)
{
	struct learning l = {.walk = w, .words = words - 1, .last = frames - 1, .next = frames - 1};
	__u32 first;

	if (frames < 2 || frames > KNOWN_FRAMES || words < 2 || words > KERNEL_WINDOW ||
	    w->area[below(frames - 1, KNOWN_FRAMES)] != w->kernel_window[below(words - 1, KERNEL_WINDOW)])
		return;
	bpf_loop(words - 1, find_highest, &l, 0);
	first = l.next;
	if (first == l.last || first > FRAMES_BELOW || w->kernel_slots[below(first, KNOWN_FRAMES)] >= MAX_FIRST_SLOT)
		return;
	bpf_loop(words - 1, find_lowest, &l, 0);
	if (l.next != l.last)
		return;
	k->site = site;
	k->frames = frames;
	k->below = first;
	for (__u32 i = 0; i < KNOWN_FRAMES; i++) {
		k->pcs[i] = w->area[i];
		k->slots[i] = w->kernel_slots[i];
	}
}

/*
 * The same as walk_kernel, of a program of a raw tracepoint of the scheduler.
 *
 * @site tells the program
 */
static __noinline __u32 walk_kernel_known(struct walk *w, void *ctx, struct task_struct *task, __u32 site)
{
	struct pt_regs *regs;
	struct known_kernel *k;
	__u64 bytes;
	__u32 slot, words, frames;

	w->kernel_known = 0;
	if (!record_kernel_frames)
		return 0;
	regs = (struct pt_regs *)bpf_task_pt_regs(task);
	bytes = (__u64)regs - (__u64)ctx;
	barrier_var(bytes);
	/* An interrupt runs on another stack than the thread's: then this is some large number. */
	if (bytes < 16 || bytes & 7)
		return walk_kernel(w, ctx);
	barrier_var(bytes);
	if (bytes > KERNEL_WINDOW * 8 || bpf_probe_read_kernel(w->kernel_window, bytes, ctx))
		return walk_kernel(w, ctx);
	words = bytes >> 3;
	slot = cache_slot(regs->orig_ax * 2 + site, KNOWN_KERNELS);
	for (int way = 0; way < 2; way++) {
		k = &w->known_kernels[way_of(slot, way, KNOWN_KERNELS)];
		if (is_known_kernel(w, k, site, words)) {
			w->kernel_known = 1;
			frames = k->frames;
			return frames > KNOWN_FRAMES ? 0 : frames;
		}
	}
	frames = walk_kernel(w, ctx);
	if (++w->kernel_misses % MISSES_TO_LEARN == 0)
		learn_kernel(w, &w->known_kernels[way_of(slot, w->kernel_misses / MISSES_TO_LEARN, KNOWN_KERNELS)], frames,
			     words, site);
	return frames;
}

#endif
