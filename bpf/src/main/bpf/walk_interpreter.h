/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Frames of the template interpreter. Words from rbp (src/hotspot/cpu/x86/frame_x86.hpp, same in JDK 17 and 25):
 *   +1 return address, 0 caller's rbp, -1 sender_sp, -3 Method*, -8 bytecode pointer, -9 bottom of the expression stack.
 * The caller's sp is sender_sp: not fp + 16, since the callee's locals overlap the caller's expression stack.
 */
#ifndef JAVELIN_WALK_INTERPRETER_H
#define JAVELIN_WALK_INTERPRETER_H

#include "walk.h"

/* The words fp-72 .. fp+8: */
#define SLOT_BCP 1
#define SLOT_METHOD 6
#define SLOT_SENDER_SP 8
#define SLOT_LINK 9
#define SLOT_RETURN 10
#define SLOTS_BELOW_FP 72
#define SLOTS 11

/* The ConstMethod of the Method of a frame whose callee is at hand; 0 if it is no Method. */
static __always_inline __u64 const_method_of(struct walk *w, const struct hotspot *hs, __u64 method, __u64 bcp)
{
	__u32 slot = cache_slot(bcp, INTERPRETED_CACHE);
	struct interpreted_code *c;
	__u64 const_method = 0;

	for (int way = 0; way < 2 && !w->leaf; way++) {
		c = &w->interpreted_cache[way_of(slot, way, INTERPRETED_CACHE)];
		if (c->method == method && c->bcp == bcp && c->pid == w->pid && c->read_in == w->second)
			return c->const_method;
	}
	if (method < 4096 || (method & 7) || read_word(method + hs->method_const_method, &const_method) ||
	    const_method < 4096 || (const_method & 7))
		return 0;
	if (!w->leaf && bcp - const_method - hs->const_method_size < 65536) {
		c = &w->interpreted_cache[way_of(slot, w->serial, INTERPRETED_CACHE)];
		c->method = method;
		c->bcp = bcp;
		c->pid = w->pid;
		c->read_in = w->second;
		c->const_method = const_method;
	}
	return const_method;
}

/* Emits the frame of a Method; r13 is preferred as the bytecode pointer at the leaf. Returns 0 if it is no Method. */
static __always_inline int emit_interpreted(struct walk *w, const struct hotspot *hs, __u64 method, __u64 bcp, __u64 flags)
{
	__u64 const_method = const_method_of(w, hs, method, bcp), codes, bci = -1;

	if (!const_method)
		return 0;
	codes = const_method + hs->const_method_size;
	if (w->leaf && w->r13 - codes < 65536)
		bcp = w->r13;
	if (bcp - codes < 65536)
		bci = bcp - codes;
	emit(w, FRAME_INTERPRETED, flags, method, const_method, bci);
	return 1;
}

/* The frame at w->fp, complete. */
static __always_inline void step_over_interpreted(struct walk *w, const struct hotspot *hs)
{
	const __u64 *slots = stack_words(w, w->fp - SLOTS_BELOW_FP, SLOTS);

	if (!slots)
		return end_walk(w, END_STACK_UNREADABLE);
	if (!emit_interpreted(w, hs, slots[SLOT_METHOD], slots[SLOT_BCP], frame_flags(w)) || slots[SLOT_SENDER_SP] < w->fp)
		return end_walk(w, END_BAD_INTERPRETED);
	return to_caller(w, slots[SLOT_RETURN], slots[SLOT_SENDER_SP], slots[SLOT_LINK]);
}

VERIFIED_ALONE int step_interpreted_frame(struct walk *w, const struct hotspot *hs)
{
	if (w && hs)
		step_over_interpreted(w, hs);
	return 0;
}

/*
 * The leaf in a method entry: rbx is the callee's Method, r13 the caller's sp until the bytecode pointer takes its place.
 * In turn: [sp] is the return address; it is popped into rax to make room for the locals; it is pushed again, then
 * rbp, sender_sp, 0, Method*, mirror, mdp, cache, locals, bcp, bottom (generate_normal_entry and generate_fixed_frame of
 * src/hotspot/cpu/x86/templateInterpreterGenerator_x86.cpp).
 */
