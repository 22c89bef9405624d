/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Frames of ELF objects: libjvm, libc, the vdso, JNI libraries. */
#ifndef JAVELIN_WALK_NATIVE_H
#define JAVELIN_WALK_NATIVE_H

#include "walk.h"

/* 2^24 rows are more than the map may hold: enough halvings for any table. */
#define SEARCH_STEPS 24
/* Stands for a row where an object has none. */
#define FOLLOW_FRAME_POINTER (~0ULL)
/* 2^12 mappings */
#define MAPPING_STEPS 12

/* Linux x86-64: the kernel's rt_sigframe holds a ucontext at sp; offsets of gregs by <sys/ucontext.h>. */
#define UCONTEXT_R13 80
#define UCONTEXT_RBP 120
#define UCONTEXT_RBX 128
#define UCONTEXT_RDX 136
#define UCONTEXT_RAX 144
#define UCONTEXT_RSP 160
#define UCONTEXT_RIP 168

/* Loads the mapping of pc into w->map. Returns 0 if there is none. */
VERIFIED_ALONE int find_mapping(struct walk *w, const struct process *p, __u64 pc)
{
	struct mapping *m;
	__u32 low, high;
	__u64 run;

	if (!w || !p)
		return 0;
	run = *(volatile const __u64 *)&p->mappings;
	low = run >> 32;
	high = low + (run & 0xffff);
	for (int i = 0; i < MAPPING_STEPS && low < high; i++) {
		__u32 middle = low + (high - low) / 2;
		m = bpf_map_lookup_elem(&mappings, &middle);
		if (!m)
			return 0;
		if (pc < m->start) {
			high = middle;
		} else if (pc >= m->end) {
			low = middle + 1;
		} else {
			w->map = *m;
			return 1;
		}
	}
	return 0;
}

