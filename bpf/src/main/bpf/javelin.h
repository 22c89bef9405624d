/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the BPF programs and the collector share: the rows of the configuration maps and the records of the ring buffer.
 * Fixed widths, explicit padding, little endian. The Java side is dev.javelin.collector.walker (one class per struct);
 * a test compares sizeof and offsetof with its constants. Numbers of the enums are part of the format: never renumber.
 */
#ifndef JAVELIN_H
#define JAVELIN_H

#ifndef __bpf__
#include <stdint.h>
typedef uint8_t __u8;
typedef uint16_t __u16;
typedef uint32_t __u32;
typedef int32_t __s32;
typedef int16_t __s16;
typedef uint64_t __u64;
typedef int64_t __s64;
#endif

#define MAX_CODE_HEAPS 4
#define MAX_THREAD_VTABLES 12
/* The longest user stack that can be asked for (-j), in frames. */
#define MAX_USER_FRAMES 2048
/* kernel.perf_event_max_stack is 127 by default; a deeper kernel stack is cut there by the kernel itself. */
#define MAX_KERNEL_FRAMES 127
#define FRAME_WORDS 3

/* How a raw user frame is to be read: frame[0] = kind << 56 | flags << 48 | address. */
enum frame_kind {
	FRAME_NATIVE = 1, /* address = pc (pc - 1 above the leaf); [1] = object id, 0 if unmapped; [2] = virtual address in the object's file */
	FRAME_INTERPRETED = 2, /* address = Method*; [1] = its ConstMethod*, the cookie; [2] = bytecode index or -1 */
	FRAME_COMPILED = 3,    /* address = nmethod*; [1] = compile id << 32 | pc - code begin; [2] = Method* */
	FRAME_STUB = 4,        /* address = CodeBlob*; [1] = pc - code begin; [2] = 0 */
	FRAME_SKIPPED = 5, /* native frames are missing here: the frame anchor bridged them. address = pc that could not be unwound */
	FRAME_CARRIER = 6, /* the frames that follow belong to the virtual thread's carrier */
};

enum frame_flag {
	FRAME_LEAF = 1,    /* pc is where the thread was, not a return address */
	FRAME_SCANNED = 2, /* found by looking for a return address on the stack, not by a rule */
	FRAME_FROZEN = 4,  /* read from a stack chunk in the heap */
};

/* How a walk ended; the names that users see are in StackEnd.java. */
enum walk_end {
	END_COMPLETE = 0,           /* the thread's entry was reached */
	END_DEPTH = 1,              /* the frame limit (-j) */
	END_UNMAPPED = 2,           /* pc lies in no executable mapping that the collector knows */
	END_NO_UNWIND_INFO = 3,     /* no rule for this pc in .eh_frame */
	END_STACK_UNREADABLE = 4,   /* a word of the stack is not in memory */
	END_NO_BLOB = 5,            /* pc in the code cache, but in no CodeBlob */
	END_BAD_RETURN = 6,         /* no plausible return address at the top compiled frame or stub */
	END_NO_PROGRESS = 7,        /* the stack pointer did not grow */
	END_BAD_INTERPRETED = 8,    /* the interpreter frame does not hold a Method */
	END_BAD_CHUNK = 9,          /* the stack chunk of a virtual thread could not be read */
	END_NO_USER_REGISTERS = 10, /* a thread without user space registers (leaving, or in exec) */
	END_THAWING = 11, /* frozen frames are just being copied to the stack: neither there nor in the chunk for sure */
	WALK_ENDS = 12,
};

enum sample_flag {
	SAMPLE_JAVA_THREAD = 1, /* the thread has a JavaThread */
	SAMPLE_IN_KERNEL = 2,
	SAMPLE_BRIDGED = 4,    /* has a FRAME_SKIPPED */
	SAMPLE_SCANNED = 8,    /* has a frame with FRAME_SCANNED */
	SAMPLE_INTERRUPT = 16, /* an interrupt, of whichever thread: only kernel frames */
};

/* Rows of the per-CPU array `counters`. */
enum counter {
	COUNT_TICKS = 0,       /* clock ticks that our program saw, of all threads and of idle time */
	COUNT_SAMPLES = 1,     /* samples handed to the ring buffer */
	COUNT_RING_FULL = 2,   /* samples lost: no room in the ring buffer */
	COUNT_SLOT_BUSY = 3,   /* samples lost: the walker's scratch was in use on this CPU */
	COUNT_EVENTS_LOST = 4, /* exec and exit notices lost: no room in the ring buffer */
	COUNT_STACKS = 5,      /* different stacks handed to the ring buffer */
	COUNT_TOTALS_FULL = 6, /* events lost: no room in `totals` or `buckets` */
	COUNT_WAITS_FULL = 7,  /* waits lost: no room in `schedules` */
	COUNT_CALLS_FULL = 8,  /* calls lost: no room in `calls` */
	COUNT_NO_STACK = 9,    /* events counted without their stack: the walker's scratch was in use, or the ring was full */
	COUNT_SWITCHES = 10,   /* waits without a stack, since the kernel did not tell that they began */
	COUNT_UNRETURNED = 11, /* calls lost: another one has the same frame, and their return was not seen */
	COUNTERS = 12,
};

