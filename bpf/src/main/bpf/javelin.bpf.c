// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The programs that are attached: each says where its event comes from and leaves the rest to record.h. */
#include "record.h"

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
	long bytes;

	count(COUNT_TICKS);
	p = bpf_map_lookup_elem(&processes, &pid);
	if (!p)
		return 0;
	w = claim_scratch();
	if (!w)
		return 0;
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
		if (record_kernel_frames) {
			bytes = bpf_get_stack(ctx, w->area, MAX_KERNEL_FRAMES * 8, 0);
			if (bytes > 0)
				kernel_words = (__u32)bytes >> 3;
			if (kernel_words > MAX_KERNEL_FRAMES)
				kernel_words = MAX_KERNEL_FRAMES;
		}
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
