/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The calls of probed Java methods, and what their threads wait for meanwhile. The agent in the target writes into a thread's slot when such a
 * call begins and ends (Calls.java, which has the layout); here it is read when the thread is seen anyway.
 */
#ifndef JAVELIN_CALLS_H
#define JAVELIN_CALLS_H

#include "events.h"
#include "slots.h"

/* Row of the probe that attributes time to calls, and in whose totals that on the CPU of ended threads is; or NO_ROW. */
const volatile __u32 calls_row = NO_ROW;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct slot_table);
} slot_tables SEC(".maps");

/* By the index of a virtual thread's slot. Sized by the collector: there is none if virtual threads are not explained. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct unmounted);
} unmounted SEC(".maps");

/* What the current thread is doing for its calls. */
struct calling {
	__u64 now; /* as of when: CLOCK_MONOTONIC; all else is 0 to begin with */
	__u64 java_thread;
	__u64 call;     /* see CALL_SLOT_SHIFT; 0: none */
	__u64 in_calls; /* nanoseconds until now; NOT_KNOWN, as of all virtual threads */
	__u64 mounted; /* of a virtual thread's call: nanoseconds since it began, or was mounted here; of a task, since it began */
};

/* The virtual thread whose frames are on the stack above a ContinuationEntry; 0 if it cannot be read. */
static __always_inline __u64 thread_of_continuation(const struct slot_table *t, __u64 entry)
{
	struct process *p = current_process();
	__u64 continuation = 0, target;

	if (!p || !t->continuation_target || read_word(entry + p->hotspot.cont_entry_cont, &continuation) || !continuation)
		return 0;
	target = read_reference(&p->hotspot, continuation, t->continuation_target);
	return target ? read_reference(&p->hotspot, target, t->target_vthread) : 0;
}

/*
 * The key of the virtual thread that is mounted on a JavaThread; 0 if none is, or it cannot be read. The JavaThread's current thread is the
 * virtual one, but for moments in which VirtualThread.java does something as the carrier: early JDK 21 freezes and thaws its frames in such.
 */
static __always_inline __u64 mounted_key(const struct slot_table *t, __u64 java_thread, __u64 entry)
{
	__u64 handle = 0, thread = 0, key;

	if (!t->thread_vthread || read_word(java_thread + t->thread_vthread, &handle) || read_word(handle, &thread))
		return 0;
	if (t->object_colours)
		thread = zgc_uncoloured(thread);
	key = thread_key(thread, t->vthread_eetop, t->vthread_tid);
	if (key & 1)
		return key;
	thread = thread_of_continuation(t, entry);
	key = thread ? thread_key(thread, t->vthread_eetop, t->vthread_tid) : 0;
	return key & 1 ? key : 0;
}

/* The task of a platform thread that is in no call, if it runs one for a call. */
static __noinline int read_task(__u64 slots, __u32 index, struct calling *c)
{
	__u64 at = slots + (__u64)index * SLOT_BYTES, call, base;

	if (read_word(at + SLOT_TASK, &call) || !call || read_word(at + SLOT_TASK_BASE, &base))
		return 0;
	c->call = CALL_TASK | (call & (CALL_VIRTUAL - 1));
	c->mounted = c->now - base - c->in_calls;
	return 0;
}

/*
 * What a Java thread, the current one, is calling, or the virtual thread that is mounted there. Returns the index of the slot that says so;
 * negative if there is none.
 */
static __noinline int read_calling(const struct slot_table *t, __u64 java_thread, struct calling *c)
{
	__u64 entry = 0, key = java_thread;
	struct slot slot = {};
	int index;

	c->java_thread = java_thread;
	c->in_calls = NOT_KNOWN;
	if (t->thread_cont_entry && read_word(java_thread + t->thread_cont_entry, &entry))
		return UNREADABLE_SLOT;
	if (entry)
		key = mounted_key(t, java_thread, entry);
	if (!key)
		return NO_SLOT;
	index = read_slot(t->slots, key, &slot);
	if (index == UNREADABLE_SLOT)
		return index;
	if (!entry)
		c->in_calls = 0;
	if (index < 0)
		return index;
	if (slot.open)
		c->call = (entry ? CALL_VIRTUAL : 0) | (__u64)index << CALL_SLOT_SHIFT | (slot.calls + 1);
	if (entry)
		c->mounted = c->now - slot.base;
	else
		c->in_calls = slot.open ? c->now - slot.base : slot.total;
	if (!entry && !slot.open && t->tasks)
		read_task(t->slots, index, c);
	return index;
}