enum record_type {
	RECORD_SAMPLE = 1,
	RECORD_EXEC = 2,   /* a process called execve */
	RECORD_EXIT = 3,   /* a target's last thread left */
	RECORD_STACK = 4,  /* a sample whose value is the id by which `totals` names its stack */
	RECORD_THREAD = 5, /* a sample without frames: a thread that `totals` will name by its tid */
	RECORD_HIT = 6,    /* a sample with struct hit, and its texts, behind its frames: one event of a probe */
	RECORD_WAIT = 7,   /* struct call_wait */
	RECORD_CALL = 8,   /* struct told_call */
	RECORD_PATH = 9,   /* struct told_path */
};

struct record_header {
	__u32 type;    /* enum record_type */
	__u32 pid;     /* process (tgid) */
	__u64 time_ns; /* CLOCK_MONOTONIC */
};

/*
 * What a thread publishes of the span that it works on (see trace_context.h), the bytes as they are there: ids in the order in which they are
 * written as hexadecimal digits. All 0: nothing.
 */
struct trace_context {
	__u64 trace_id[2];
	__u64 span_id;
};

/* Followed by kernel_frames u64 addresses, then user_frames frames of FRAME_WORDS u64, both leaf first. */
struct sample {
	struct record_header head;
	__u32 tid;
	__u32 cpu;
	__u16 kernel_frames;
	__u16 user_frames;
	__u8 end;          /* enum walk_end */
	__u8 flags;        /* enum sample_flag */
	__u16 probe;       /* row of the probe, from the attach cookie */
	__u64 value;       /* what is summed: nanoseconds for the clock, the period for hardware events */
	__u64 end_pc;      /* where an incomplete walk ended */
	__u64 java_thread; /* JavaThread*, 0 for other threads */
	__u64 call;        /* the probed call that the thread is in, see CALL_SLOT_SHIFT; 0: none, or not asked for */
	char comm[16];     /* the kernel's name of the thread */
	/* of a RECORD_HIT, and of samples where calls are recorded */
	struct trace_context trace;
};

/*
 * A probed call is known by its number in the slot that its thread has meanwhile (Calls.java), from 1, the slot's index above it, and whether
 * it is of a virtual thread, which has a slot for as long as a call.
 */
#define CALL_SLOT_SHIFT 44
#define CALL_VIRTUAL (1ULL << 60)
/* What a platform thread does is no such call, but a task that this one handed over. Whose call it is, the slot tells then. */
#define CALL_TASK (1ULL << 61)

#define PATH_BYTES 256

/* Time off the CPU within a probed call. */
struct call_wait {
	struct record_header head; /* the time is that of its end */
	__u32 tid;
	__u32 wait;        /* enum wait_class */
	__u64 java_thread; /* JavaThread*, of a virtual thread the carrier's */
	__u64 call;        /* see CALL_SLOT_SHIFT */
	__u64 nanos;
	__u64 woken; /* CLOCK_MONOTONIC; 0: not seen */
	__u64 stack; /* id of a RECORD_STACK; 0: none */
	__u64 waker; /* the same, of who woke it */
	__u64 syscall;
	__u64 inode;       /* of the file that the system call is about; 0: none */
	__u64 object;      /* second word of the Java object whose monitor it waited for: its class; 0: none */
	__u32 address;     /* of the socket's peer, IPv4 */
	__u16 port;        /* of the socket's peer */
	__u16 family;      /* of the socket; 0: it is none */
	__u64 address6[2]; /* of the socket's peer, IPv6 */
};

/*
 * The path that a thread has given to the system call that it begins to wait in, within a probed call: it is told before that wait's
 * RECORD_WAIT, with a time within it.
 */
struct told_path {
	struct record_header head;
	__u32 tid;
	__s32 length; /* with the 0 at its end; as many as there is room for: it may be cut */
	char path[PATH_BYTES];
};

