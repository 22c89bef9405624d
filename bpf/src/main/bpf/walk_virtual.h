/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Virtual threads. A thread that ever yielded runs on a few thawed frames; the last of them returns to cont_returnBarrier,
 * and its callers lie frozen in stack chunks in the heap (src/hotspot/share/oops/stackChunkOop.hpp and
 * src/hotspot/cpu/x86/stackChunkFrameStream_x86.inline.hpp, JDK 21 to 25). Below them the carrier goes on at the
 * ContinuationEntry on its own stack.
 */
#ifndef JAVELIN_WALK_VIRTUAL_H
#define JAVELIN_WALK_VIRTUAL_H

#include "walk.h"
#include "walk_compiled.h"
#include "walk_interpreter.h"

/* A virtual thread's frames lie in a handful of chunks; more than this is a cycle. */
#define MAX_CHUNKS 64
/* Length of the stub cont_returnBarrierExc, generously (generate_cont_thaw; what follows it never calls out). */
#define RETURN_BARRIER_BYTES 256

/* src/hotspot/share/gc/z/zAddress.hpp, x86: one of four remapped bits, 12 to 15, is set; the address begins above it. */
static __always_inline __u64 zgc_uncoloured(__u64 oop)
{
	switch (oop >> 12 & 15) {
	case 1:
		return oop >> 13;
	case 2:
		return oop >> 14;
	case 4:
		return oop >> 15;
	case 8:
		return oop >> 16;
	default:
		return 0;
	}
}

/* The reference in a field of a Java object; 0 if null or unreadable. */
VERIFIED_ALONE __u64 read_reference(const struct hotspot *hs, __u64 object, __u32 field)
{
	__u64 oop = 0;
	__u32 narrow = 0;

	if (!hs)
		return 0;

	if (hs->compressed_oops) {
		if (read_user(&narrow, 4, object + field) || !narrow)
			return 0;
		return hs->narrow_oop_base + ((__u64)narrow << (hs->narrow_oop_shift & 7));
	}
	if (read_word(object + field, &oop))
		return 0;
	return hs->zgc_generational ? zgc_uncoloured(oop) : oop;
}

static __always_inline void leave_chunks(struct walk *w, const struct hotspot *hs)
{
	emit(w, FRAME_CARRIER, 0, 0, 0, 0);
	w->mode = ON_STACK;
	w->pc = hs->cont_entry_return;
	w->sp = w->cont_entry;
	w->fp = w->cont_entry + hs->cont_entry_size;
	w->leaf = 0;
}

/* Goes on at the top frozen frame of w->chunk, or of the first parent that has any; then on the carrier. */
static __always_inline void look_into_chunks(struct walk *w, const struct hotspot *hs)
{
	for (int i = 0; i < 4; i++) {
		__u64 chunk = w->chunk, stack;
		__u32 sp = 0, bottom = 0, size = 0;

		if (!chunk)
			return leave_chunks(w, hs);
		if (++w->chunks > MAX_CHUNKS || read_user(&sp, 4, chunk + hs->chunk_sp) ||
		    read_user(&bottom, 4, chunk + hs->chunk_bottom) || read_user(&size, 4, chunk + hs->chunk_size))
			return end_walk(w, END_BAD_CHUNK);
		if (hs->chunk_bottom_is_argsize)
			bottom = size - bottom;
		if (sp > size || bottom > size || size > (64 << 20))
			return end_walk(w, END_BAD_CHUNK);
		stack = chunk + hs->chunk_stack;
		w->chunk_end = stack + (__u64)bottom * 8;
		if (sp < bottom) {
			w->mode = IN_CHUNK;
			w->sp = stack + (__u64)sp * 8;
			w->unextended_sp = w->sp;
			w->leaf = 0;
			if (read_word(w->sp - 8, &w->pc))
				end_walk(w, END_BAD_CHUNK);
			return;
		}
		w->chunk = read_reference(hs, chunk, hs->chunk_parent);
	}
	return end_walk(w, END_BAD_CHUNK);
}

VERIFIED_ALONE int enter_chunk(struct walk *w, const struct hotspot *hs)
{
	if (w && hs)
		look_into_chunks(w, hs);
	return 0;
}

/* The next frozen frame, or what follows the last one. unextended is where the caller's own words begin. */
static __always_inline void to_frozen_caller(struct walk *w, const struct hotspot *hs, __u64 sp, __u64 unextended)
{
	if (sp <= w->sp)
		return end_walk(w, END_NO_PROGRESS);
	/* Two words of metadata lie below each frame's sp; the bottom frame's caller is in the parent chunk or on the carrier. */
	if (sp + 16 >= w->chunk_end) {
		w->chunk = read_reference(hs, w->chunk, hs->chunk_parent);
		return (void)enter_chunk(w, hs);
	}
	w->sp = sp;
	w->unextended_sp = unextended;
	if (read_word(sp - 8, &w->pc))
		end_walk(w, END_BAD_CHUNK);
}

/*
 * A thread that yields has the VM copy its frames into the chunk, on top of those that are there, and still stands on them
 * (FreezeBase::freeze_slow, src/hotspot/share/runtime/continuationFreezeThaw.cpp): once the topmost of them, the caller of
 * doYield, is on top of the chunk, as many bytes of it as lie on the stack were walked already.
 */
