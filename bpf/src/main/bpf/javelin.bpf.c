// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The programs that are attached: each says where its event comes from and leaves the rest to record.h. */
#include "waits.h"

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
		kernel_words = walk_kernel(w, ctx, 0);
		entry_registers(task, &r);
	}
	w->words = kernel_words;
	w->sample.probe = bpf_get_attach_cookie(ctx);
	w->sample.value = *(volatile __u64 *)&ctx->sample_period;
	walk_from(w, p, &r, task->thread.fsbase);
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
	__u32 pid = bpf_get_current_pid_tgid() >> 32;

	if (!bpf_map_delete_elem(&processes, &pid) || every_exec)
		notify(RECORD_EXEC, pid);
	return 0;
}

SEC("raw_tracepoint/sched_process_exit")
int on_exit(void *ctx)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u32 pid = id >> 32;

	/* The leader may leave before other threads do; the collector looks whether any is left. */
	if (pid == (__u32)id && bpf_map_lookup_elem(&processes, &pid))
		notify(RECORD_EXIT, pid);
	return 0;
}

/* A function in user space: a uprobe at its entry, or the nop of a USDT probe. */
SEC("uprobe")
int on_function(struct pt_regs *ctx)
{
	__u32 row = bpf_get_attach_cookie(ctx);
	struct probe *probe = bpf_map_lookup_elem(&probes, &row);
	struct process *p = current_process();
	struct registers r = {};
	struct hit hit = {};

	if (!probe || !p)
		return 0;
	if (probe->flags & PROBE_CALLS) {
		struct call call = {.arguments = {ctx->di, ctx->si, ctx->dx, ctx->cx, ctx->r8, ctx->r9}};

		call.since = bpf_ktime_get_ns();
		enter_call(row, ctx->sp, &call);
		return 0;
	}
	read_arguments(&hit, probe, ctx);
	if (!is_taken(probe, row, &hit))
		return 0;
	probe_registers(ctx, &r);
	return account(ctx, p, probe, row, &hit, &r, NO_KERNEL_FRAMES);
}

/* The return of a function in user space; the registers are those of the caller again. */
SEC("uretprobe")
int on_function_return(struct pt_regs *ctx)
{
	__u32 row = bpf_get_attach_cookie(ctx);
	struct probe *probe = bpf_map_lookup_elem(&probes, &row);
	struct process *p = current_process();
	struct registers r = {};
	struct hit hit = {};

	if (!probe || !p)
		return 0;
	/* The return address has been popped: what was sp at the entry is one word below. */
	if (probe->flags & PROBE_CALLS && !leave_call(row, ctx->sp - 8, &hit))
		return 0;
	hit.retval = ctx->ax;
	if (!is_taken(probe, row, &hit))
		return 0;
	probe_registers(ctx, &r);
	r.after_call = 1;
	return account(ctx, p, probe, row, &hit, &r, NO_KERNEL_FRAMES);
}

/* A classic tracepoint, in the context of a target's thread. */
SEC("tracepoint")
int on_tracepoint(void *ctx)
{
	__u32 row = bpf_get_attach_cookie(ctx);
	struct probe *probe = bpf_map_lookup_elem(&probes, &row);
	struct process *p = current_process();
	struct registers r = {};
	struct hit hit = {};

	if (!probe || !p)
		return 0;
	read_fields(&hit, probe, ctx);
	if (!is_taken(probe, row, &hit))
		return 0;
	entry_registers(bpf_get_current_task_btf(), &r);
	return account(ctx, p, probe, row, &hit, &r, 0);
}

static __always_inline __u64 syscall_rows(__u32 number)
{
	__u64 *rows = bpf_map_lookup_elem(&syscall_probes, &number);

	return rows ? *rows : 0;
}

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
	enter_call(ANY_ROW, 0, &call);
	return 0;
}

SEC("raw_tracepoint/sys_exit")
int on_syscall_return(struct bpf_raw_tracepoint_args *ctx)
{
	struct process *p = current_process();
	struct returned c = {.row = NO_STACK_ROW};
	struct registers r = {};
	struct pt_regs *regs;
	struct probe *probe;

	if (!p)
		return 0;
	regs = (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
	c.hit.syscall = regs->orig_ax;
	c.rows = syscall_rows(c.hit.syscall);
	if (!c.rows || !leave_call(ANY_ROW, 0, &c.hit))
		return 0;
	c.hit.retval = ctx->args[1];
	bpf_loop(log2_floor(c.rows) + 1, each_row, &c, 0);
	probe = bpf_map_lookup_elem(&probes, &c.row);
	if (!probe)
		return 0;
	entry_registers(bpf_get_current_task_btf(), &r);
	return account(ctx, p, probe, c.row, &c.hit, &r, NO_KERNEL_FRAMES);
}

/* bool preempt, struct task_struct *prev (which is current), *next: include/trace/events/sched.h */
SEC("raw_tracepoint/sched_switch")
int on_switch(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *next = (struct task_struct *)ctx->args[2];
	struct process *p = current_process();
	__u64 now;

	if (p)
		begin_wait(ctx, p, ctx->args[0] != 0);
	now = bpf_ktime_get_ns();
	end_wait(BPF_CORE_READ(next, pid), now);
	if (oncpu_row != NO_ROW)
		begin_run(next, now);
	return 0;
}

/* struct task_struct *p: a thread is going to be woken by the current one */
SEC("raw_tracepoint/sched_waking")
int on_waking(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *woken = (struct task_struct *)ctx->args[0];
	__u32 tid = BPF_CORE_READ(woken, pid);
	struct wait *wait = bpf_map_lookup_elem(&waits, &tid);

	if (!wait || wait->woken)
		return 0;
	wait->woken = bpf_ktime_get_ns();
	if (record_wakers)
		wait->waker = waker_stack(ctx);
	return 0;
}
