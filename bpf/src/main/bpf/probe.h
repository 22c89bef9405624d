/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What a probe is: a row of data that says what is taken of an event, under which condition, and where it goes. */
#ifndef JAVELIN_PROBE_H
#define JAVELIN_PROBE_H

#include "totals.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct probe);
} probes SEC(".maps");

/* Per probe and CPU: the events that met its condition, those that its period left out included. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} probe_counts SEC(".maps");

/* Per probe and CPU: the events whose value is negative, and which are left out. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} probe_negatives SEC(".maps");

/* A call that has not returned: of which function, the thread, and where its frame is, so that recursion and lost returns are told apart. */
struct call_key {
	__u64 frame;
	__u32 function; /* see function_of */
	__u32 tid;
};

/* By the attach cookie: the probe's row, and above it the function's number, as one that ends by jumping to another has the same frame. */
static __always_inline __u32 function_of(__u64 cookie)
{
	return (__u32)cookie | (__u32)(cookie >> 32) << 8;
}

struct call {
	__u64 since;
	__u64 arguments[6];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct call_key);
	__type(value, struct call);
} calls SEC(".maps");

/* pid << 32 | tid -> the event that it is handing over (PROBE_TRACE). Sized by the collector. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u64);
	__type(value, struct hit);
} hits SEC(".maps");

/* struct pt_regs of arch/x86, which is part of its ABI */
#define REGISTERS_BYTES 168

/* struct hit, which javelin.h has, is large: where a stack is walked it has been left, or the walk has too little stack of its own. */

/* What the probe takes of an event. */
struct taken {
	__u64 value;
	__u64 key;
	__u64 events; /* that it stands for */
};

static __always_inline __u64 register_at(const void *regs, __u32 at)
{
	__u64 v = 0;

	if (at <= REGISTERS_BYTES - 8)
		bpf_probe_read_kernel(&v, 8, regs + at);
	return v;
}

static __always_inline __u64 resized(__u64 v, const struct argument *a)
{
	__u32 shift = (64 - a->size * 8) & 63;

	return a->is_signed ? (__u64)((__s64)(v << shift) >> shift) : v << shift >> shift;
}

/* Of an int the upper half of a register is not defined: takes the values of a function for what its types say they are. */
static __noinline int narrow(struct hit *hit, const struct probe *probe)
{
	for (int i = 0; i < 6; i++) {
		const struct argument *a = &probe->arguments[i];

		if (a->kind == ARGUMENT_REGISTER)
			hit->arguments[i] = resized(hit->arguments[i], a);
	}
	if (probe->returned.kind != ARGUMENT_NONE)
		hit->retval = resized(hit->retval, &probe->returned);
	return 0;
}

/* The arguments of a function or of a USDT probe, by the rules of the row. `regs` are the registers at the probe. */
static __noinline int read_arguments(struct hit *hit, const struct probe *probe, const void *regs)
{
	for (int i = 0; i < MAX_ARGUMENTS; i++) {
		const struct argument *a = &probe->arguments[i];
		__u64 v = 0;

		if (a->kind == ARGUMENT_NONE)
			break;
		if (a->kind == ARGUMENT_CONSTANT)
			v = a->offset;
		else
			v = register_at(regs, a->register_at);
		if (a->kind == ARGUMENT_MEMORY) {
			__u64 at = v + a->offset;

			if (a->scale)
				at += register_at(regs, a->index_at) * a->scale;
			v = 0;
			read_word(at, &v);
		}
		hit->arguments[i] = resized(v, a);
	}
	return 0;
}

/* The fields of a tracepoint's record. */
static __noinline int read_fields(struct hit *hit, const struct probe *probe, const void *record)
{
	for (int i = 0; i < MAX_ARGUMENTS; i++) {
		const struct argument *a = &probe->arguments[i];
		__u64 v = 0;

		if (a->kind == ARGUMENT_NONE)
			break;
		if (a->kind != ARGUMENT_FIELD)
			continue; /* a text */
		bpf_probe_read_kernel(&v, 8, record + (a->offset & 0xfff));
		hit->arguments[i] = resized(v, a);
	}
	return 0;
}

