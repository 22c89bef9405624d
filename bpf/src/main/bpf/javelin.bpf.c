// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The programs that are attached: each says where its event comes from and leaves the rest to record.h. */
#include "waits.h"
#include "mounts.h"
#include "told.h"

/* Functions that may be traced by fentry and fexit at once. */
#define TRACED 4

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* The clock and the hardware counters: every CPU, every `sample_period`. */
SEC("perf_event")
int on_sample(struct bpf_perf_event_data *ctx)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct task_struct *task;
	struct registers r = {};
	struct process *p;
	struct walk *w;
	__u32 kernel_words = 0;

	count(COUNT_TICKS);
	p = bpf_map_lookup_elem(&processes, &pid);
	if (!p)
		return 0;
	w = claim_scratch(CONTEXT_CLOCK);
	if (!w) {
		count(COUNT_SLOT_BUSY);
		return 0;
	}
	start_walk(w);
	task = bpf_get_current_task_btf();
	if (*(volatile unsigned long *)&ctx->cs & 3) {
		r.ip = *(volatile unsigned long *)&ctx->ip;
		r.sp = *(volatile unsigned long *)&ctx->sp;
		r.bp = *(volatile unsigned long *)&ctx->bp;
		r.r13 = *(volatile unsigned long *)&ctx->r13;
		r.r15 = *(volatile unsigned long *)&ctx->r15;
		r.bx = *(volatile unsigned long *)&ctx->bx;
		r.ax = *(volatile unsigned long *)&ctx->ax;
		r.dx = *(volatile unsigned long *)&ctx->dx;
	} else {
		w->flags |= SAMPLE_IN_KERNEL;
		kernel_words = walk_kernel(w, ctx);
		entry_registers(task, &r);
	}
	w->words = kernel_words;
	w->sample.probe = bpf_get_attach_cookie(ctx);
	w->sample.value = *(volatile __u64 *)&ctx->sample_period;
	walk_from(w, p, &r, task->thread.fsbase);
	w->sample.call = 0;
	if (calls_row != NO_ROW) {
		sample_call(w);
		read_trace_context(p, &w->sample.trace);
	}
	send(w, kernel_words);
	release_scratch(w);
	return 0;
}

static __always_inline void notify(__u32 type, __u32 pid)
{
	struct record_header notice = {.type = type, .pid = pid, .time_ns = bpf_ktime_get_ns()};

	if (bpf_ringbuf_output(&ring, &notice, sizeof(notice), BPF_RB_FORCE_WAKEUP))
		count(COUNT_EVENTS_LOST);
}

/*
 * After an exec nothing that is known of the process holds any more: it is no target until the collector has looked again.
 * With every_exec (`all`) every process that execs may have become a JVM.
 */
const volatile __u32 every_exec = 0;

SEC("raw_tracepoint/sched_process_exec")
int on_exec(void *ctx)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u32 pid = id >> 32, tid = id;

	bpf_map_delete_elem(&syscalls, &tid); /* its return will not be seen */
	if (!bpf_map_delete_elem(&processes, &pid) || every_exec)
		notify(RECORD_EXEC, pid);
	return 0;
}

SEC("raw_tracepoint/sched_process_exit")
int on_exit(void *ctx)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u32 pid = id >> 32;

	thread_exits();
	forget_syscalls();
	/* The leader may leave before other threads do; the collector looks whether any is left. */
	if (pid == (__u32)id && bpf_map_lookup_elem(&processes, &pid))
		notify(RECORD_EXIT, pid);
	return 0;
}

/*
 * A process begins under a number that a target had: the target has ended, however late the collector hears of it, and what follows is
 * none of its business.
 */
SEC("raw_tracepoint/sched_process_fork")
int on_fork(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *child = (struct task_struct *)ctx->args[1];
	__u32 pid = BPF_CORE_READ(child, pid);

	if (pid == (__u32)BPF_CORE_READ(child, tgid))
		bpf_map_delete_elem(&processes, &pid);
	return 0;
}

/* The entry of a function, at which the registers are those of the caller's convention. */
static __noinline void enter_function(struct pt_regs *regs)
{
	struct call call = {.arguments = {regs->di, regs->si, regs->dx, regs->cx, regs->r8, regs->r9}};

	call.since = bpf_ktime_get_ns();
	enter_call(function_of(bpf_get_attach_cookie(regs)), regs->sp, &call);
}

static __noinline int take_entry(const struct probe *probe, __u32 row, const struct pt_regs *regs, struct taken *taken)
{
	struct hit hit = {};

	read_arguments(&hit, probe, regs);
	return take_unskipped(probe, row, &hit, taken);
}

static __noinline int take_told(const struct probe *probe, __u32 row, const struct pt_regs *regs, struct taken *taken)
{
	struct hit hit = {};

	return read_told(&hit, probe, regs->dx) ? take(probe, row, &hit, taken) : 0;
}