static __noinline void step_method_entry(struct walk *w, const struct hotspot *hs)
{
	__u64 sp = w->sp, fp = w->fp, rax = w->rax, r13 = w->r13, method = w->rbx;
	__u64 top = 0, ret = 0, link = 0, sender_sp = r13;
	__u64 below = fp - sp; /* huge if fp < sp */

	/* The bytecode pointer has taken the place of the caller's sp: all is there, and locks, stack checks or counters follow. */
	if (below >= SLOTS_BELOW_FP && r13 - sp > 65536)
		return (void)step_interpreted_frame(w, hs);
	if (below == SLOTS_BELOW_FP) {
		read_word(fp - 24, &ret);
		/* All ten words pushed, expression stack empty: an ordinary frame, unless the caller's looks the same. */
		if (ret == method || !is_java_return(hs, rax))
			return (void)step_interpreted_frame(w, hs);
	}
	w->r13 = 0; /* no bytecode pointer yet */
	if (below < SLOTS_BELOW_FP) {
		/* rbp is set, the rest of the frame is under way */
		if (read_word(fp, &link) || read_word(fp + 8, &ret))
			return end_walk(w, END_STACK_UNREADABLE);
		if (ret == rax || is_java_return(hs, ret)) {
			if (below >= 8)
				read_word(fp - 8, &sender_sp);
			emit_interpreted(w, hs, method, 0, FRAME_LEAF);
			return to_caller(w, ret, sender_sp, link);
		}
	}
	if (read_word(sp, &top))
		return end_walk(w, END_STACK_UNREADABLE);
	if (is_java_return(hs, top)) {
		ret = top;
	} else if (is_java_return(hs, rax)) {
		ret = rax;
	} else {
		/* A frame that calls into the VM before its first bytecode (locking, stack banging, counters). */
		w->r13 = r13;
		return (void)step_interpreted_frame(w, hs);
	}
	if (sender_sp < sp || sender_sp - sp > 8192)
		sender_sp = sp + 8;
	emit_interpreted(w, hs, method, 0, FRAME_LEAF);
	return to_caller(w, ret, sender_sp, fp);
}

static __noinline void step_interpreter(struct walk *w, const struct hotspot *hs)
{
	__u8 b[4] = {};
	__u64 ret;

	if (!w->leaf)
		return (void)step_interpreted_frame(w, hs);
	if (w->pc >= hs->entry_low && w->pc < hs->entry_high)
		return step_method_entry(w, hs);
	/*
	 * remove_activation (src/hotspot/cpu/x86/interp_masm_x86.cpp): mov rbx, sender_sp; leave; pop r13; mov rsp, rbx;
	 * jmp r13. After the leave the frame is gone, and its words still lie below sp.
	 */
	read_user(b, 3, w->pc);
	if (b[0] == 0x41 && b[1] == 0x5d) {
		__u64 method = 0;
		if (read_word(w->sp, &ret))
			return end_walk(w, END_STACK_UNREADABLE);
		if (is_java_return(hs, ret)) {
			read_word(w->sp - 32, &method);
			emit_interpreted(w, hs, method, 0, FRAME_LEAF);
			return to_caller(w, ret, w->rbx, w->fp);
		}
	} else if (((b[0] == 0x48 && ((b[1] == 0x8b && b[2] == 0xe3) || (b[1] == 0x89 && b[2] == 0xdc))) ||
		    (b[0] == 0x41 && b[1] == 0xff && b[2] == 0xe5)) &&
		   is_java_return(hs, w->r13)) {
		/* The callee has returned but for its jump: what is left is the caller. */
		w->leaf = 1;
		return to_caller(w, w->r13, w->rbx, w->fp);
	}
	return (void)step_interpreted_frame(w, hs);
}

#endif
