/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Frames of the code cache: nmethods, runtime stubs, adapters. */
#ifndef JAVELIN_WALK_COMPILED_H
#define JAVELIN_WALK_COMPILED_H

#include "walk_blob.h"
#include "walk_leaf.h"
#include "walk_stubs.h"

/* Keeps what find_blob found of an nmethod's return address. A deopt handler stands for other pcs, and is not kept. */
static __always_inline void remember_code(struct walk *w)
{
	struct compiled_code *c = compiled_slot(w, w->pc);

	if (w->leaf || !w->is_nmethod || w->pc == w->deopt_handler || w->frame_size <= 0 || w->frame_size >= 0x100000)
		return;
	c->pc = w->pc;
	c->blob = w->blob;
	c->method = w->method;
	c->code_begin = w->code_begin;
	c->pid = w->pid;
	c->compile_id = w->compile_id;
	c->walk = w->serial;
	c->frame_size = w->frame_size;
}

/*
 * The frame of an nmethod whose return address was met before. Its memory may have been given to another nmethod since,
 * which is looked at once in each walk. Returns 0 if it is not known.
 */
static __noinline int step_known_code(struct walk *w, const struct hotspot *hs)
{
	struct compiled_code *c = compiled_slot(w, w->pc);
	__u64 saved[2] = {}, caller_sp;

	if (c->pc != w->pc || c->pid != w->pid || c->frame_size <= 0)
		return 0;
	if (c->walk != w->serial) {
		if (!is_still_there(w, hs, c->blob, c->compile_id))
			return 0;
		c->walk = w->serial;
	}
	emit(w, FRAME_COMPILED, 0, c->blob, (__u64)c->compile_id << 32 | (__u32)(w->pc - c->code_begin), c->method);
	caller_sp = w->sp + (__u64)c->frame_size * 8;
	if (read_pair(w, caller_sp - 16, saved))
		end_walk(w, END_STACK_UNREADABLE);
	else
		to_caller(w, saved[1], caller_sp, saved[0]);
	return 1;
}

/*
 * Code of an nmethod behind its body, such as a load barrier of ZGC, spills registers below the frame while it calls out
 * (ZSaveLiveRegisters, src/hotspot/cpu/x86/gc/z/zBarrierSetAssembler_x86.cpp). Returns the bytes by which the stack is deeper than
 * the frame: what is given back after the call, where only that leads to a return address.
 */
static __noinline __u64 spilled_bytes(const struct walk *w, const struct hotspot *hs)
{
	__u64 ret = 0, caller_sp = w->sp + (__u64)w->frame_size * 8, spilled;

	if (w->frame_size <= 0 || w->frame_size >= 0x100000 || read_word(caller_sp - 8, &ret) || in_code_cache(hs, ret))
		return 0;
	spilled = (__u64)spilled_words(w->pc) * 8;
	if (!spilled || read_word(caller_sp + spilled - 8, &ret) || !is_java_return(hs, ret))
		return 0;
	return spilled;
}

static __noinline void step_compiled(struct walk *w, const struct process *p)
{
	const struct hotspot *hs = &p->hotspot;
	__u64 saved[2] = {}, caller_sp, spilled = 0; /* saved: rbp and the return address */

	if (!w->leaf && step_known_code(w, hs))
		return;
	if (!find_blob(w, hs, w->pc)) {
		emit(w, FRAME_NATIVE, frame_flags(w), w->pc, 0, 0);
		return end_walk(w, END_NO_BLOB);
	}
	if (w->is_nmethod && !w->leaf)
		spilled = spilled_bytes(w, hs);
	if (!spilled)
		remember_code(w);
	emit_blob(w, undeoptimised_pc(w, w->sp));
	if (w->leaf) {
		if (w->is_nmethod)
			return (void)step_compiled_leaf(w, hs);
		if (w->frame_size > 0)
			return step_runtime_stub_leaf(w, hs);
		if (w->frame_size < 0) /* slow_subtype_check, unwind_exception and the like: a few pushed registers */
			return scan_for_return(w);
		if (w->kind == hs->kind_adapter || w->kind == hs->kind_vtable_stub || w->kind == hs->kind_method_handles)
			return step_frameless_leaf(w, hs);
		return step_stub_leaf(w, p);
	}
	if (w->frame_size > 0 && w->frame_size < 0x100000) {
		caller_sp = w->sp + (__u64)w->frame_size * 8 + spilled;
		if (read_pair(w, caller_sp - 16, saved))
			return end_walk(w, END_STACK_UNREADABLE);
	} else {
		/* StubRoutines that call out, and C1's barriers of G1: a plain rbp frame */
		caller_sp = w->fp + 16;
		if (step_bare_stub(w, hs))
			return;
		if (w->fp < w->sp || read_user(saved, 16, w->fp))
			return end_walk(w, END_BAD_RETURN);
		/* The entry barrier of an nmethod pushes -1 in place of a return address that may not be skipped. */
		if (saved[1] == (__u64)-1) {
			caller_sp += 8;
			if (read_word(w->fp + 16, &saved[1]))
				return end_walk(w, END_BAD_RETURN);
		}
	}
	to_caller(w, saved[1], caller_sp, saved[0]);
}

#endif
