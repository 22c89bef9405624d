/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Runtime stubs, StubRoutines and adapters. */
#ifndef JAVELIN_WALK_STUBS_H
#define JAVELIN_WALK_STUBS_H

#include "walk_blob.h"
#include "walk_leaf.h"

/* The largest frame of a stub is that of SHA-512 by AVX2, some 1 kB (sha512_AVX2, src/hotspot/cpu/x86/macroAssembler_x86_sha.cpp). */
#define SCANNED_STUB_WORDS 160
/* Bytes of call_stub, and of catch_exception behind it in the same frame, after the call (JDK 17: 110, 25: 120). */
#define CALL_STUB_TAIL 120

#define PROLOGUE_WITHIN 48

struct prologue {
	__u8 code[PROLOGUE_WITHIN + 4];
	__u32 at; /* of the push, PROLOGUE_WITHIN if there is none */
};

/* One position of the search for push rbp; mov rbp, rsp or sub rsp, n; 1 ends it. */
static long find_prologue(__u64 index, void *context)
{
	struct prologue *p = context;
	const __u8 *b;

	if (index >= PROLOGUE_WITHIN)
		return 1;
	b = p->code + index;
	if (b[0] != 0x55 || b[1] != 0x48)
		return 0;
	if ((b[2] == 0x8b && b[3] == 0xec) || (b[2] == 0x89 && b[3] == 0xe5) ||
	    ((b[2] == 0x83 || b[2] == 0x81) && b[3] == 0xec)) {
		p->at = index;
		return 1;
	}
	return 0;
}

/*
 * Whether a runtime stub has its frame still to make: some look first whether there is anything to do (Runtime1's
 * register_finalizer), those of C2 whether the stack is large enough.
 */
static __noinline int is_before_prologue(const struct walk *w)
{
	__u64 offset = w->pc - w->code_begin;
	struct prologue p = {.at = PROLOGUE_WITHIN};

	if (offset >= PROLOGUE_WITHIN || read_user(p.code, sizeof(p.code), w->code_begin))
		return 0;
	bpf_loop(PROLOGUE_WITHIN, find_prologue, &p, 0);
	return p.at < PROLOGUE_WITHIN && offset <= p.at;
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
	__u64 saved[2]; /* rbp and the return address */
	struct compiled_code *c = compiled_slot(w, w->pc);

	/* The blob with the first stubs is never freed. */
	if ((c->pc != w->pc || c->pid != w->pid) && find_blob(w, hs, w->pc)) {
		c->pc = w->pc;
		c->pid = w->pid;
		c->blob = w->blob;
		c->code_begin = w->code_begin;
		c->frame_size = 0; /* not an nmethod's */
	}
	if (c->pc == w->pc && c->pid == w->pid)
		emit(w, FRAME_STUB, frame_flags(w), c->blob, w->pc - c->code_begin, 0);
	if (read_pair(w, w->fp, saved))
		return end_walk(w, END_STACK_UNREADABLE);
	return to_caller(w, saved[1], w->fp + 16, saved[0]);
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

#endif
