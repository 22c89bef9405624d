/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The few kernel types that the programs touch, relocated by CO-RE against the running kernel's BTF.
 * Only the named members matter; their order and distance here mean nothing.
 */
#ifndef JAVELIN_KERNEL_H
#define JAVELIN_KERNEL_H

#include <linux/types.h>
#include <stdbool.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, cs, flags, sp, ss;
};

struct thread_struct {
	unsigned long fsbase;
};

struct return_instance {
	unsigned long stack, orig_ret_vaddr;
	struct return_instance *next;
};

struct uprobe_task {
	struct return_instance *return_instances;
};

struct cfs_rq {
	int throttle_count; /* only with CONFIG_CFS_BANDWIDTH */
};

struct sched_entity {
	struct cfs_rq *cfs_rq;
	__u64 sum_exec_runtime; /* nanoseconds on the CPU, up to date whenever the thread leaves it */
};

struct inode {
	unsigned short i_mode;
	unsigned long i_ino;
};

struct file {
	struct inode *f_inode;
	void *private_data; /* of a socket: struct socket */
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct in6_addr {
	__u8 bytes[16];
};

struct sock_common {
	__u32 skc_daddr;
	__u16 skc_dport;
	unsigned short skc_family;
	struct in6_addr skc_v6_daddr;
};

struct sock {
	struct sock_common __sk_common;
};

struct socket {
	struct sock *sk;
};

struct task_struct {
	unsigned int flags;
	unsigned int __state;
	void *stack;
	struct uprobe_task *utask;
	struct sched_entity se;
	struct files_struct *files;
	unsigned long nvcsw,
		nivcsw; /* times that it has left the CPU, by itself and not; counted before sched_switch is told */
	int pid, tgid;
	char comm[16];
	struct thread_struct thread;
};

#pragma clang attribute pop

/* What a perf_event program is given (include/uapi/linux/bpf_perf_event.h; x86's pt_regs is in its ABI). */
struct bpf_perf_event_data {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, cs, flags, sp, ss;
	__u64 sample_period;
	__u64 addr;
};

#endif
