/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Frames of the code cache: nmethods, runtime stubs, adapters. */
#ifndef JAVELIN_WALK_COMPILED_H
#define JAVELIN_WALK_COMPILED_H

#include "walk.h"
#include "walk_native.h"

/* A tag counts at most 254 segments back; a blob of more than 16 times that (500 kB) does not occur. */
#define SEGMAP_HOPS 16
#define SCANNED_WORDS 16
/* The largest frame of a stub is that of SHA-512 by AVX2, some 1 kB (sha512_AVX2, src/hotspot/cpu/x86/macroAssembler_x86_sha.cpp). */
#define SCANNED_STUB_WORDS 160
/* Bytes of call_stub, and of catch_exception behind it in the same frame, after the call (JDK 17: 110, 25: 120). */
#define CALL_STUB_TAIL 120

static __always_inline __u64 blob_u64(const struct walk *w, __u32 at)
{
	return at <= BLOB_BYTES - 8 ? *(const __u64 *)(w->bytes + at) : 0;
}

static __always_inline __u32 blob_u32(const struct walk *w, __u32 at)
{
	return at <= BLOB_BYTES - 8 ? *(const __u32 *)(w->bytes + at) : 0;
}

/* The blob that holds pc by the segment map of its heap, 0 if none. CodeHeap::find_start, src/hotspot/share/memory/heap.cpp */
static __noinline __u64 blob_start(const struct hotspot *hs, __u64 pc)
{
	__u64 low = 0, segmap = 0, shift = 0, segment;
	__u8 tag = 0xff;

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

/* Loads what is needed of the blob that holds pc into w. Returns 0 if there is none. */
static __noinline int find_blob(struct walk *w, const struct hotspot *hs, __u64 pc)
{
	__u64 blob;

	if (w->blob && pc >= w->code_begin && pc < w->code_end)
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

/* Where the return address of a leaf lies. */
enum leaf_state {
	LEAF_FRAME,        /* the whole frame stands: sp + frame size - 8, rbp saved below it */
	LEAF_FRAME_OWN_FP, /* the same, but rbp still is the caller's */
	LEAF_PUSHED_FP,    /* [sp] is the caller's rbp, [sp + 8] the return address */
	LEAF_NO_FRAME,     /* [sp] is the return address, rbp is the caller's */
};

/*
 * By the instruction at pc, which C1 and C2 emit in few forms (MacroAssembler::verified_entry, C1_MacroAssembler::build_frame,
 * MachEpilogNode of src/hotspot/cpu/x86; JDK 17 and 25).
 */
static __noinline enum leaf_state leaf_state(struct walk *w)
{
	__u64 offset = w->pc - w->code_begin;
	__u8 b[8] = {}, before[8] = {};

	if (read_user(b, 8, w->pc) || read_user(before, 8, w->pc - 8))
		return LEAF_FRAME;
	if (w->frame_complete > 0 && offset < (__u64)w->frame_complete) {
		if (b[0] == 0x55) /* push rbp */
			return LEAF_NO_FRAME;
		if (b[0] == 0x48 && (b[1] == 0x81 || b[1] == 0x83) && b[2] == 0xec) /* sub rsp, n */
			return before[7] == 0x55 ? LEAF_PUSHED_FP : LEAF_NO_FRAME;
		if (b[0] == 0x48 && ((b[1] == 0x8b && b[2] == 0xec) || (b[1] == 0x89 && b[2] == 0xe5))) /* mov rbp, rsp */
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

/* Words that the code from pc on gives back to the stack before it takes any: the immediate of its add rsp, n. */
static __noinline int spilled_words(__u64 pc)
{
	__u8 b[8] = {};

	for (int i = 0; i < RESTORES_WITHIN; i++) {
		__u32 bytes = 0;

		if (read_user(b, 7, pc + i))
			return 0;
		if (b[0] != 0x48 || (b[1] != 0x83 && b[1] != 0x81))
			continue;
		if (b[2] == 0xec) /* sub rsp */
			return 0;
		if (b[2] != 0xc4) /* add rsp */
			continue;
		bytes = b[1] == 0x83 ? b[3] : b[3] | (__u32)b[4] << 8 | (__u32)b[5] << 16 | (__u32)b[6] << 24;
		return bytes < MAX_SPILLED ? bytes / 8 : 0;
	}
	return 0;
}

static __noinline void step_compiled_leaf(struct walk *w, const struct hotspot *hs)
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
	}
	if (w->frame_size > 0 && w->frame_size < 0x100000) {
		if (read_word(caller_sp - 8, &ret))
			return end_walk(w, END_STACK_UNREADABLE);
		if (state != LEAF_FRAME_OWN_FP && w->frame_size > 1)
			read_word(caller_sp - 16, &saved);
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

#define PROLOGUE_WITHIN 48

/*
 * Whether a runtime stub has its frame still to make: some look first whether there is anything to do (Runtime1's
 * register_finalizer), those of C2 whether the stack is large enough.
 */
static __noinline int is_before_prologue(const struct walk *w)
{
	__u64 offset = w->pc - w->code_begin;
	__u8 code[PROLOGUE_WITHIN + 4] = {};

	if (offset >= PROLOGUE_WITHIN || read_user(code, sizeof(code), w->code_begin))
		return 0;
	for (int i = 0; i < PROLOGUE_WITHIN; i++) {
		if (code[i] == 0x55 && code[i + 1] == 0x48 && /* push rbp; mov rbp, rsp or sub rsp, n */
		    ((code[i + 2] == 0x8b && code[i + 3] == 0xec) || (code[i + 2] == 0x89 && code[i + 3] == 0xe5) ||
		     ((code[i + 2] == 0x83 || code[i + 2] == 0x81) && code[i + 3] == 0xec)))
			return offset <= (__u64)i;
	}
	return 0;
}

/*
 * A safepoint poll that is no return is a fault, whose handler has the thread go on in a stub and leaves the pc of the poll in the
 * JavaThread. The stub makes room for it as if it had been called, and puts it there after it has saved all registers
 * (SharedRuntime::generate_handler_blob, src/hotspot/cpu/x86/sharedRuntime_x86_64.cpp). Returns whether the thread is there.
 */
static __noinline int step_poll_handler_leaf(struct walk *w, const struct hotspot *hs)
{
	__u64 poll = 0, link = w->fp, ret = 0, sp = w->sp, offset = w->pc - w->code_begin;
	__u32 prologue = 0;

	if (!w->java_thread || !hs->thread_saved_exception_pc || read_user(&prologue, 3, w->code_begin) ||
	    (prologue & 0xffff) != 0x5553 || /* push rbx; push rbp */
	    read_word(w->java_thread + hs->thread_saved_exception_pc, &poll) || !in_code_cache(hs, poll))
		return 0;
	if (offset >= 1)
		sp += 8;
	if (offset == 2) {
		read_word(w->sp, &link);
		sp += 8;
	}
	if (offset > 2) {
		if (w->fp < sp - 8 || w->fp - sp > 8192 || read_word(w->fp, &link) || read_word(w->fp + 8, &ret) ||
		    in_code_cache(hs, ret))
			return 0;
		sp = w->fp + 16;
	}
	w->leaf = 1; /* nothing of the stack is used up yet */
	to_caller(w, poll, sp, link);
	return 1;
}

/*
 * Calls from compiled code into the VM, with a known frame size. Those that C1 uses push rbp and set it; those that C2 makes
 * do not, so that rbp points beyond their frame. Where an exception handler is looked for, it takes the place of the return
 * address, and follows no call (Runtime1::generate_handle_exception, src/hotspot/cpu/x86/c1_Runtime1_x86.cpp).
 */
static __noinline void step_runtime_stub_leaf(struct walk *w, const struct hotspot *hs)
{
	__u64 sp = w->sp, fp = w->fp, saved = 0, ret = 0, caller_sp = sp + (__u64)w->frame_size * 8;
	__u8 b[4] = {}, before = 0;

	if (step_poll_handler_leaf(w, hs))
		return;
	if (is_before_prologue(w) && !read_word(sp, &ret) && try_return(w, hs, ret, sp + 8, fp))
		return;
	read_user(b, 3, w->pc);
	read_user(&before, 1, w->pc - 1);
	/* OptoRuntime::generate_exception_blob begins with push rdx, the pc that threw. */
	if (b[0] == 0x52 && in_code_cache(hs, w->rdx) && w->pc - w->code_begin <= 1)
		return to_caller(w, w->rdx, sp, fp);
	/* leave; pop rcx; jmp rcx: what was popped still lies below sp */
	if (b[0] == 0xff && b[1] == 0xe1 && before == 0x59 && !read_word(sp - 8, &ret) && in_code_cache(hs, ret))
		return to_caller(w, ret, sp, fp);
	if (b[0] == 0x59 && before == 0xc9 && !read_word(sp, &ret) && in_code_cache(hs, ret))
		return to_caller(w, ret, sp + 8, fp);
	if ((b[0] == 0x55 || b[0] == 0xc3) && !read_word(sp, &ret) && try_return(w, hs, ret, sp + 8, fp))
		return;
	if (before == 0x55 && !read_word(sp + 8, &ret) && !read_word(sp, &saved) && try_return(w, hs, ret, sp + 16, saved))
		return;
	if (fp >= sp && fp < caller_sp && !read_word(fp + 8, &ret) && !read_word(fp, &saved) && in_code_cache(hs, ret))
		return to_caller(w, ret, fp + 16, saved);
	step_compiled_leaf(w, hs);
}

/*
 * Adapters and vtable stubs have no frame: the return address is at [sp]. An adapter from compiled to interpreted code makes room
 * for the arguments below the caller's sp: pop rax; mov r13, rsp; sub rsp, n; mov [rsp], rax (gen_c2i_adapter of
 * src/hotspot/cpu/x86/sharedRuntime_x86_64.cpp).
 */
static __noinline void step_frameless_leaf(struct walk *w, const struct hotspot *hs)
{
	__u64 ret = 0, sp = w->sp, room = w->r13 - w->sp;
	int is_popped, has_room = room && room <= 2048 && !(room & 7);
	__u8 b[4] = {}, before[8] = {};

	read_user(b, 4, w->pc);
	read_user(before, 8, w->pc - 8);
	is_popped = (b[0] == 0x4c && b[1] == 0x8b && b[2] == 0xec && before[7] == 0x58) || /* mov r13, rsp, after pop rax */
		    (before[5] == 0x4c && before[6] == 0x8b && before[7] == 0xec);         /* after that */
	if (is_popped && is_java_return(hs, w->rax))
		return to_caller(w, w->rax, sp, w->fp);
	if (b[0] == 0x48 && b[1] == 0x89 && b[2] == 0x04 && b[3] == 0x24 && has_room && is_java_return(hs, w->rax))
		return to_caller(w, w->rax, w->r13, w->fp);
	if (!read_word(sp, &ret) && is_java_return(hs, ret))
		return to_caller(w, ret, ret == w->rax && has_room ? w->r13 : sp + 8, w->fp);
	if (is_java_return(hs, w->rax))
		return to_caller(w, w->rax, has_room ? w->r13 : sp, w->fp);
	scan_for_return(w);
}

/*
 * Where the call before ret leads to in the blob at hand, 0 if it is none or leads elsewhere: call rel32, or C2's mov r10, imm64;
 * call r10 (Java_To_Runtime, src/hotspot/cpu/x86/x86_64.ad).
 */
static __noinline __u64 called_stub(const struct walk *w, __u64 ret)
{
	__u8 b[13] = {};
	__u64 entry = 0;

	if (read_user(b, 13, ret - 13))
		return 0;
	if (b[8] == 0xe8)
		entry = ret + (__s64)(__s32)(b[9] | (__u32)b[10] << 8 | (__u32)b[11] << 16 | (__u32)b[12] << 24);
	else if (b[0] == 0x49 && b[1] == 0xba && b[10] == 0x41 && b[11] == 0xff && b[12] == 0xd2)
		read_user(&entry, 8, ret - 11);
	else
		return 0;
	return entry >= w->code_begin && entry < w->code_end ? entry : 0;
}

/*
 * Where a stub that sets up rbp (MacroAssembler::enter) keeps its return address, if ret is that of the call that entered it:
 * the call tells where the stub begins. Without it, unused words of its frame look like return addresses, and rbp may be the
 * caller's. LEAF_NO_FRAME if ret is not of such a call.
 */
static __noinline enum leaf_state framed_stub_state(const struct walk *w, __u64 ret)
{
	__u64 entry = called_stub(w, ret);
	__u32 prologue = 0;
	__u8 at[4] = {};

	if (!entry || entry >= w->pc || read_user(&prologue, 4, entry) || read_user(at, 4, w->pc))
		return LEAF_NO_FRAME;
	if (prologue != 0xec8b4855 && prologue != 0xe5894855) /* push rbp; mov rbp, rsp */
		return LEAF_NO_FRAME;
	if (at[0] == 0xc3 || (at[0] == 0xc5 && at[1] == 0xf8 && at[2] == 0x77 && at[3] == 0xc3)) /* [vzeroupper;] ret */
		return LEAF_NO_FRAME;
	return w->pc == entry + 1 ? LEAF_PUSHED_FP : LEAF_FRAME;
}

/* Returns whether the stub that the thread is in was called by Java code, and its caller was found. */
static __noinline int step_called_stub_leaf(struct walk *w, const struct hotspot *hs)
{
	__u64 ret = 0, fp = w->fp, saved = 0, sp = w->sp;

	if (fp >= sp && fp - sp <= 4096 && !read_word(fp + 8, &ret) && !read_word(fp, &saved) &&
	    framed_stub_state(w, ret) == LEAF_FRAME && try_return(w, hs, ret, fp + 16, saved))
		return 1;
	if (!read_word(sp + 8, &ret) && !read_word(sp, &saved) && framed_stub_state(w, ret) == LEAF_PUSHED_FP &&
	    try_return(w, hs, ret, sp + 16, saved))
		return 1;
	return !read_word(sp, &ret) && called_stub(w, ret) && try_return(w, hs, ret, sp + 8, fp);
}

/*
 * A stub that uses rbp for something else, such as those for SHA and AES: the first word above sp that is a return address of
 * a call to a stub, one word a step. Marked as found that way.
 */
static __noinline void step_scanning_stub(struct walk *w, const struct hotspot *hs)
{
	__u64 ret, sp = w->sp + w->scanned * 8 + 8;

	if (w->scanned >= SCANNED_STUB_WORDS || read_word(sp - 8, &ret))
		return scan_for_return(w);
	w->scanned++;
	if (!in_code_cache(hs, ret) || !called_stub(w, ret))
		return;
	w->mode = ON_STACK;
	flag_last_frame(w, FRAME_SCANNED);
	w->flags |= SAMPLE_SCANNED;
	to_caller(w, ret, sp, w->fp);
}

/* A stub without a known frame; most of StubRoutines push rbp. */
static __noinline void step_stub_leaf(struct walk *w, const struct process *p)
{
	const struct hotspot *hs = &p->hotspot;
	__u64 ret = 0, fp = w->fp, saved = 0, sp = w->sp;

	/* The words above sp of call_stub are arguments, and what is left of calls: its caller is native. */
	if (w->pc < hs->call_stub_entry || w->pc >= hs->call_stub_return + CALL_STUB_TAIL) {
		if (step_called_stub_leaf(w, hs))
			return;
		/* SharedRuntime::drem jumps to the stub for it: nothing calls that. */
		if (fp >= sp && fp - sp <= 4096 && !read_word(fp + 8, &ret) && !read_word(fp, &saved) &&
		    try_return(w, hs, ret, fp + 16, saved))
			return;
	}
	if (step_bare_leaf(w, p))
		return;
	if (fp >= sp && fp - sp <= 4096 && !read_word(fp + 8, &ret) && !read_word(fp, &saved) && is_native_return(w, p, ret))
		return to_caller(w, ret, fp + 16, saved);
	if (!read_word(sp + 8, &ret) && !read_word(sp, &saved) && is_native_return(w, p, ret))
		return to_caller(w, ret, sp + 16, saved);
	w->mode = SCANNING_STUB;
	w->scanned = 0;
}

/* JavaCalls: call_stub's frame is a plain rbp frame; what follows is native. */
static __always_inline void step_call_stub(struct walk *w, const struct hotspot *hs)
{
	__u64 link, ret;

	if (find_blob(w, hs, w->pc))
		emit_blob(w, w->pc);
	if (read_word(w->fp, &link) || read_word(w->fp + 8, &ret))
		return end_walk(w, END_STACK_UNREADABLE);
	return to_caller(w, ret, w->fp + 16, link);
}

static __always_inline struct compiled_code *compiled_slot(struct walk *w, __u64 pc)
{
	return &w->compiled_cache[(__u32)(pc * 0x9e3779b97f4a7c15ULL >> 57) & (COMPILED_CACHE - 1)];
}

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
 * The frame of an nmethod whose return address was met before. Its memory may have been given to another nmethod since:
 * that one has another compile id, which is looked at once in each walk. Returns 0 if it is not known.
 */
static __noinline int step_known_code(struct walk *w, const struct hotspot *hs)
{
	struct compiled_code *c = compiled_slot(w, w->pc);
	__u64 saved[2] = {}, caller_sp;
	__u32 compile_id = 0;

	if (c->pc != w->pc || c->pid != w->pid)
		return 0;
	if (c->walk != w->serial) {
		if (read_user(&compile_id, 4, c->blob + hs->nmethod_compile_id) || compile_id != c->compile_id)
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
 * (ZSaveLiveRegisters, src/hotspot/cpu/x86/gc/z/zBarrierSetAssembler_x86.cpp): makes the frame larger by what is given back
 * after the call, where the frame alone has no return address.
 */
static __noinline void add_spilled(struct walk *w, const struct hotspot *hs)
{
	__u64 ret = 0;

	if (w->frame_size <= 0 || w->frame_size >= 0x100000)
		return;
	if (!read_word(w->sp + (__u64)w->frame_size * 8 - 8, &ret) && in_code_cache(hs, ret))
		return;
	w->frame_size += spilled_words(w->pc);
}

/*
 * A stub that calls out without a frame, with the stack aligned for that if need be: forward_exception and C1's unwind_exception,
 * which ask the VM for their caller's handler (generate_forward_exception, src/hotspot/cpu/x86/stubGenerator_x86_64.cpp;
 * Runtime1::generate_unwind_exception, src/hotspot/cpu/x86/c1_Runtime1_x86.cpp). Returns whether this is one.
 */
static __noinline int step_bare_stub(struct walk *w, const struct hotspot *hs)
{
	__u64 sp = w->sp, ret = 0;
	__u32 after = 0;
	__u8 first = 0;

	if (read_user(&first, 1, w->code_begin) || (w->frame_size < 0 && first == 0x55)) /* push rbp */
		return 0;
	if (w->frame_size == 0 && !read_word(w->fp + 8, &ret) && called_stub(w, ret))
		return 0;
	if (!read_user(&after, 4, w->pc) && after == 0x08c48348) /* add rsp, 8 */
		sp += 8;
	if (read_word(sp, &ret) || !is_java_return(hs, ret))
		return 0;
	to_caller(w, ret, sp + 8, w->fp);
	return 1;
}

static __noinline void step_compiled(struct walk *w, const struct process *p)
{
	const struct hotspot *hs = &p->hotspot;
	__u64 saved[2] = {}, caller_sp; /* saved: rbp and the return address */

	if (!w->leaf && step_known_code(w, hs))
		return;
	if (!find_blob(w, hs, w->pc)) {
		emit(w, FRAME_NATIVE, frame_flags(w), w->pc, 0, 0);
		return end_walk(w, END_NO_BLOB);
	}
	if (w->is_nmethod && !w->leaf)
		add_spilled(w, hs);
	remember_code(w);
	emit_blob(w, undeoptimised_pc(w, w->sp));
	if (w->leaf) {
		if (w->is_nmethod)
			return step_compiled_leaf(w, hs);
		if (w->frame_size > 0)
			return step_runtime_stub_leaf(w, hs);
		if (w->frame_size < 0) /* slow_subtype_check, unwind_exception and the like: a few pushed registers */
			return scan_for_return(w);
		if (w->kind == hs->kind_adapter || w->kind == hs->kind_vtable_stub || w->kind == hs->kind_method_handles)
			return step_frameless_leaf(w, hs);
		return step_stub_leaf(w, p);
	}
	if (w->frame_size > 0 && w->frame_size < 0x100000) {
		caller_sp = w->sp + (__u64)w->frame_size * 8;
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
