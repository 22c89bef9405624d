/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* CodeBlobs of the code cache, and what leads from one to its caller. */
#ifndef JAVELIN_WALK_BLOB_H
#define JAVELIN_WALK_BLOB_H

#include "walk.h"
#include "walk_native.h"

/* A tag counts at most 254 segments back; a blob of more than 16 times that (500 kB) does not occur. */
#define SEGMAP_HOPS 16
#define SCANNED_WORDS 16

static __always_inline __u64 blob_u64(const struct walk *w, __u32 at)
{
	return at <= BLOB_BYTES - 8 ? *(const __u64 *)(w->bytes + at) : 0;
}

static __always_inline __u32 blob_u32(const struct walk *w, __u32 at)
{
	return at <= BLOB_BYTES - 8 ? *(const __u32 *)(w->bytes + at) : 0;
}

/* The slot of what is known of pc, or else the one that gives way to it. */
static __always_inline struct compiled_code *compiled_slot(struct walk *w, __u64 pc)
{
	__u32 slot = cache_slot(pc, COMPILED_CACHE);
	struct compiled_code *c;

	for (int way = 0; way < 2; way++) {
		c = &w->compiled_cache[way_of(slot, way, COMPILED_CACHE)];
		if (c->pc == pc && c->pid == w->pid)
			return c;
	}
	return &w->compiled_cache[way_of(slot, w->serial, COMPILED_CACHE)];
}

/* The blob that holds pc by the segment map of its heap, 0 if none. CodeHeap::find_start, src/hotspot/share/memory/heap.cpp */
VERIFIED_ALONE __u64 blob_start(const struct hotspot *hs, __u64 pc)
{
	__u64 low = 0, segmap = 0, shift = 0, segment;
	__u8 tag = 0xff;

	if (!hs)
		return 0;

	for (int i = 0; i < MAX_CODE_HEAPS; i++) {
		const struct code_heap *h = &hs->heaps[i];
		if (pc >= h->low && pc < h->high) {
			low = h->low;
			segmap = h->segmap;
			shift = h->log2_segment & 31;
		}
	}
	if (!low)
		return 0;
	segment = (pc - low) >> shift;
	for (int i = 0; i < SEGMAP_HOPS; i++) {
		if (read_user(&tag, 1, segmap + segment) || tag == 0xff)
			return 0;
		if (tag == 0)
			return low + (segment << shift) + hs->heap_block_header;
		segment -= tag;
	}
	return 0;
}

/*
 * Whether an nmethod is still there. The compile id alone does not tell: a freed block keeps it until its own first bytes are used
 * again, while its rest may already be another nmethod's (CodeHeap::search_freelist hands out the end of a block).
 */
static __noinline int is_still_there(struct walk *w, const struct hotspot *hs, __u64 blob, __u32 compile_id)
{
	__u32 header = hs->heap_block_header, bytes = header + hs->nmethod_compile_id + 4;
	__u32 kind_at = header + hs->blob_kind, id_at = header + hs->nmethod_compile_id, used_at = hs->heap_block_used;
	__u64 kind;

	if (bytes >= BLOCK_BYTES || kind_at > BLOCK_BYTES - 8 || id_at > BLOCK_BYTES - 4 || used_at >= BLOCK_BYTES)
		return 0;
	if (read_user(w->block, bytes & (BLOCK_BYTES - 1), blob - header) || !w->block[used_at])
		return 0;
	kind = hs->blob_kind ? w->block[kind_at] : *(const __u64 *)(w->block + kind_at);
	return kind == hs->kind_nmethod && *(const __u32 *)(w->block + id_at) == compile_id;
}

static __always_inline struct leaf_code *leaf_slot(struct walk *w, __u64 pc)
{
	return &w->leaf_cache[cache_slot(pc >> 8, LEAF_CACHE)];
}

/* Loads the nmethod that was at the leaf before into w. Returns 0 if it is another one or there no more. */
static __always_inline int find_known_leaf(struct walk *w, const struct hotspot *hs, __u64 pc)
{
	struct leaf_code *c = leaf_slot(w, pc);

	if (c->pid != w->pid || pc < c->code_begin || pc >= c->code_end || !is_still_there(w, hs, c->blob, c->compile_id))
		return 0;
	w->code_begin = c->code_begin;
	w->code_end = c->code_end;
	w->frame_size = c->frame_size;
	w->frame_complete = c->frame_complete;
	w->kind = hs->kind_nmethod;
	w->is_nmethod = 1;
	w->method = c->method;
	w->compile_id = c->compile_id;
	w->orig_pc_offset = c->orig_pc_offset;
	w->deopt_handler = c->deopt_handler;
	w->blob = c->blob;
	return 1;
}

static __always_inline void remember_leaf(struct walk *w, __u64 pc)
{
	struct leaf_code *c = leaf_slot(w, pc);

	c->blob = w->blob;
	c->code_begin = w->code_begin;
	c->code_end = w->code_end;
	c->deopt_handler = w->deopt_handler;
	c->method = w->method;
	c->compile_id = w->compile_id;
	c->pid = w->pid;
	c->frame_size = w->frame_size;
	c->frame_complete = w->frame_complete;
	c->orig_pc_offset = w->orig_pc_offset;
}