/* The same of the current thread, which was walked before. */
static __noinline int find_calling(struct calling *c)
{
	__u64 id = bpf_get_current_pid_tgid(), since;
	__u32 pid = id >> 32, tid = id, index;
	struct slot_table *t = bpf_map_lookup_elem(&slot_tables, &pid);
	__u64 *java_thread = bpf_map_lookup_elem(&threads, &tid);
	struct unmounted *u;

	c->in_calls = NOT_KNOWN;
	if (!t || !java_thread || !*java_thread)
		return 0;
	index = read_calling(t, *java_thread, c);
	if (!(c->call & CALL_VIRTUAL))
		return 0;
	u = bpf_map_lookup_elem(&unmounted, &index);
	if (!u || u->call != c->call)
		return 0;
	/* It is just being unmounted or mounted: that is part of its wait. */
	if (u->waiting == WAITING)
		c->call = 0;
	else
		u->waiting = NOT_WAITING;
	since = c->now - u->since;
	if (c->mounted > since)
		c->mounted = since;
	return 0;
}

/* What a thread waits for, by its tid; of waits in calls. */
struct wait_detail {
	__u64 syscall;
	__u64 inode;
	__u64 object;
	__u32 address;
	__u16 port;
	__u16 family;
	__u64 address6[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct wait_detail);
} wait_details SEC(".maps");

/* Where the path is put together that a thread waits for. Threads are switched with interrupts off, so that one a CPU will do. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct told_path);
} wait_paths SEC(".maps");

/* arch/x86/entry/syscalls/syscall_64.tbl: those whose first argument is a file, a bit each, 64 a word */
#define NO_SYSCALL (~0ULL)
#define SYSCALL_POLL 7
#define BIT(n) (1ULL << ((n)&63))
#define FILE_SYSCALLS_0                                                                                                        \
	(BIT(0) /* read */ | BIT(1) /* write */ | BIT(5) /* fstat */ | BIT(8) /* lseek */ | BIT(17) /* pread64 */ |            \
	 BIT(18) /* pwrite64 */ | BIT(19) /* readv */ | BIT(20) /* writev */ | BIT(40) /* sendfile */ |                        \
	 BIT(42) /* connect */ | BIT(43) /* accept */ | BIT(44) /* sendto */ | BIT(45) /* recvfrom */ |                        \
	 BIT(46) /* sendmsg */ | BIT(47) /* recvmsg */)
#define FILE_SYSCALLS_64                                                                                                       \
	(BIT(73) /* flock */ | BIT(74) /* fsync */ | BIT(75) /* fdatasync */ | BIT(77) /* ftruncate */ |                       \
	 BIT(78) /* getdents */ | BIT(91) /* fchmod */ | BIT(93) /* fchown */)
#define FILE_SYSCALLS_192 (BIT(217) /* getdents64 */ | BIT(221) /* fadvise64 */)
#define FILE_SYSCALLS_256                                                                                                      \
	(BIT(275) /* splice */ | BIT(277) /* sync_file_range */ | BIT(285) /* fallocate */ | BIT(288) /* accept4 */ |          \
	 BIT(295) /* preadv */ | BIT(296) /* pwritev */ | BIT(299) /* recvmmsg */ | BIT(306) /* syncfs */ |                    \
	 BIT(307) /* sendmmsg */)
#define FILE_SYSCALLS_320 (BIT(326) /* copy_file_range */ | BIT(327) /* preadv2 */ | BIT(328) /* pwritev2 */)

/* Those whose first argument is a path; and those whose second one is, which counts from the directory that the first one is */
#define PATH_SYSCALLS_0 (BIT(2) /* open */ | BIT(4) /* stat */ | BIT(6) /* lstat */ | BIT(21) /* access */)
#define PATH_SYSCALLS_64                                                                                                       \
	(BIT(76) /* truncate */ | BIT(82) /* rename */ | BIT(83) /* mkdir */ | BIT(84) /* rmdir */ | BIT(85) /* creat */ |     \
	 BIT(86) /* link */ | BIT(87) /* unlink */ | BIT(89) /* readlink */ | BIT(90) /* chmod */ | BIT(92) /* chown */)
#define PATH_SYSCALLS_128 (BIT(137) /* statfs */)
#define AT_SYSCALLS_256                                                                                                        \
	(BIT(257) /* openat */ | BIT(258) /* mkdirat */ | BIT(260) /* fchownat */ | BIT(262) /* newfstatat */ |                \
	 BIT(263) /* unlinkat */ | BIT(264) /* renameat */ | BIT(265) /* linkat */ | BIT(267) /* readlinkat */ |               \
	 BIT(268) /* fchmodat */ | BIT(269) /* faccessat */ | BIT(280) /* utimensat */ | BIT(316) /* renameat2 */)