/* `frame` is what sp was at the entry: where the return address was. */
static __noinline int take_return(const struct probe *probe, __u32 row, struct pt_regs *regs, __u64 frame, struct taken *taken)
{
	struct hit hit = {.retval = regs->ax};

	if (probe->flags & PROBE_CALLS && !leave_call(function_of(bpf_get_attach_cookie(regs)), frame, &hit))
		return 0;
	narrow(&hit, probe);
	return take(probe, row, &hit, taken);
}

/* A function in user space: a uprobe at its entry, or the nop of a USDT probe. */
SEC("uprobe")
int on_function(struct pt_regs *ctx)
{
	__u32 row = bpf_get_attach_cookie(ctx);
	struct probe *probe = bpf_map_lookup_elem(&probes, &row);
	struct process *p = current_process();
	struct registers r = {};
	struct taken taken = {};

	if (!probe || !p)
		return 0;
	if (probe->flags & PROBE_CALLS) {
		enter_function(ctx);
		return 0;
	}
	if (!(probe->flags & PROBE_TOLD) && is_skipped(probe, row))
		return 0;
	if (probe->flags & PROBE_TOLD ? !take_told(probe, row, ctx, &taken) : !take_entry(probe, row, ctx, &taken))
		return 0;
	probe_registers(ctx, &r);
	return account(ctx, p, probe, row, &taken, &r, NO_KERNEL_FRAMES);
}

/* The return of a function in user space; the registers are those of the caller again. */
SEC("uretprobe")
int on_function_return(struct pt_regs *ctx)
{
	__u32 row = bpf_get_attach_cookie(ctx);
	struct probe *probe = bpf_map_lookup_elem(&probes, &row);
	struct process *p = current_process();
	struct registers r = {};
	struct taken taken = {};

	/* The return address has been popped. */
	if (!probe || !p || !take_return(probe, row, ctx, ctx->sp - 8, &taken))
		return 0;
	probe_registers(ctx, &r);
	r.after_call = 1;
	return account(ctx, p, probe, row, &taken, &r, NO_KERNEL_FRAMES);
}

static __noinline int take_tracepoint(const struct probe *probe, __u32 row, const void *record, struct taken *taken)
{
	struct hit hit = {};

	read_fields(&hit, probe, record);
	return take_unskipped(probe, row, &hit, taken);
}

/* A classic tracepoint, in the context of a target's thread. */
SEC("tracepoint")
int on_tracepoint(void *ctx)
{
	__u32 row = bpf_get_attach_cookie(ctx);
	struct probe *probe = bpf_map_lookup_elem(&probes, &row);
	struct process *p = current_process();
	struct taken taken = {};

	if (!probe || !p || is_skipped(probe, row) || !take_tracepoint(probe, row, ctx, &taken))
		return 0;
	return account(ctx, p, probe, row, &taken, NULL, KERNEL_FRAMES);
}

/* A function of the kernel, called by a thread of a target: at its entry or within it. */
static __always_inline int kernel_function(struct pt_regs *ctx)
{
	__u32 row = bpf_get_attach_cookie(ctx);
	struct probe *probe = bpf_map_lookup_elem(&probes, &row);
	struct process *p = current_process();
	struct taken taken = {};

	if (!probe || !p)
		return 0;
	if (probe->flags & PROBE_CALLS) {
		enter_function(ctx);
		return 0;
	}
	if (is_skipped(probe, row) || !take_entry(probe, row, ctx, &taken))
		return 0;
	return account(ctx, p, probe, row, &taken, NULL, KERNEL_FRAMES);
}

/* The return of a function of the kernel, see take_return. */
static __always_inline int kernel_return(struct pt_regs *ctx, __u64 frame)
{
	__u32 row = bpf_get_attach_cookie(ctx);
	struct probe *probe = bpf_map_lookup_elem(&probes, &row);
	struct process *p = current_process();
	struct taken taken = {};

	if (!probe || !p || !take_return(probe, row, ctx, frame, &taken))
		return 0;
	return account(ctx, p, probe, row, &taken, NULL, KERNEL_FRAMES);
}

SEC("kprobe")
int on_kernel_function(struct pt_regs *ctx)
{
	return kernel_function(ctx);
}

SEC("kretprobe")
int on_kernel_return(struct pt_regs *ctx)
{
	return kernel_return(ctx, ctx->sp - 8);
}

/* The same of many functions by one link. */
SEC("kprobe.multi")
int on_kernel_functions(struct pt_regs *ctx)
{
	return kernel_function(ctx);
}

/*
 * What the kernel tells as sp differs between its versions. It saves the registers right below where the return address was:
 * arch_rethook_trampoline, and since Linux 6.14 return_to_handler.
 */
SEC("kprobe.multi")
int on_kernel_returns(struct pt_regs *ctx)
{
	return kernel_return(ctx, (__u64)ctx + sizeof(*ctx));
}

/*
 * fentry and fexit: a program belongs to one function, which is chosen before it is loaded, so that there are some of each. Arguments are
 * 64-bit words; those that the function does not have are 0.
 */