static __noinline void skip_copied_frames(struct walk *w, const struct hotspot *hs, __u64 stack_end)
{
	__u64 caller_sp, ret = 0, next;

	if (!w->vm_sp || !find_blob(w, hs, w->vm_pc) || w->frame_size != DO_YIELD_FRAME)
		return;
	caller_sp = w->vm_sp + (__u64)w->frame_size * 8;
	if (read_word(caller_sp - 8, &ret) || ret != w->pc || stack_end <= caller_sp)
		return;
	next = w->sp + (stack_end - caller_sp);
	to_frozen_caller(w, hs, next, next);
	if (w->end == WALKING && w->mode == IN_CHUNK && !in_code_cache(hs, w->pc))
		end_walk(w, END_THAWING);
}

/* The caller is frozen: it is on top of the chunk of the continuation that is mounted last. */
static __noinline void step_return_barrier(struct walk *w, const struct hotspot *hs)
{
	__u64 continuation = 0, stack_end = w->sp;

	if (!w->java_thread || read_word(w->java_thread + hs->thread_cont_entry, &w->cont_entry) || !w->cont_entry ||
	    read_word(w->cont_entry + hs->cont_entry_cont, &continuation) || !continuation)
		return end_walk(w, END_BAD_CHUNK);
	w->chunk = read_reference(hs, continuation, hs->cont_tail);
	enter_chunk(w, hs);
	if (w->end == WALKING && w->mode == IN_CHUNK)
		skip_copied_frames(w, hs, stack_end);
}

static __noinline void step_frozen(struct walk *w, const struct hotspot *hs)
{
	const __u64 *slots;
	__u64 next, fp;
	__s64 link = 0;

	if (in_interpreter(hs, w->pc)) {
		/* In the heap the saved rbp and sender_sp are distances in words. */
		if (read_user(&link, 8, w->sp - 16))
			return end_walk(w, END_BAD_CHUNK);
		fp = w->sp - 16 + link * 8;
		if (fp < w->sp || fp > w->chunk_end || !(slots = stack_words(w, fp - SLOTS_BELOW_FP, SLOTS)))
			return end_walk(w, END_BAD_CHUNK);
		if (!emit_interpreted(w, hs, slots[SLOT_METHOD], slots[SLOT_BCP], FRAME_FROZEN))
			return end_walk(w, END_BAD_INTERPRETED);
		return to_frozen_caller(w, hs, fp + 16, fp + (__s64)slots[SLOT_SENDER_SP] * 8);
	}
	if (!in_code_cache(hs, w->pc) || !find_blob(w, hs, w->pc) || w->frame_size <= 0 || w->frame_size >= 0x100000)
		return end_walk(w, END_BAD_CHUNK);
	emit_blob(w, undeoptimised_pc(w, w->unextended_sp));
	next = w->unextended_sp + (__u64)w->frame_size * 8;
	return to_frozen_caller(w, hs, next, next);
}

static __always_inline int in_thaw_stub(const struct hotspot *hs, __u64 pc)
{
	return hs->cont_thaw && pc >= hs->cont_thaw && pc < hs->cont_return_barrier_exc + RETURN_BARRIER_BYTES;
}

/*
 * The stubs that have the VM thaw frames (generate_cont_thaw of src/hotspot/cpu/x86/stubGenerator_x86_64.cpp): cont_thaw, which
 * enterSpecial calls to mount a continuation, and the return barriers, whose caller is frozen. They run at the
 * ContinuationEntry, with their return address popped, until they jump into what was thawed.
 *
 * The VM empties the chunk before it copies the frames (Thaw::thaw_fast of src/hotspot/share/runtime/
 * continuationFreezeThaw.cpp): from then on nothing says where they are.
 */
static __noinline void step_thaw_stub(struct walk *w, const struct hotspot *hs)
{
	__u64 ret = 0, saved = 0;
	__u8 b = 0;

	if (find_blob(w, hs, w->pc))
		emit_blob(w, w->pc);
	if (w->leaf) {
		read_user(&b, 1, w->pc);
		if (b == 0xc3 && !read_word(w->sp, &ret) && is_java_return(hs, ret)) /* ret */
			return to_caller(w, ret, w->sp + 8, w->fp);
		if (b == 0x5d && !read_word(w->sp, &saved) && !read_word(w->sp + 8, &ret) &&
		    is_java_return(hs, ret)) /* pop rbp */
			return to_caller(w, ret, w->sp + 16, saved);
	}
	if (w->pc >= hs->cont_return_barrier) {
		step_return_barrier(w, hs);
		if (w->end == WALKING && w->mode == ON_STACK)
			end_walk(w, END_THAWING);
		return;
	}
	if (!w->java_thread || read_word(w->java_thread + hs->thread_cont_entry, &w->cont_entry) || !w->cont_entry)
		return end_walk(w, END_THAWING);
	w->pc = hs->cont_entry_return;
	w->sp = w->cont_entry;
	w->leaf = 0;
}

/* enterSpecial, the bottom of a mounted virtual thread: its frame holds the ContinuationEntry, then rbp and the return address. */
static __always_inline void step_cont_entry(struct walk *w, const struct hotspot *hs)
{
	__u64 fp = w->sp + hs->cont_entry_size, link, ret;

	if (find_blob(w, hs, w->pc))
		emit_blob(w, w->pc);
	if (read_word(fp, &link) || read_word(fp + 8, &ret))
		return end_walk(w, END_STACK_UNREADABLE);
	return to_caller(w, ret, fp + 16, link);
}

#endif