/* Loads what is needed of the blob that holds pc into w. Returns 0 if there is none. */
VERIFIED_ALONE int find_blob(struct walk *w, const struct hotspot *hs, __u64 pc)
{
	__u64 blob;

	if (!w || !hs)
		return 0;

	if (w->blob && pc >= w->code_begin && pc < w->code_end)
		return 1;
	if (w->leaf && find_known_leaf(w, hs, pc))
		return 1;
	w->blob = 0;
	blob = blob_start(hs, pc);
	if (!blob || read_user(w->bytes, BLOB_BYTES, blob))
		return 0;
	if (hs->blob_code_is_offset) {
		w->code_begin = blob + (__s32)blob_u32(w, hs->blob_code_begin);
		w->code_end = blob + (__s32)blob_u32(w, hs->blob_code_end);
	} else {
		w->code_begin = blob_u64(w, hs->blob_code_begin);
		w->code_end = blob_u64(w, hs->blob_code_end);
	}
	if (pc < blob || pc >= blob + blob_u32(w, hs->blob_size))
		return 0;
	w->frame_size = (__s32)blob_u32(w, hs->blob_frame_size);
	w->frame_complete = hs->blob_frame_complete_bytes == 2 ? (__s16)blob_u32(w, hs->blob_frame_complete)
							       : (__s32)blob_u32(w, hs->blob_frame_complete);
	w->kind = hs->blob_kind ? blob_u32(w, hs->blob_kind) & 0xff : blob_u64(w, 0);
	w->is_nmethod = w->kind == hs->kind_nmethod;
	if (w->is_nmethod) {
		w->method = blob_u64(w, hs->nmethod_method);
		w->compile_id = blob_u32(w, hs->nmethod_compile_id);
		w->orig_pc_offset = blob_u32(w, hs->nmethod_orig_pc);
		w->deopt_handler = hs->nmethod_deopt_handler_is_offset ? blob + blob_u32(w, hs->nmethod_deopt_handler)
								       : blob_u64(w, hs->nmethod_deopt_handler);
	}
	w->blob = blob;
	if (w->leaf && w->is_nmethod)
		remember_leaf(w, pc);
	return 1;
}

/*
 * A deoptimised frame returns to its nmethod's deopt handler; where it really was is kept in the frame itself.
 * Returns the pc to report.
 */
static __always_inline __u64 undeoptimised_pc(struct walk *w, __u64 frame_sp)
{
	__u64 pc = w->pc, original;

	if (w->is_nmethod && pc == w->deopt_handler && !read_word(frame_sp + w->orig_pc_offset, &original) &&
	    original >= w->code_begin && original < w->code_end)
		pc = original;
	return pc;
}

static __always_inline void emit_blob(struct walk *w, __u64 pc)
{
	if (w->is_nmethod)
		emit(w, FRAME_COMPILED, frame_flags(w), w->blob, (__u64)w->compile_id << 32 | (__u32)(pc - w->code_begin),
		     w->method);
	else
		emit(w, FRAME_STUB, frame_flags(w), w->blob, pc - w->code_begin, 0);
}

/* Goes to the caller if ret can be one's return address. */
static __always_inline int try_return(struct walk *w, const struct hotspot *hs, __u64 ret, __u64 sp, __u64 fp)
{
	if (!is_java_return(hs, ret))
		return 0;
	to_caller(w, ret, sp, fp);
	return 1;
}

/*
 * Whether the frame that ret returns to has a return address of its own where it belongs. Words that were left on the stack
 * by earlier calls look like return addresses, but seldom have a whole frame above them.
 */
static __noinline int has_whole_frame(struct walk *w, const struct hotspot *hs, __u64 ret, __u64 sp)
{
	__u64 above = 0;

	if (in_interpreter(hs, ret) || !find_blob(w, hs, ret) || w->frame_size <= 0 || w->frame_size >= 0x100000)
		return 1;
	return !read_word(sp + (__u64)w->frame_size * 8 - 8, &above) && is_java_return(hs, above);
}

/* The instructions behind a pop of a register, or 0 if there is none. */
static __always_inline __u32 behind_pop(__u32 code)
{
	if ((code & 0xff) == 0x41)
		code >>= 8;
	return (code & 0xf8) == 0x58 ? code >> 8 | 0xff000000 : 0;
}

/* Whether the code pops two registers first. */
static __noinline int pops_two(__u64 at)
{
	__u32 code = 0;

	return !read_user(&code, 4, at) && behind_pop(behind_pop(code)) != 0;
}

/*
 * Last resort at the leaf: the first word of the next 16 that can be a return address. Marked as found that way. One word a
 * step: the verifier allows only eight calls within each other, and follows every turn of a loop.
 */
static __noinline void step_scanning(struct walk *w, const struct hotspot *hs)
{
	__u64 ret, sp = w->sp + w->scanned * 8 + 8;

	if (w->scanned >= SCANNED_WORDS || read_word(sp - 8, &ret))
		return end_walk(w, END_BAD_RETURN);
	w->scanned++;
	if (!is_java_return(hs, ret))
		return;
	/* C1 pushes two arguments for slow_subtype_check (LIR_Assembler::emit_typecheck_helper) and pops them itself. */
	if (pops_two(ret))
		sp += 16;
	if (!has_whole_frame(w, hs, ret, sp))
		return;
	w->mode = ON_STACK;
	flag_last_frame(w, FRAME_SCANNED);
	w->flags |= SAMPLE_SCANNED;
	to_caller(w, ret, sp, w->fp);
}

static __always_inline void scan_for_return(struct walk *w)
{
	w->mode = SCANNING;
	w->scanned = 0;
}

#endif
