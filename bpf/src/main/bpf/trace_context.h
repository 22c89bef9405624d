/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The span that the current thread works on, as a tracer in the target publishes it: OpenTelemetry's thread context, OTEP 4947
 * (oteps/profiles/4947-thread-ctx.md of open-telemetry/opentelemetry-specification at 009fafa5e9f2). A thread-local variable,
 * otel_thread_ctx_v1, points to a record: trace id, 16 bytes; span id, 8 bytes; valid, 1 byte, where only 1 means that it is; then more that
 * is not read. Only the thread itself writes there, and it stands still while a program runs in its midst.
 */
#ifndef JAVELIN_TRACE_CONTEXT_H
#define JAVELIN_TRACE_CONTEXT_H

#include "walked_thread.h"

#define CONTEXT_BYTES 25
#define CONTEXT_VALID 1

struct published {
	struct trace_context trace;
	__u64 valid; /* its lowest byte */
};

/*
 * Address of the variable; 0 if the thread has none yet. Dynamic thread vectors are glibc's (sysdeps/generic/dl-dtv.h at 04277e02d7f5, 2019; met
 * so in 2.36). One of a thread that has met no newer library may tell of a module that was unloaded: the record must be valid there, too.
 */
static __always_inline __u64 trace_variable(const struct process *p, __u64 fsbase)
{
	__u64 dtv, modules, block;

	if (p->trace_module == STATIC_MODULE)
		return fsbase + p->trace_offset;
	/* 16 bytes a module; before them the number of modules that there is room for */
	if (read_word(fsbase + 8, &dtv) || read_word(dtv - 16, &modules) || modules < p->trace_module ||
	    read_word(dtv + 16 * p->trace_module, &block) || block + 1 <= 1)
		return 0;
	return block + p->trace_offset;
}

/* Reads what the current thread, one of p's, publishes; leaves the context as it is if that is nothing. A global function: see walk_user_stack. */
__attribute__((noinline)) int read_trace_context(struct process *p, struct trace_context *trace)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct published published = {};
	__u64 at, record = 0;

	if (!p || !trace || p->trace_module == NO_MODULE)
		return 0;
	at = trace_variable(p, task->thread.fsbase);
	if (!at || read_word(at, &record) || !record || read_user(&published, CONTEXT_BYTES, record) ||
	    published.valid != CONTEXT_VALID)
		return 0;
	*trace = published.trace;
	return 1;
}

#endif
