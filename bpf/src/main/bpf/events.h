/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* From a hit to what is counted of it: the same for functions, USDT probes, tracepoints and system calls. */
#ifndef JAVELIN_EVENTS_H
#define JAVELIN_EVENTS_H

#include "kernel_stacks.h"
#include "probe.h"
#include "trace_context.h"

/* Row of a probe that is not there. */
#define NO_ROW (~0U)

/* A system call's probes by its number: a bit for each row. */
#define SYSCALLS 512

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SYSCALLS);
	__type(key, __u32);
	__type(value, __u64);
} syscall_probes SEC(".maps");

/* Which kernel frames a stack has. Those of ours at the leaf of a tracepoint's stack are left out by the collector, which knows their names. */
enum kernel_frames {
	NO_KERNEL_FRAMES,
	KERNEL_FRAMES,
	KERNEL_OF_SWITCH, /* of a thread that leaves its CPU */
};

/* Walks the current thread's stack, whose user registers are r; NULL: from where it entered the kernel. Returns the words of its kernel frames. */
static __always_inline __u32 walk_current(struct walk *w, void *ctx, struct process *p, const struct registers *r,
					  enum kernel_frames kernel)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 kernel_words = 0;

	start_walk(w);
	if (kernel == KERNEL_OF_SWITCH)
		kernel_words = walk_kernel_known(w, ctx, task, SITE_SWITCH);
	else if (kernel == KERNEL_FRAMES)
		kernel_words = walk_kernel(w, ctx);
	w->words = kernel_words;
	if (r)
		walk_from(w, p, r, task->thread.fsbase);
	else
		walk_from_entry(w, p, task);
	return kernel_words;
}

/* The id of the current thread's stack, whose user registers are r, see walk_current; 0 if there is none. */
static __always_inline __u64 current_stack(void *ctx, struct process *p, const struct registers *r, __u32 context,
					   enum kernel_frames kernel)
{
	struct walk *w = claim_scratch(context);
	__u32 kernel_words;
	__u64 id;

	if (!w) {
		count(COUNT_NO_STACK);
		return 0;
	}
	kernel_words = walk_current(w, ctx, p, r, kernel);
	name_thread(w);
	id = intern_stack(w, kernel_words);
	if (!id)
		count(COUNT_NO_STACK);
	release_scratch(w);
	return id;
}

static __always_inline void read_text(struct text *text, const struct hit *hit, const struct text_argument *a)
{
	const void *from = (const void *)(a->argument < MAX_ARGUMENTS ? hit->arguments[a->argument] : 0);
	__s64 length = a->length < MAX_ARGUMENTS ? (__s64)hit->arguments[a->length] : -1;
	__u32 bytes = length > TEXT_BYTES ? TEXT_BYTES : (__u32)length;

	text->length = -1;
	if (a->length == ZERO_TERMINATED)
		text->length = bpf_probe_read_user_str(text->bytes, sizeof(text->bytes), from) - 1;
	else if (length >= 0 && bytes <= TEXT_BYTES && !bpf_probe_read_user(text->bytes, bytes, from))
		text->length = length;
}

/* Reads the texts that the arguments of a hit point to, as they are now. Returns the words that they take. */
static __noinline __u32 read_texts(struct walk *w, __u32 at, const struct probe *probe, const struct hit *hit)
{
	__u32 words = 0;

	for (__u32 i = 0; i < MAX_TEXTS; i++) {
		if (i >= probe->texts || at > FRAME_AREA_WORDS)
			break;
		read_text((struct text *)&w->area[at + HIT_WORDS + i * TEXT_WORDS], hit, &probe->text[i]);
		words += TEXT_WORDS;
	}
	return words;
}

/* Hands an event over, with the stack in w and with what `hits` has of it. */
static __noinline int send_hit(struct walk *w, __u32 kernel_words, const struct probe *probe, __u32 row)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct hit *hit = bpf_map_lookup_elem(&hits, &id);
	__u32 at = w->words;

	if (at > FRAME_AREA_WORDS)
		return 0;
	if (!hit) {
		count(COUNT_RING_FULL);
		return 0;
	}
	bpf_probe_read_kernel(&w->area[at], sizeof(struct hit), hit);
	w->hit_words = HIT_WORDS + read_texts(w, at, probe, hit);
	w->sample.probe = row;
	w->sample.value = hit->duration;
	count(hand_over(w, kernel_words, RECORD_HIT) ? COUNT_SAMPLES : COUNT_RING_FULL);
	bpf_map_delete_elem(&hits, &id);
	return 0;
}

/* Hands an event over by itself. Without frames (record_user_frames) the walk ends where the thread is known. */
static __always_inline int trace(void *ctx, struct process *p, const struct probe *probe, __u32 row, const struct registers *r,
				 enum kernel_frames kernel)
{
	struct walk *w = claim_scratch(CONTEXT_PROBE);
	__u32 kernel_words;

	if (!w) {
		count(COUNT_SLOT_BUSY);
		return 0;
	}
	kernel_words = walk_current(w, ctx, p, r, kernel);
	read_trace_context(p, &w->sample.trace);
	send_hit(w, kernel_words, probe, row);
	release_scratch(w);
	return 0;
}

/* A function of its own, so that its key takes no room on the stack while a stack is walked: older kernels count every byte of 512. */
static __noinline int add_event(const struct probe *probe, __u32 row, const struct taken *taken, __u64 stack)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct total_key key = {.stack = stack, .key = taken->key, .probe = row, .pid = id >> 32, .tid = id};

	if (probe->flags & PROBE_BUCKETS)
		add_to_bucket(row, taken->key, taken->events, taken->value);
	add_total(&key, taken->events, taken->value);
	return 0;
}