#define PREDICATE_DEPTH 8

struct machine {
	const struct probe *probe;
	const struct hit *hit;
	__u32 depth;
	__s64 stack[PREDICATE_DEPTH];
};

static __always_inline __s64 operand(const struct predicate_op *op, const struct hit *hit)
{
	__u64 comm[2] = {};

	switch (op->code) {
	case PREDICATE_CONST:
		return op->value;
	case PREDICATE_ARG:
		return op->index < MAX_ARGUMENTS ? hit->arguments[op->index] : 0;
	case PREDICATE_RETVAL:
		return hit->retval;
	case PREDICATE_DURATION:
		return hit->duration;
	case PREDICATE_TID:
		return (__u32)bpf_get_current_pid_tgid();
	case PREDICATE_PID:
		return bpf_get_current_pid_tgid() >> 32;
	case PREDICATE_CPU:
		return bpf_get_smp_processor_id();
	case PREDICATE_COMM:
		bpf_get_current_comm(comm, sizeof(comm));
		return comm[op->index & 1];
	default:
		return 0;
	}
}

static __always_inline __s64 divided(__s64 a, __s64 b, int rest)
{
	/* Signed division is no BPF instruction before the fourth instruction set. */
	__u64 x = a < 0 ? -(__u64)a : (__u64)a, y = b < 0 ? -(__u64)b : (__u64)b;
	__u64 q;

	if (!b)
		return 0;
	q = rest ? x % y : x / y;
	return (rest ? a < 0 : (a < 0) != (b < 0)) ? -q : q;
}

static __always_inline __s64 combined(__u32 code, __s64 a, __s64 b)
{
	switch (code) {
	case PREDICATE_ADD:
		return a + b;
	case PREDICATE_SUB:
		return a - b;
	case PREDICATE_MUL:
		return a * b;
	case PREDICATE_DIV:
		return divided(a, b, 0);
	case PREDICATE_MOD:
		return divided(a, b, 1);
	case PREDICATE_BIT_AND:
		return a & b;
	case PREDICATE_BIT_OR:
		return a | b;
	case PREDICATE_BIT_XOR:
		return a ^ b;
	case PREDICATE_SHL:
		return a << (b & 63);
	case PREDICATE_SHR:
		return a >> (b & 63);
	case PREDICATE_EQ:
		return a == b;
	case PREDICATE_NE:
		return a != b;
	case PREDICATE_LT:
		return a < b;
	case PREDICATE_LE:
		return a <= b;
	case PREDICATE_GT:
		return a > b;
	case PREDICATE_GE:
		return a >= b;
	case PREDICATE_AND:
		return a && b;
	case PREDICATE_OR:
		return a || b;
	default:
		return 0;
	}
}

/* One instruction of the predicate. */
static long predicate_step(__u64 index, void *context)
{
	struct machine *m = context;
	const struct predicate_op *op;
	__u32 top = (m->depth - 1) & (PREDICATE_DEPTH - 1), below = (m->depth - 2) & (PREDICATE_DEPTH - 1);

	if (index >= MAX_PREDICATE_OPS)
		return 1;
	/* A depth that the verifier takes for any: else it would follow each of the possible sequences. */
	m->depth += m->probe->zero;
	op = &m->probe->predicate[index];
	if (op->code == PREDICATE_END)
		return 1;
	if (op->code < PREDICATE_ADD) {
		m->stack[m->depth & (PREDICATE_DEPTH - 1)] = operand(op, m->hit);
		m->depth++;
	} else if (op->code == PREDICATE_NEG) {
		m->stack[top] = -m->stack[top];
	} else if (op->code == PREDICATE_BIT_NOT) {
		m->stack[top] = ~m->stack[top];
	} else if (op->code == PREDICATE_NOT) {
		m->stack[top] = !m->stack[top];
	} else {
		m->stack[below] = combined(op->code, m->stack[below], m->stack[top]);
		m->depth--;
	}
	return 0;
}