#define AT_SYSCALLS_320 (BIT(332) /* statx */)
#define AT_SYSCALLS_384 (BIT(437) /* openat2 */ | BIT(439) /* faccessat2 */)

/* The word of 64 system calls that one is in, of those above. */
static __always_inline int is_one_of(__u64 syscall, __u64 words_from, __u64 word)
{
	return syscall - words_from < 64 && word >> (syscall & 63) & 1;
}

static __always_inline int takes_file(__u64 syscall)
{
	return is_one_of(syscall, 0, FILE_SYSCALLS_0) || is_one_of(syscall, 64, FILE_SYSCALLS_64) ||
	       is_one_of(syscall, 192, FILE_SYSCALLS_192) || is_one_of(syscall, 256, FILE_SYSCALLS_256) ||
	       is_one_of(syscall, 320, FILE_SYSCALLS_320);
}

/* The address of the path that the system call is about; 0 if it is about none. */
static __always_inline __u64 path_of(__u64 syscall, const struct pt_regs *regs)
{
	if (is_one_of(syscall, 0, PATH_SYSCALLS_0) || is_one_of(syscall, 64, PATH_SYSCALLS_64) ||
	    is_one_of(syscall, 128, PATH_SYSCALLS_128))
		return regs->di;
	if (is_one_of(syscall, 256, AT_SYSCALLS_256) || is_one_of(syscall, 320, AT_SYSCALLS_320) ||
	    is_one_of(syscall, 384, AT_SYSCALLS_384))
		return regs->si;
	return 0;
}

/* Hands over the path that the current thread is going to wait for. The kernel has just read it, so that it is in memory. */
static __noinline int send_path(__u32 pid, __u32 tid, __u64 path)
{
	__u32 zero = 0;
	struct told_path *told = bpf_map_lookup_elem(&wait_paths, &zero);

	if (!told)
		return 0;
	told->length = bpf_probe_read_user_str(told->path, sizeof(told->path), (const void *)path);
	if (told->length <= 1)
		return 0;
	told->head.type = RECORD_PATH;
	told->head.pid = pid;
	told->head.time_ns = bpf_ktime_get_ns();
	told->tid = tid;
	if (bpf_ringbuf_output(&ring, told, sizeof(*told), BPF_RB_NO_WAKEUP))
		count(COUNT_RING_FULL);
	return 0;
}

/* The file that the system call is about; -1 if it is about none. */
static __always_inline __s32 file_of(__u64 syscall, const struct pt_regs *regs)
{
	__s32 fd = -1;

	if (syscall == SYSCALL_POLL) {
		/* The JDK polls a socket before it blocks (NioSocketImpl): the first of a struct pollfd[]. */
		if (regs->si != 1 || read_user(&fd, 4, regs->di))
			return -1;
		return fd;
	}
	return takes_file(syscall) ? (__s32)regs->di : -1;
}

/* include/linux/socket.h, include/uapi/linux/stat.h */
#define AF_INET 2
#define AF_INET6 10
#define S_IFMT 0170000
#define S_IFSOCK 0140000

static __always_inline void describe_file(struct wait_detail *d, struct task_struct *task, __s32 fd)
{
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct socket *socket;
	struct inode *inode;
	struct file *file;
	struct sock *sk;

	if (fd < 0 || (__u32)fd >= BPF_CORE_READ(table, max_fds) ||
	    bpf_probe_read_kernel(&file, sizeof(file), BPF_CORE_READ(table, fd) + fd) || !file)
		return;
	inode = BPF_CORE_READ(file, f_inode);
	d->inode = BPF_CORE_READ(inode, i_ino);
	if ((BPF_CORE_READ(inode, i_mode) & S_IFMT) != S_IFSOCK)
		return;
	socket = BPF_CORE_READ(file, private_data);
	sk = BPF_CORE_READ(socket, sk);
	if (!sk)
		return;
	d->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	if (d->family != AF_INET && d->family != AF_INET6)
		return;
	d->port = __builtin_bswap16(BPF_CORE_READ(sk, __sk_common.skc_dport));
	d->address = BPF_CORE_READ(sk, __sk_common.skc_daddr);
	if (d->family == AF_INET6)
		bpf_core_read(d->address6, sizeof(d->address6), &sk->__sk_common.skc_v6_daddr);
}

