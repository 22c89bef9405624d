/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The loop over a thread's frames. */
#ifndef JAVELIN_WALK_STACK_H
#define JAVELIN_WALK_STACK_H

#include "walk.h"
#include "walk_native.h"
#include "walk_interpreter.h"
#include "walk_compiled.h"
#include "walk_virtual.h"

struct walk_context {
	struct walk *walk;
	struct process *process;
};

static __always_inline void step(struct walk *w, const struct process *p)
{
	const struct hotspot *hs = &p->hotspot;

	if (w->frames >= w->max_frames)
		return end_walk(w, END_DEPTH);
	if (w->mode == IN_CHUNK)
		return step_frozen(w, hs);
	if (w->mode == SCANNING)
		return step_scanning(w, hs);
	if (w->mode == SCANNING_STUB)
		return step_scanning_stub(w, hs);
	if (!in_code_cache(hs, w->pc))
		return step_native(w, p);
	if (!w->leaf) {
		if (w->pc == hs->cont_return_barrier)
			return step_return_barrier(w, hs);
		if (w->pc == hs->cont_entry_return)
			return step_cont_entry(w, hs);
		if (w->pc == hs->call_stub_return)
			return step_call_stub(w, hs);
	}
	if (in_thaw_stub(hs, w->pc))
		return step_thaw_stub(w, hs);
	if (in_interpreter(hs, w->pc))
		return step_interpreter(w, hs);
	step_compiled(w, p);
}

static long walk_step(__u64 index, void *context)
{
	struct walk_context *c = context;

	step(c->walk, c->process);
	return c->walk->end != WALKING;
}

/*
 * Where libjvm keeps the current thread's Thread in its thread-local storage: fs:8 is the dynamic thread vector, 16 bytes a module (glibc's
 * dtv_t). 0 if it has none there yet.
 */
static __always_inline __u64 tls_thread(const struct hotspot *hs, __u64 fsbase)
{
	__u64 dtv, block;

	if (!hs->tls_module || read_word(fsbase + 8, &dtv) || read_word(dtv + 16 * hs->tls_module, &block) || block + 1 <= 1)
		return 0;
	return block + hs->tls_offset;
}

/*
 * The current thread's JavaThread by libjvm's thread-local storage. Java code has it in r15, which tells that what was found before still
 * holds. 0 if the thread has none: a GC or compiler thread has another kind of Thread, which the vtables tell. Not inlined, so that its
 * variables take no room while the stack is walked.
 */
static __noinline __u64 current_java_thread(struct walk *w, const struct hotspot *hs, __u64 fsbase, __u64 r15)
{
	__u32 tid = (__u32)walked_thread();
	struct thread_local *c = &w->thread_cache[cache_slot(tid, THREAD_CACHE)];
	__u64 address, thread = 0, vtable = 0;

	if (c->tid == tid && c->fsbase == fsbase) {
		if (r15 == c->java_thread && in_code_cache(hs, w->pc))
			return r15;
		if (!read_word(c->address, &thread) && thread == c->java_thread && !read_word(thread, &vtable) &&
		    vtable == c->vtable)
			return thread;
	}
	address = tls_thread(hs, fsbase);
	if (!address || read_word(address, &thread) || !thread || read_word(thread, &vtable))
		return 0;
	for (int i = 0; i < MAX_THREAD_VTABLES; i++) {
		if (!vtable || hs->thread_vtables[i] != vtable)
			continue;
		c->tid = tid;
		c->fsbase = fsbase;
		c->address = address;
		c->java_thread = thread;
		c->vtable = vtable;
		return thread;
	}
	return 0;
}

/* The current Thread of the JVM, a JavaThread or another kind; 0 if there is none. */
static __always_inline __u64 tls_java_thread(const struct hotspot *hs, __u64 fsbase)
{
	__u64 address = tls_thread(hs, fsbase), thread = 0;

	return address && !read_word(address, &thread) ? thread : 0;
}

/*
 * Walks the user stack of the current thread from w->pc, sp, fp; returns how it went, which is w->end, too. As a global function it is
 * verified once and by itself, not again for all that its callers may know: older kernels (6.1) would not come to an end.
 */
__attribute__((noinline)) int walk_user_stack(struct walk *w, struct process *p)
{
	struct walk_context context;
	__u32 steps;

	if (!w || !p) /* the verifier asks for it */
		return END_NO_USER_REGISTERS;
	/* Markers, chunk changes, bridges and scans take steps of their own; the frame limit ends the walk before this does. */
	context.walk = w;
	context.process = p;
	steps = w->max_frames * 2 + 64 + SCANNED_STUB_WORDS + SCANNED_WORDS;
	w->end = WALKING;
	bpf_loop(steps, walk_step, &context, 0);
	if (w->end == WALKING)
		w->end = END_DEPTH;
	return w->end;
}

#endif
