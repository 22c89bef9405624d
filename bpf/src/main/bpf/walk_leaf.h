/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The leaf in an nmethod: where its return address is, by the instruction. */
#ifndef JAVELIN_WALK_LEAF_H
#define JAVELIN_WALK_LEAF_H

#include "walk_blob.h"

/* Where the return address of a leaf lies. */
enum leaf_state {
	LEAF_FRAME,        /* the whole frame stands: sp + frame size - 8, rbp saved below it */
	LEAF_FRAME_OWN_FP, /* the same, but rbp still is the caller's */
	LEAF_PUSHED_FP,    /* [sp] is the caller's rbp, [sp + 8] the return address */
	LEAF_NO_FRAME,     /* [sp] is the return address, rbp is the caller's */
};

/* mov rbp, rsp, in either of its two forms; native wrappers have it between push rbp and sub rsp */
static __always_inline int sets_fp(const __u8 *code)
{
	return code[0] == 0x48 && ((code[1] == 0x8b && code[2] == 0xec) || (code[1] == 0x89 && code[2] == 0xe5));
}

/*
 * By the instruction at pc, which C1 and C2 emit in few forms (MacroAssembler::verified_entry, C1_MacroAssembler::build_frame,
 * MachEpilogNode of src/hotspot/cpu/x86; JDK 17 and 25).
 */
static __noinline enum leaf_state leaf_state(struct walk *w)
{
	__u64 offset = w->pc - w->code_begin;
	__u8 around[16] = {}, *before = around, *b = around + 8;

	if (read_user(around, 16, w->pc - 8))
		return LEAF_FRAME;
	if (w->frame_complete > 0 && offset < (__u64)w->frame_complete) {
		if (b[0] == 0x55) /* push rbp */
			return LEAF_NO_FRAME;
		if (b[0] == 0x48 && (b[1] == 0x81 || b[1] == 0x83) && b[2] == 0xec) /* sub rsp, n */
			return before[7] == 0x55 || sets_fp(before + 5) ? LEAF_PUSHED_FP : LEAF_NO_FRAME;
		if (sets_fp(b))
			return LEAF_PUSHED_FP;
		if (b[0] == 0x48 && b[1] == 0x89 && (b[2] == 0x6c || b[2] == 0xac) && b[3] == 0x24) /* mov [rsp+n], rbp */
			return LEAF_FRAME_OWN_FP;
		if ((b[0] == 0x41 && (b[1] == 0x81 || b[1] == 0x83) &&
		     (b[2] & 0x3f) == 0x3f) || /* cmp [r15+n], imm: entry barrier */
		    (b[0] == 0x0f && (b[1] == 0x85 || b[1] == 0x84) && (before[0] == 0x41 || before[3] == 0x41)))
			return LEAF_FRAME;
		if ((before[4] == 0x48 && before[5] == 0x83 && before[6] == 0xec) ||
		    (before[1] == 0x48 && before[2] == 0x81 && before[3] == 0xec)) /* just after sub rsp, n */
			return LEAF_FRAME;
		return LEAF_NO_FRAME; /* inline cache check, stack bang */
	}
	if (b[0] == 0xc3) /* ret */
		return LEAF_NO_FRAME;
	if (b[0] == 0x5d) /* pop rbp */
		return LEAF_PUSHED_FP;
	if (b[0] == 0x49 && b[1] == 0x3b && (b[2] == 0x67 || b[2] == 0xa7) && before[7] == 0x5d) /* cmp rsp, [r15+n]: poll */
		return LEAF_NO_FRAME;
	if (b[0] == 0x0f && b[1] == 0x87 && b[6] == 0xc3) /* ja slow; ret */
		return LEAF_NO_FRAME;
	return LEAF_FRAME;
}

#define RESTORES_WITHIN 320
#define MAX_SPILLED 4096

struct restore {
	__u64 pc;
	__u32 bytes;
};