/* A call of a probed Java method that has returned, and is told by itself. */
struct told_call {
	struct record_header head;
	__u32 tid;
	__u32 probe; /* number, from 0 */
	__u64 key;   /* of its thread, see Calls.java: JavaThread*, of a virtual thread twice its number and 1 */
	__u64 call;  /* the outermost call that it is, or is part of, see CALL_SLOT_SHIFT */
	__u64 began; /* CLOCK_MONOTONIC */
	__u64 nanos;
	__s64 name_bytes; /* of the name of a virtual thread, in Latin-1; if negative, in UTF-16 */
	char name[32];
	struct trace_context trace; /* as it returns */
};

/* One executable mapping of a target, sorted by start within its process. */
struct mapping {
	__u64 start;
	__u64 end;
	__u64 bias;        /* virtual address in the file = pc - bias */
	__u64 table_base;  /* virtual address that rows count from */
	__u32 table_first; /* first row in `unwind_rows` */
	__u32 table_rows;  /* 0: none, frame pointers are followed */
	__u32 object;      /* id of the ELF object, 0 for none (JIT code of others) */
	__u32 pad;
};

/* kind of an unwind row: (row >> 56); see UnwindTable.java */
enum unwind_kind {
	UNWIND_UNKNOWN = 0,
	UNWIND_RSP = 1,
	UNWIND_RBP = 2,
	UNWIND_PLT = 3,
	UNWIND_DEREF_RBP = 4,
	UNWIND_SIGNAL = 5,
	UNWIND_END = 6,
};
#define UNWIND_RBP_AT_RBP 126 /* the caller's rbp lies where rbp points */
#define UNWIND_RBP_LOST 127

struct code_heap {
	__u64 low;
	__u64 high;
	__u64 segmap;
	__u64 log2_segment;
};

/* Everything the walker must know of one JVM; 0 where the JVM has no such thing. Offsets are in bytes. */
struct hotspot {
	__u64 code_low, code_high; /* code cache */
	struct code_heap heaps[MAX_CODE_HEAPS];
	__u64 interpreter_low, interpreter_high;
	__u64 entry_low, entry_high;   /* the interpreter's method entries, where a frame is being built */
	__u64 call_stub_entry;         /* StubRoutines::_call_stub_entry */
	__u64 call_stub_return;        /* StubRoutines::_call_stub_return_address */
	__u64 cont_thaw;               /* StubRoutines::_cont_thaw, the stub before the next two */
	__u64 cont_return_barrier;     /* StubRoutines::_cont_returnBarrier */
	__u64 cont_return_barrier_exc; /* StubRoutines::_cont_returnBarrierExc, the next stub */
	__u64 cont_entry_return;       /* ContinuationEntry::_return_pc */
	/* What tells kinds of blobs apart: the first word (the vtable), or the byte at blob_kind. */
	__u64 kind_nmethod, kind_adapter, kind_vtable_stub, kind_method_handles;
	__u64 tls_module;
	__u64 tls_offset;                         /* of Thread::_thr_current in libjvm's TLS block */
	__u64 thread_vtables[MAX_THREAD_VTABLES]; /* of JavaThread and its subclasses */
	__u64 narrow_oop_base;
	__u32 narrow_oop_shift;
	__u32 compressed_oops;   /* 1: references in objects are 4 bytes */
	__u32 zgc_generational;  /* 1: references in objects are coloured, see walk_virtual.h */
	__u16 heap_block_header; /* CodeBlob = segment + this */
	__u16 blob_size;
	__u16 blob_frame_size; /* int, words */
	__u16 blob_frame_complete;
	__u16 blob_frame_complete_bytes; /* 4 or 2 */
	__u16 blob_code_begin;           /* pointer, or int offset from the blob */
	__u16 blob_code_end;
	__u16 blob_code_is_offset; /* 1: the two above are int offsets */
	__u16 blob_kind;           /* u1; 0: the vtable tells */
	__u16 nmethod_method;
	__u16 nmethod_compile_id;
	__u16 nmethod_deopt_handler;
	__u16 nmethod_deopt_handler_is_offset; /* 1: int offset from the blob */
	__u16 nmethod_orig_pc;
	__u16 method_const_method;
	__u16 const_method_size; /* bytecodes start here */
	__u16 thread_anchor_sp, thread_anchor_pc, thread_anchor_fp;
	__u16 thread_cont_entry; /* 0: no virtual threads */
	__u16 cont_entry_size;
	__u16 cont_entry_cont; /* oop of the Continuation */
	__u16 cont_tail;       /* field offsets in the Java objects */
	__u16 chunk_sp, chunk_bottom, chunk_size, chunk_parent, chunk_stack;
	__u16 chunk_bottom_is_argsize; /* 1: bottom = size - argsize (JDK 20, 21) */
	__u16 thread_saved_exception_pc;
	__u16 heap_block_used; /* bool, in the header before the CodeBlob */
};

#define MAX_ARGUMENTS 12
#define MAX_PREDICATE_OPS 32

