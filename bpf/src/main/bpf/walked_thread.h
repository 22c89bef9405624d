/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Which thread is walked, and how its memory is read: the current one, in the middle of whatever it does; or, where WALKS_WAITING is
 * defined, one that waits, from another one.
 */
#ifndef JAVELIN_WALKED_THREAD_H
#define JAVELIN_WALKED_THREAD_H

#include "maps.h"

#ifdef WALKS_WAITING

/* Linux 6.2 */
extern struct task_struct *bpf_task_from_pid(__s32 pid) __ksym;
extern void bpf_task_release(struct task_struct *task) __ksym;

/* pid << 32 | tid. One reader at a time walks. */
volatile __u64 waiting_thread;

static __always_inline __u64 walked_thread(void)
{
	return waiting_thread;
}

static __always_inline int read_user(void *to, __u32 bytes, __u64 from)
{
	struct task_struct *task = bpf_task_from_pid((__s32)waiting_thread);
	int failed;

	if (!task)
		return 1;
	failed = bpf_copy_from_user_task(to, bytes, (const void *)from, task, 0) != 0;
	bpf_task_release(task);
	return failed;
}

static __always_inline void read_comm(char *to, __u32 bytes)
{
	struct task_struct *task = bpf_task_from_pid((__s32)waiting_thread);

	if (!task)
		return;
	bpf_probe_read_kernel(to, bytes, task->comm);
	bpf_task_release(task);
}

static __always_inline __u64 pending_return(__u64 sp)
{
	return 0; /* another thread's list is its own to change */
}

#else

static __always_inline __u64 walked_thread(void)
{
	return bpf_get_current_pid_tgid();
}

static __always_inline int read_user(void *to, __u32 bytes, __u64 from)
{
	return bpf_probe_read_user(to, bytes, (const void *)from);
}

static __always_inline void read_comm(char *to, __u32 bytes)
{
	bpf_get_current_comm(to, bytes);
}

#define PENDING_RETURNS 64

/*
 * Where the function that keeps its return address at sp - 8 really returns to, by the thread's list of pending returns (struct
 * return_instance, include/linux/uprobes.h). 0 if it is none of them.
 */
static __always_inline __u64 pending_return(__u64 sp)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct uprobe_task *utask = task->utask;
	struct return_instance *r;

	if (!utask)
		return 0;
	r = utask->return_instances;
	for (int i = 0; i < PENDING_RETURNS && r; i++) {
		if (r->stack + 8 == sp)
			return r->orig_ret_vaddr;
		r = r->next;
	}
	return 0;
}

#endif

static __always_inline int read_word(__u64 from, __u64 *word)
{
	return read_user(word, 8, from);
}

#endif