/* One position of the search for add rsp, n; 1 ends it. */
static long find_restore(__u64 index, void *context)
{
	struct restore *r = context;
	__u8 b[8] = {};

	if (read_user(b, 7, r->pc + index))
		return 1;
	if (b[0] != 0x48 || (b[1] != 0x83 && b[1] != 0x81))
		return 0;
	if (b[2] == 0xc4) /* add rsp */
		r->bytes = b[1] == 0x83 ? b[3] : b[3] | (__u32)b[4] << 8 | (__u32)b[5] << 16 | (__u32)b[6] << 24;
	return b[2] == 0xc4 || b[2] == 0xec; /* or sub rsp */
}

/* Words that the code from pc on gives back to the stack before it takes any: the immediate of its add rsp, n. */
static __noinline int spilled_words(__u64 pc)
{
	struct restore r = {.pc = pc};

	bpf_loop(RESTORES_WITHIN, find_restore, &r, 0);
	return r.bytes < MAX_SPILLED ? r.bytes / 8 : 0;
}

static __always_inline void leave_compiled_leaf(struct walk *w, const struct hotspot *hs)
{
	enum leaf_state state = leaf_state(w);
	__u64 caller_sp = w->sp + (__u64)w->frame_size * 8;
	__u64 sp = w->sp, fp = w->fp, saved = fp, ret = 0;

	if (state == LEAF_NO_FRAME) {
		if (!read_word(sp, &ret) && try_return(w, hs, ret, sp + 8, fp))
			return;
	} else if (state == LEAF_PUSHED_FP) {
		if (!read_word(sp + 8, &ret) && !read_word(sp, &saved) && try_return(w, hs, ret, sp + 16, saved))
			return;
	} else if (w->frame_size == DO_YIELD_FRAME) {
		w->vm_pc = w->pc;
		w->vm_sp = sp;
	}
	if (w->frame_size > 0 && w->frame_size < 0x100000) {
		__u64 top[2] = {}; /* rbp and the return address */

		if (read_pair(w, caller_sp - 16, top))
			return end_walk(w, END_STACK_UNREADABLE);
		ret = top[1];
		if (state != LEAF_FRAME_OWN_FP && w->frame_size > 1)
			saved = top[0];
		if (try_return(w, hs, ret, caller_sp, saved))
			return;
		sp = caller_sp + (__u64)spilled_words(w->pc) * 8;
		if (sp != caller_sp && !read_word(sp - 8, &ret) && !read_word(sp - 16, &saved) &&
		    try_return(w, hs, ret, sp, saved))
			return;
		sp = w->sp;
		/* Intrinsics push a register or two for a while (C2_MacroAssembler::char_array_compress). */
		for (int i = 0; i < 2; i++) {
			caller_sp += 8;
			if (!read_word(caller_sp - 16, &saved) && !read_word(caller_sp - 8, &ret) &&
			    try_return(w, hs, ret, caller_sp, saved))
				return;
		}
	}
	/* Continuation.doYield has frozen the frames and goes back to enterSpecial: sp is at the ContinuationEntry. */
	if (w->java_thread && hs->thread_cont_entry && !read_word(w->java_thread + hs->thread_cont_entry, &ret) && ret == sp &&
	    !read_word(sp + hs->cont_entry_size, &saved) && !read_word(sp + hs->cont_entry_size + 8, &ret) &&
	    try_return(w, hs, ret, sp + hs->cont_entry_size + 16, saved))
		return;
	/* Out-of-line code that runs after the frame was popped (poll at return), or before it was built. */
	if (!read_word(sp, &ret) && try_return(w, hs, ret, sp + 8, fp))
		return;
	return scan_for_return(w);
}

VERIFIED_ALONE int step_compiled_leaf(struct walk *w, const struct hotspot *hs)
{
	if (w && hs)
		leave_compiled_leaf(w, hs);
	return 0;
}

#endif