#include "probe_rows.h"

/* How a thread left the CPU. */
enum wait_class {
	WAIT_NONE = 0,
	WAIT_PREEMPTED = 1, /* it could have gone on */
	WAIT_BLOCKED = 2,   /* interruptible */
	WAIT_DISK = 3,      /* uninterruptible */
	WAIT_STOPPED = 4,   /* by a signal or a debugger */
	WAIT_THROTTLED = 5, /* its cgroup's quota was used up */
	WAIT_UNTOLD = 6,    /* it left the CPU without the kernel telling: without a stack */
	WAIT_UNMOUNTED = 7, /* a virtual thread that had no carrier */
	WAIT_BEFORE = 255,  /* it was off the CPU, or had no carrier, when the recording began */
};

/* Value of `schedules`, keyed by tid: what was last seen of a thread, as it left the CPU or got one. */
struct schedule {
	__u64 since;    /* CLOCK_MONOTONIC, nanoseconds */
	__u64 ran;      /* its sum_exec_runtime then */
	__u64 switches; /* times that it had left the CPU then; 0: not known */
	__u64 on_cpu;   /* nanoseconds on the CPU until then */
	__u64 woken;    /* of a wait: 0: not yet */
	__u64 stack;    /* of a wait */
	__u64 waker;    /* of a wait: id of the stack that woke it; 0: none */
	__u32 pid;
	__u16 wait; /* enum wait_class */
	__u16 on;   /* 1: it got a CPU */
	/* Only where calls are recorded, of Java threads: */
	__u64 java_thread;
	__u64 call;     /* of a wait: the call that it is in, see CALL_SLOT_SHIFT; 0: none */
	__u64 in_calls; /* nanoseconds in calls until then, ever; NOT_KNOWN, as of all virtual threads */
	__u64 untold;   /* nanoseconds off the CPU since then that were not told, and are not in in_calls */
	__u64 call_cpu; /* nanoseconds on the CPU within calls, of the recording */
	/* Of a virtual thread's wait in a call: nanoseconds that it was in the call on this carrier before; the same of a task */
	__u64 mounted;
};

#define NOT_KNOWN (~0ULL)

/* Value of `slot_tables`, keyed by pid (tgid): where the agent keeps what its threads are calling (Calls.java). Offsets are in bytes. */
struct slot_table {
	__u64 slots;                  /* address */
	__u16 thread_cont_entry;      /* in JavaThread; 0: no virtual threads */
	__u16 thread_pending_monitor; /* in JavaThread: ObjectMonitor* */
	__u16 thread_waiting_monitor; /* the same, in Object.wait */
	__u16 monitor_object;         /* in ObjectMonitor: a WeakHandle, or an oop */
	__u16 object_is_handle;
	__u16 object_colours; /* 1: references are coloured, see walk_virtual.h */
	__u16 object_class;   /* in an object: the word that tells its class */
	__u16 thread_vthread; /* in JavaThread: handle of the java.lang.Thread that runs there; 0: virtual ones are not explained */
	__u16 vthread_eetop;       /* in a java.lang.Thread: its JavaThread*, 0 in virtual ones */
	__u16 vthread_tid;         /* the same: its number */
	__u16 tasks;               /* 1: tasks are followed that calls hand over */
	__u16 continuation_target; /* in a Continuation: what it runs; 0: not known */
	__u16 target_vthread;      /* in that, if it is a virtual thread's: the thread */
	__u16 pad[3];
};

/* Whether a virtual thread waits without a carrier. */
enum waiting {
	NOT_WAITING,
	WAITING,       /* it was not mounted again */
	MAYBE_WAITING, /* it was, for a monitor, of which it was not seen whether it got it */
};

/* Value of `unmounted`, by the index of a slot: how a virtual thread was unmounted last in a call. */
struct unmounted {
	__u64 call;  /* see CALL_SLOT_SHIFT */
	__u64 since; /* CLOCK_MONOTONIC; when it was mounted again, if it was */
	__u64 stack;
	__u64 object;  /* see call_wait */
	__u64 waiting; /* enum waiting */
};

#define NO_MODULE 0 /* nothing is published */
#define STATIC_MODULE (~0ULL)

/* Value of `processes`, keyed by pid (tgid). */
struct process {
	__u64 mappings; /* first row << 32 | generation << 16 | count, replaced as one word; the generation differs each time */
	__u64 is_hotspot;
	/* Where its threads publish their spans, in thread-local storage: number of the module, or one of the two above; offset in its block */
	__u64 trace_module;
	__u64 trace_offset; /* STATIC_MODULE: from the thread pointer on, negative */
	struct hotspot hotspot;
};

#endif