/* The class word of the object whose monitor the thread waits for, or to be notified by. */
static __always_inline __u64 monitor_of(const struct slot_table *t, __u64 java_thread)
{
	__u64 monitor = 0, object = 0, word = 0;

	if (!t->thread_pending_monitor)
		return 0;
	if (read_word(java_thread + t->thread_pending_monitor, &monitor))
		return 0;
	if (!monitor && (!t->thread_waiting_monitor || read_word(java_thread + t->thread_waiting_monitor, &monitor)))
		return 0;
	if (!monitor || read_word(monitor + t->monitor_object, &object) || !object)
		return 0;
	if (t->object_is_handle && (read_word(object, &object) || !object))
		return 0;
	if (t->object_colours)
		object = zgc_uncoloured(object);
	read_word(object + t->object_class, &word);
	return word;
}

/* Takes down what the current thread is going to wait for. */
static __noinline int describe_wait(struct task_struct *task, __u64 java_thread, int preempted)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u32 pid = id >> 32, tid = id;
	struct slot_table *t = bpf_map_lookup_elem(&slot_tables, &pid);
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
	struct wait_detail d = {.syscall = regs->orig_ax};
	__u64 path;

	if (!t)
		return 0;
	d.object = monitor_of(t, java_thread);
	if (!d.object)
		describe_file(&d, task, file_of(d.syscall, regs));
	bpf_map_update_elem(&wait_details, &tid, &d, BPF_ANY);
	path = d.object ? 0 : path_of(d.syscall, regs);
	if (path && !preempted)
		send_path(pid, tid, path);
	return 0;
}

/* Hands a wait in a call over. */
static __noinline int send_wait(__u32 tid, const struct schedule *s, __u64 end, __u64 nanos)
{
	struct call_wait w = {
		.head = {.type = RECORD_WAIT, .pid = s->pid, .time_ns = end},
		.tid = tid,
		.wait = s->wait,
		.java_thread = s->java_thread,
		.call = s->call,
		.nanos = nanos,
	};
	struct wait_detail *d = bpf_map_lookup_elem(&wait_details, &tid);

	if (w.wait != WAIT_UNTOLD) {
		w.woken = s->woken;
		w.stack = s->stack;
		w.waker = s->waker;
	}
	if (d && w.wait != WAIT_UNTOLD && w.wait != WAIT_PREEMPTED && w.wait != WAIT_THROTTLED) {
		w.syscall = d->syscall;
		w.inode = d->inode;
		w.object = d->object;
		w.address = d->address;
		w.port = d->port;
		w.family = d->family;
		w.address6[0] = d->address6[0];
		w.address6[1] = d->address6[1];
	}
	if (bpf_ringbuf_output(&ring, &w, sizeof(w), BPF_RB_NO_WAKEUP))
		count(COUNT_RING_FULL);
	return 0;
}

/* The agent calls JVM_HoldsLock when there is a call to tell of: the slot of the thread that is its third argument says which. */
SEC("uprobe")
int on_told_call(struct pt_regs *ctx)
{
	__u64 id = bpf_get_current_pid_tgid(), thread;
	struct told_call told = {.head = {.type = RECORD_CALL, .pid = id >> 32, .time_ns = bpf_ktime_get_ns()}, .tid = id};
	struct slot_table *t = bpf_map_lookup_elem(&slot_tables, &told.head.pid);
	struct slot slot = {};
	struct process *p = current_process();
	__u64 virtual;
	int index;

	if (!t || read_word(ctx->dx, &thread))
		return 0;
	told.key = thread_key(thread, t->vthread_eetop, t->vthread_tid);
	virtual = told.key & 1 ? CALL_VIRTUAL : 0;
	if (!told.key || (virtual && !t->thread_vthread))
		return 0;
	index = read_slot(t->slots, told.key, &slot);
	if (index < 0 || !slot.told_probe)
		return 0;
	told.probe = slot.told_probe - 1;
	told.call = virtual | (__u64)index << CALL_SLOT_SHIFT | (slot.told_call + 1);
	told.began = slot.told_began;
	told.nanos = slot.told_nanos;
	if (virtual)
		bpf_probe_read_user(&told.name_bytes, sizeof(told.name_bytes) + sizeof(told.name),
				    (const void *)(t->slots + (__u64)index * SLOT_BYTES + SLOT_NAME));
	read_trace_context(p, &told.trace);
	if (bpf_ringbuf_output(&ring, &told, sizeof(told), BPF_RB_NO_WAKEUP))
		count(COUNT_RING_FULL);
	return 0;
}

#endif