const volatile __u32 traced_rows[TRACED] = {};

static __always_inline void traced_arguments(void *ctx, __u64 *arguments)
{
	for (__u32 i = 0; i < 6; i++)
		bpf_get_func_arg(ctx, i, &arguments[i]);
}

static __noinline int take_traced(void *ctx, const struct probe *probe, __u32 row, struct taken *taken)
{
	struct hit hit = {};

	traced_arguments(ctx, hit.arguments);
	narrow(&hit, probe);
	return take(probe, row, &hit, taken);
}

/* While both are attached, the entry and the exit of a call are given the same context, on the thread's kernel stack. */
static __noinline int enter_traced(void *ctx, __u32 row)
{
	struct call call = {};

	traced_arguments(ctx, call.arguments);
	call.since = bpf_ktime_get_ns();
	enter_call(row, (__u64)ctx, &call);
	return 0;
}

static __noinline int take_traced_return(void *ctx, const struct probe *probe, __u32 row, struct taken *taken)
{
	struct hit hit = {};

	if (!(probe->flags & PROBE_CALLS))
		traced_arguments(ctx, hit.arguments);
	else if (!leave_call(row, (__u64)ctx, &hit))
		return 0;
	bpf_get_func_ret(ctx, &hit.retval);
	narrow(&hit, probe);
	return take(probe, row, &hit, taken);
}

static __always_inline int traced(void *ctx, __u32 row, int at_return)
{
	struct probe *probe = bpf_map_lookup_elem(&probes, &row);
	struct process *p = current_process();
	struct taken taken = {};

	if (!probe || !p)
		return 0;
	if (!at_return && probe->flags & PROBE_CALLS)
		return enter_traced(ctx, row);
	if (at_return ? !take_traced_return(ctx, probe, row, &taken) : !take_traced(ctx, probe, row, &taken))
		return 0;
	return account(ctx, p, probe, row, &taken, NULL, KERNEL_FRAMES);
}

#define TRACED_FUNCTION(n)                                                                                                     \
	SEC("fentry")                                                                                                          \
	int on_fentry_##n(void *ctx)                                                                                           \
	{                                                                                                                      \
		return traced(ctx, traced_rows[n], 0);                                                                         \
	}                                                                                                                      \
	SEC("fexit")                                                                                                           \
	int on_fexit_##n(void *ctx)                                                                                            \
	{                                                                                                                      \
		return traced(ctx, traced_rows[n], 1);                                                                         \
	}

TRACED_FUNCTION(0)
TRACED_FUNCTION(1)
TRACED_FUNCTION(2)
TRACED_FUNCTION(3)

/* One tracepoint for all system calls: their own ones would be thousands of links. */
SEC("raw_tracepoint/sys_enter")
int on_syscall(struct bpf_raw_tracepoint_args *ctx)
{
	struct call call = {};
	struct pt_regs *regs;

	if (!current_process() || !syscall_rows(ctx->args[1]))
		return 0;
	regs = (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
	call.arguments[0] = regs->di;
	call.arguments[1] = regs->si;
	call.arguments[2] = regs->dx;
	call.arguments[3] = regs->r10;
	call.arguments[4] = regs->r8;
	call.arguments[5] = regs->r9;
	call.since = bpf_ktime_get_ns();
	enter_syscall(&call);
	return 0;
}

SEC("raw_tracepoint/sys_exit")
int on_syscall_return(struct bpf_raw_tracepoint_args *ctx)
{
	struct process *p = current_process();
	struct taken taken = {};
	struct pt_regs *regs;
	struct probe *probe;
	__u32 row;

	if (!p)
		return 0;
	regs = (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
	row = take_syscall(regs->orig_ax, ctx->args[1], &taken);
	probe = bpf_map_lookup_elem(&probes, &row);
	if (!probe)
		return 0;
	return account(ctx, p, probe, row, &taken, NULL, NO_KERNEL_FRAMES);
}

/* bool preempt, struct task_struct *prev (which is current), *next: include/trace/events/sched.h */
SEC("raw_tracepoint/sched_switch")
int on_switch(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *next = (struct task_struct *)ctx->args[2];
	struct process *p = current_process();
	struct schedule seen = {};

	if (p)
		begin_wait(ctx, p, ctx->args[0] != 0, &seen);
	begin_run(next, &seen);
	return 0;
}

/* struct task_struct *p: a thread is going to be woken by the current one */
SEC("raw_tracepoint/sched_waking")
int on_waking(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *woken = (struct task_struct *)ctx->args[0];
	__u32 tid = BPF_CORE_READ(woken, pid);
	struct schedule *s = bpf_map_lookup_elem(&schedules, &tid);

	if (!s || s->on || s->woken)
		return 0;
	s->woken = bpf_ktime_get_ns();
	if (record_wakers && (calls_row == NO_ROW || s->call))
		s->waker = waker_stack(ctx);
	return 0;
}