/* The rule for a virtual address of w->map's object, 0 (UNWIND_UNKNOWN) if it has none. */
VERIFIED_ALONE __u64 find_row(const struct walk *w, __u64 address)
{
	__u64 offset, found = 0;
	__u32 low, high;

	if (!w)
		return 0;
	offset = address - w->map.table_base;
	low = w->map.table_first;
	high = low + w->map.table_rows;
	if (offset > 0xffffffffULL)
		return 0;
	for (int i = 0; i < SEARCH_STEPS && low < high; i++) {
		__u32 middle = low + (high - low) / 2;
		__u64 *row = bpf_map_lookup_elem(&unwind_rows, &middle);
		if (!row)
			return 0;
		if ((__u32)*row <= (__u32)offset) {
			found = *row;
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return found;
}

/* The frame below a signal handler: every register is in the ucontext, and pc is where the thread was. */
static __always_inline void step_signal(struct walk *w)
{
	__u64 pc, sp, fp, r13 = 0, rbx = 0, rax = 0, rdx = 0;

	if (read_word(w->sp + UCONTEXT_RIP, &pc) || read_word(w->sp + UCONTEXT_RSP, &sp) ||
	    read_word(w->sp + UCONTEXT_RBP, &fp))
		return end_walk(w, END_STACK_UNREADABLE);
	read_word(w->sp + UCONTEXT_R13, &r13);
	read_word(w->sp + UCONTEXT_RBX, &rbx);
	read_word(w->sp + UCONTEXT_RAX, &rax);
	read_word(w->sp + UCONTEXT_RDX, &rdx);
	/* A handler on an alternate stack (sigaltstack) may lie above or below: no order of sp to check. */
	w->pc = pc;
	w->sp = sp;
	w->fp = fp;
	w->r13 = r13;
	w->rbx = rbx;
	w->rax = rax;
	w->rdx = rdx;
	w->leaf = 1;
	w->in_syscall = 0;
}

/*
 * Where the native part cannot be unwound, the thread's JavaFrameAnchor says where Java left off.
 * Used once per native stretch; the hole is marked.
 */
static __noinline void bridge(struct walk *w, const struct hotspot *hs, __u32 why)
{
	__u64 sp = 0, pc = 0, fp = 0;

	if (!w->java_thread || (w->bridged_at && w->bridged_at == w->frames))
		return end_walk(w, why);
	read_word(w->java_thread + hs->thread_anchor_sp, &sp);
	read_word(w->java_thread + hs->thread_anchor_pc, &pc);
	read_word(w->java_thread + hs->thread_anchor_fp, &fp);
	if (!sp || sp < w->sp)
		return end_walk(w, why);
	if (!pc && read_word(sp - 8, &pc))
		return end_walk(w, why);
	if (!in_code_cache(hs, pc))
		return end_walk(w, why);
	emit(w, FRAME_SKIPPED, 0, w->pc, why, 0);
	w->bridged_at = w->frames;
	w->flags |= SAMPLE_BRIDGED;
	w->pc = pc;
	w->sp = sp;
	w->fp = fp;
	w->leaf = 0;
	w->in_syscall = 0;
}

static __always_inline void step_frame_pointer(struct walk *w, const struct hotspot *hs)
{
	__u64 pc, fp;

	if (w->fp < w->sp || read_word(w->fp, &fp) || read_word(w->fp + 8, &pc))
		return bridge(w, hs, END_NO_UNWIND_INFO);
	if (!pc)
		return end_walk(w, END_COMPLETE);
	return to_caller(w, pc, w->fp + 16, fp);
}

static __always_inline int is_native_return(struct walk *w, const struct process *p, __u64 pc)
{
	return follows_call(pc) && find_mapping(w, p, pc);
}

/*
 * A leaf without a frame that native code called: assembly without unwind rules, such as libjvm's SpinPause, or a small
 * stub of the code cache. Marked, since only the call before [sp] vouches for it. Returns 0 if there is none.
 */
static __noinline int step_bare_leaf(struct walk *w, const struct process *p)
{
	__u64 ret;

	if (read_word(w->sp, &ret) || !is_native_return(w, p, ret))
		return 0;
	flag_last_frame(w, FRAME_SCANNED);
	w->flags |= SAMPLE_SCANNED;
	to_caller(w, ret, w->sp + 8, w->fp);
	return 1;
}

/*
 * Whether the thread has just come out of the clone that made it: glibc ends the unwind rules before that syscall, and the
 * child's stack is empty (sysdeps/unix/sysv/linux/x86_64/clone3.S).
 */
static __noinline int is_newborn(const struct walk *w)
{
	__u8 before[12] = {};

	if (w->rax || w->java_thread || read_user(before, sizeof(before), w->pc - sizeof(before)))
		return 0;
	for (int i = 0; i + 1 < (int)sizeof(before); i++)
		if (before[i] == 0x0f && before[i + 1] == 0x05) /* syscall */
			return 1;
	return 0;
}

/* Puts what is known of pc into w->native_cache[w->native_slot]. Returns 0 if no mapping has it. */
static __noinline int find_native(struct walk *w, const struct process *p, __u64 pc)
{
	__u32 slot = cache_slot(pc, NATIVE_CACHE);
	__u32 mappings = p->mappings >> 16; /* the generation and the low half of the first row */
	struct native_code *c;

	for (int way = 0; way < 2; way++) {
		w->native_slot = way_of(slot, way, NATIVE_CACHE);
		c = &w->native_cache[w->native_slot];
		if (c->pc == pc && c->mappings == mappings)
			return 1;
	}
	slot = way_of(slot, w->serial, NATIVE_CACHE);
	w->native_slot = slot;
	c = &w->native_cache[slot];
	if ((pc < w->map.start || pc >= w->map.end) && !find_mapping(w, p, pc))
		return 0;
	c->pc = pc;
	c->mappings = mappings;
	c->address = pc - w->map.bias;
	c->object = w->map.object;
	c->row = w->map.table_rows ? find_row(w, c->address) : FOLLOW_FRAME_POINTER;
	return 1;
}

/*
 * A return probe has put the address of the kernel's trampoline in place of the return address. Returns where the function really
 * returns to, 0 if there is no such probe.
 */
static __noinline __u64 probed_return(const struct walk *w)
{
	return w->leaf ? 0 : pending_return(w->sp);
}

static __noinline void step_native(struct walk *w, const struct process *p)
{
	const struct hotspot *hs = &p->hotspot;
	__u64 pc = w->leaf && !w->in_syscall ? w->pc : w->pc - 1;
	__u64 row, address, cfa, fp, saved[2] = {}; /* saved: the words below cfa, usually rbp and the return address */
	struct native_code *c;
	__u64 ret;
	int known;
	__s64 offset;
	__s8 rbp_slot;

	known = find_native(w, p, pc);
	if (!known || !w->native_cache[w->native_slot & (NATIVE_CACHE - 1)].object) {
		ret = probed_return(w);
		if (ret && ret != w->pc) {
			w->pc = ret;
			return;
		}
	}
	if (!known) {
		emit(w, FRAME_NATIVE, frame_flags(w), pc, 0, 0);
		return bridge(w, hs, END_UNMAPPED);
	}
	c = &w->native_cache[w->native_slot & (NATIVE_CACHE - 1)];
	address = c->address;
	row = c->row;
	/* A signal handler returns to the first byte of its trampoline, which nothing called. */
	emit(w, FRAME_NATIVE, frame_flags(w), pc, c->object, row >> 56 == UNWIND_SIGNAL ? address + 1 : address);
	if (w->leaf && w->at_entry)
		return end_walk(w, END_COMPLETE);
	if (row == FOLLOW_FRAME_POINTER)
		return step_frame_pointer(w, hs);
	offset = (__s64)(__s16)(row >> 32) * 8;
	rbp_slot = (__s8)(row >> 48);
	switch (row >> 56) {
	case UNWIND_RSP:
		cfa = w->sp + offset;
		break;
	case UNWIND_RBP:
		cfa = w->fp + offset;
		break;
	case UNWIND_PLT:
		cfa = w->sp + 8 + ((address & 15) >= (row >> 32 & 0xffff) ? 8 : 0);
		break;
	case UNWIND_DEREF_RBP:
		if (read_word(w->fp + offset, &cfa))
			return bridge(w, hs, END_STACK_UNREADABLE);
		break;
	case UNWIND_SIGNAL:
		return step_signal(w);
	case UNWIND_END:
		return end_walk(w, END_COMPLETE);
	default:
		if (w->leaf && step_bare_leaf(w, p))
			return;
		if (w->leaf && is_newborn(w))
			return end_walk(w, END_COMPLETE);
		return bridge(w, hs, END_NO_UNWIND_INFO);
	}
	if (read_pair(w, cfa - 16, saved))
		return bridge(w, hs, END_STACK_UNREADABLE);
	fp = w->fp;
	if (rbp_slot == -2)
		fp = saved[0];
	else if (rbp_slot == UNWIND_RBP_AT_RBP)
		read_word(w->fp, &fp);
	else if (rbp_slot == UNWIND_RBP_LOST)
		fp = 0;
	else if (rbp_slot && read_word(cfa + (__s64)rbp_slot * 8, &fp))
		return bridge(w, hs, END_STACK_UNREADABLE);
	if (!saved[1])
		return end_walk(w, END_COMPLETE);
	to_caller(w, saved[1], cfa, fp);
	if (!w->vm_sp && in_code_cache(hs, w->pc)) {
		w->vm_pc = w->pc;
		w->vm_sp = w->sp;
	}
}

#endif