static __noinline int meets_predicate(const struct probe *probe, const struct hit *hit)
{
	struct machine m = {.probe = probe, .hit = hit};

	if (!probe->predicate_ops)
		return 1;
	bpf_loop(probe->predicate_ops, predicate_step, &m, 0);
	return m.stack[0] != 0;
}

static __always_inline __u64 part_of_hit(__u16 what, __u16 index, const struct hit *hit)
{
	switch (what) {
	case WHAT_ARGUMENT:
		return index < MAX_ARGUMENTS ? hit->arguments[index] : 0;
	case WHAT_RETURN:
		return hit->retval;
	case WHAT_DURATION:
		return hit->duration;
	case WHAT_THREAD:
		return (__u32)bpf_get_current_pid_tgid();
	case WHAT_CPU:
		return bpf_get_smp_processor_id();
	case WHAT_SYSCALL:
		return hit->syscall;
	default:
		return 0;
	}
}

/* Counts an event; returns whether it is the last of a period, and is taken for those before it. */
static __always_inline int ends_period(const struct probe *probe, __u32 row)
{
	__u64 *events = bpf_map_lookup_elem(&probe_counts, &row);

	/*
	 * A thread may be preempted here, and another one count on this CPU. The collector adds the events of a period that has not ended.
	 */
	return events && (__sync_fetch_and_add(events, 1) + 1) % (probe->period ? probe->period : 1) == 0;
}

/* Without a condition the period decides before anything of the event is read: most of them cost no more than that. */
static __always_inline int is_skipped(const struct probe *probe, __u32 row)
{
	return probe->period > 1 && !probe->predicate_ops && !ends_period(probe, row);
}

/* A size or a count that was returned: a negative one is an error's number. Histograms and sums have no place for those. */
static __always_inline int is_negative(const struct probe *probe, __u32 row, __u64 value)
{
	__u64 *negatives;

	if ((probe->value != WHAT_ARGUMENT && probe->value != WHAT_RETURN) || (__s64)value >= 0)
		return 0;
	negatives = bpf_map_lookup_elem(&probe_negatives, &row);
	if (negatives)
		__sync_fetch_and_add(negatives, 1);
	return 1;
}

/* Whether an event that was not skipped meets the probe's condition and ends a period, and what is taken of it. Global, see walk_user_stack. */
__attribute__((noinline)) int is_taken(const struct probe *probe, __u32 row, const struct hit *hit, struct taken *taken)
{
	if (!probe || !hit || !taken || !meets_predicate(probe, hit))
		return 0;
	taken->value = probe->value == WHAT_ONE ? 1 : part_of_hit(probe->value, probe->value_index, hit);
	if (is_negative(probe, row, taken->value))
		return 0;
	if ((probe->period <= 1 || probe->predicate_ops) && !ends_period(probe, row))
		return 0;
	taken->events = probe->period ? probe->period : 1;
	taken->key = part_of_hit(probe->key, probe->key_index, hit);
	return 1;
}

/* Linux 6.1 lets no global function do this: there the verifier knows of `hit` only that it is memory. */
static __noinline int keep_hit(const struct hit *hit)
{
	__u64 id = bpf_get_current_pid_tgid();

	bpf_map_update_elem(&hits, &id, hit, BPF_ANY);
	return 0;
}

/* Whether an event that was not skipped is one that the probe takes, and what of it; one that is going to be handed over is kept until then. */
static __always_inline int take_unskipped(const struct probe *probe, __u32 row, const struct hit *hit, struct taken *taken)
{
	if (!is_taken(probe, row, hit, taken))
		return 0;
	if (probe->flags & PROBE_TRACE)
		keep_hit(hit);
	return 1;
}

static __always_inline int take(const struct probe *probe, __u32 row, const struct hit *hit, struct taken *taken)
{
	return !is_skipped(probe, row) && take_unskipped(probe, row, hit, taken);
}

#endif