/* Takes an event: hands it over, or counts it. */
static __always_inline int account(void *ctx, struct process *p, const struct probe *probe, __u32 row,
				   const struct taken *taken, const struct registers *r, enum kernel_frames kernel)
{
	__u64 stack = 0;

	if (probe->flags & PROBE_TRACE)
		return trace(ctx, p, probe, row, r, kernel);
	if (probe->flags & PROBE_STACKS)
		stack = current_stack(ctx, p, r, CONTEXT_PROBE, kernel);
	return add_event(probe, row, taken, stack);
}

static __always_inline struct process *current_process(void)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;

	return bpf_map_lookup_elem(&processes, &pid);
}

static __always_inline void enter_call(__u32 function, __u64 frame, const struct call *call)
{
	struct call_key key = {.frame = frame, .function = function, .tid = (__u32)bpf_get_current_pid_tgid()};

	if (!bpf_map_update_elem(&calls, &key, call, BPF_NOEXIST))
		return;
	/* One that was there has been left by an exception or a jump, or the kernel has lost its return. */
	count(bpf_map_update_elem(&calls, &key, call, BPF_EXIST) ? COUNT_CALLS_FULL : COUNT_UNRETURNED);
}

/*
 * tid -> the system call that a thread is in: it can be in one only, so that what is here stays for the next one, which is cheaper than to
 * remove it each time. `since` is 0 where there is none. Sized by the collector.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct call);
} syscalls SEC(".maps");

static __always_inline void enter_syscall(const struct call *call)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct call *there = bpf_map_lookup_elem(&syscalls, &tid);

	if (!there) {
		if (bpf_map_update_elem(&syscalls, &tid, call, BPF_ANY))
			count(COUNT_CALLS_FULL);
		return;
	}
	if (there->since)
		count(COUNT_UNRETURNED);
	*there = *call;
}

/* Ends a system call. Returns 0 if it began before the recording. */
static __noinline int leave_syscall(struct hit *hit)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct call *call = bpf_map_lookup_elem(&syscalls, &tid);

	if (!call || !call->since)
		return 0;
	hit->duration = bpf_ktime_get_ns() - call->since;
	for (int i = 0; i < 6; i++)
		hit->arguments[i] = call->arguments[i];
	call->since = 0;
	return 1;
}

/* The current thread ends; a system call that it is still in is one that has not returned. */
static __always_inline void forget_syscalls(void)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct call *call = bpf_map_lookup_elem(&syscalls, &tid);

	if (call && !call->since)
		bpf_map_delete_elem(&syscalls, &tid);
}

/* Ends a call. Returns 0 if it began before the recording. */
static __noinline int leave_call(__u32 function, __u64 frame, struct hit *hit)
{
	struct call_key key = {.frame = frame, .function = function, .tid = (__u32)bpf_get_current_pid_tgid()};
	struct call *call = bpf_map_lookup_elem(&calls, &key);

	if (!call)
		return 0;
	hit->duration = bpf_ktime_get_ns() - call->since;
	for (int i = 0; i < 6; i++)
		hit->arguments[i] = call->arguments[i];
	bpf_map_delete_elem(&calls, &key);
	return 1;
}

/* A system call that has returned, for each of the probes that it has. */
struct returned {
	struct hit hit;
	__u64 rows;
	__u32 row; /* that counts it by its stack, or hands it over, which the caller does: for one at most */
	struct taken taken;
};

#define NO_STACK_ROW (~0U)

static long each_row(__u64 index, void *context)
{
	struct returned *c = context;
	struct taken taken = {};
	__u32 row = index;
	struct probe *probe;

	if (!(c->rows >> (row & 63) & 1))
		return 0;
	probe = bpf_map_lookup_elem(&probes, &row);
	if (!probe || !take(probe, row, &c->hit, &taken))
		return 0;
	if (probe->flags & (PROBE_STACKS | PROBE_TRACE)) {
		c->row = row;
		c->taken = taken;
	} else {
		add_event(probe, row, &taken, 0);
	}
	return 0;
}

static __always_inline __u64 syscall_rows(__u32 number)
{
	__u64 *rows = bpf_map_lookup_elem(&syscall_probes, &number);

	return rows ? *rows : 0;
}

/* The row that counts the system call that returns by its stack, NO_STACK_ROW if there is none; the others count it here. */
static __noinline __u32 take_syscall(__u64 number, __u64 retval, struct taken *taken)
{
	struct returned c = {.row = NO_STACK_ROW, .hit = {.syscall = number, .retval = retval}};

	c.rows = syscall_rows(number);
	if (!c.rows || !leave_syscall(&c.hit))
		return NO_STACK_ROW;
	bpf_loop(log2_floor(c.rows) + 1, each_row, &c, 0);
	*taken = c.taken;
	return c.row;
}

/* The user registers at a probe in user space. */
static __always_inline void probe_registers(const struct pt_regs *ctx, struct registers *r)
{
	r->ip = ctx->ip;
	r->sp = ctx->sp;
	r->bp = ctx->bp;
	r->r13 = ctx->r13;
	r->r15 = ctx->r15;
	r->bx = ctx->bx;
	r->ax = ctx->ax;
	r->dx = ctx->dx;
}

#endif
