/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The stack walker: from (pc, sp, fp) to the thread's entry, one frame per step.
 *
 *   walk.h              the state, and what all kinds of frames share
 *   walk_native.h       frames of ELF objects, by rules made from .eh_frame
 *   walk_interpreter.h  frames of the template interpreter
 *   walk_compiled.h     nmethods and stubs of the code cache
 *   walk_virtual.h      frozen frames of virtual threads, and the way back to the carrier
 *   walk_stack.h        the loop that chooses among them
 *
 * HotSpot layouts are data (struct hotspot), read by the collector from the tables that libjvm exports.
 */
#ifndef JAVELIN_WALK_H
#define JAVELIN_WALK_H

#include "walked_thread.h"

#define FRAME_AREA_WORDS (MAX_KERNEL_FRAMES + MAX_USER_FRAMES * FRAME_WORDS)
#define HIT_AREA_WORDS (HIT_WORDS + MAX_TEXTS * TEXT_WORDS)
/* One read brings the header of a CodeBlob or nmethod; the farthest field that is used lies at 308 (JDK 17). */
#define BLOB_BYTES 320
/* Of a block of the code heap, its header, the CodeBlob and the nmethod's compile id; a power of two. */
#define BLOCK_BYTES 512

/*
 * A function that the verifier looks at once, for whatever arguments, as it is not static; static ones it follows anew from each of
 * their callers, again and again where those loop. Half of a recording's start is the verifier's time. Such a function returns a
 * number, and has to ask whether its pointers are null.
 */
#define VERIFIED_ALONE __attribute__((noinline))

/* Not an end yet. */
#define WALKING WALK_ENDS
/*
 * Words of the frame of Continuation.doYield: rbp and the return address (gen_continuation_yield,
 * src/hotspot/cpu/x86/sharedRuntime_x86_64.cpp, JDK 21 and 25)
 */
#define DO_YIELD_FRAME 2

/* Which part of the machine's state a step may rely on. */
enum walk_mode {
	ON_STACK = 0,
	IN_CHUNK = 1,      /* frozen frames, in the heap */
	SCANNING = 2,      /* the leaf is emitted, but no rule says where its return address is */
	SCANNING_STUB = 3, /* the same for a stub, which only certain calls lead to */
};

/*
 * Caches of what is known of return addresses: the frames at the base of stacks are always the same ones. Each fits into one page
 * or two, since a miss of the TLB costs more than the rest of a frame. A key has two neighbouring slots; which of them gives way
 * changes from walk to walk, so that two keys that meet both find their place.
 */
static __always_inline __u32 cache_slot(__u64 key, __u32 size)
{
	return (__u32)(key * 0x9e3779b97f4a7c15ULL >> 52) & (size - 1);
}

/* The slot itself (way 0) or its neighbour (way 1). The verifier of Linux 6.1 knows no bound of an exclusive or, so it is given anew. */
static __always_inline __u32 way_of(__u32 slot, __u32 way, __u32 size)
{
	__u32 at = slot ^ (way & 1);

	barrier_var(at);
	return at & (size - 1);
}

struct native_code {
	__u64 pc;
	__u64 row;
	__u64 address; /* virtual address in the object's file */
	__u32 object;
	__u32 mappings; /* of the process when this was found: other ones may mean other code */
};
#define NATIVE_CACHE 128

struct compiled_code {
	__u64 pc;
	__u64 blob;
	__u64 method; /* 0: not an nmethod */
	__u64 code_begin;
	__u32 pid;
	__u32 compile_id;
	__u32 walk; /* the walk that last found the blob unchanged */
	__s32 frame_size;
};
#define COMPILED_CACHE 128

/*
 * An interpreted frame that was met before. A Method that runs keeps its ConstMethod, so a frame with the same Method and the same
 * place in its bytecodes has the same one; for a second or so, since where classes are redefined again and again both may become
 * another's.
 */
struct interpreted_code {
	__u64 method;
	__u64 bcp;
	__u64 const_method;
	__u32 pid;
	__u32 read_in; /* walk.second when it was read */
};
#define INTERPRETED_CACHE 32

/* The nmethod last met at the leaf in 256 bytes of code; as above, its compile id tells whether it is still there. */
struct leaf_code {
	__u64 blob;
	__u64 code_begin, code_end;
	__u64 deopt_handler, method;
	__u32 compile_id, pid;
	__s32 frame_size, frame_complete;
	__u32 orig_pc_offset, pad;
};
#define LEAF_CACHE 32

/* A kernel stack that was met before, see kernel_stacks.h. */
#define KNOWN_FRAMES 32
struct known_kernel {
	__u32 site;   /* of the program that met it; 0: none */
	__u16 frames; /* innermost first */
	__u16 below;  /* of these, how many are kept below the arguments */
	__u16 slots[KNOWN_FRAMES];
	__u64 pcs[KNOWN_FRAMES];
};
#define KNOWN_KERNELS 32
/* Words of the kernel's stack from the arguments to the user registers, at most; a power of two. */
#define KERNEL_WINDOW 256

/* Where a Java thread keeps its JavaThread*, and what was there: a thread stays of one kind as long as it lives. */
struct thread_local
{
	__u64 fsbase;
	__u64 address;
	__u64 java_thread;
	__u64 vtable;
	__u32 tid;
	__u32 pad;
};
#define THREAD_CACHE 32

/* Words of the stack that are read at once. */
#define STACK_WINDOW 64
/* No word lies a whole number of words behind this address. */
#define NO_WINDOW (1ULL << 63 | 1)

/* What one walk needs; lives in `scratch`, because 512 bytes of BPF stack are too few. */
struct walk {
	__u32 busy;  /* claimed by a program that runs on this CPU in this context */
	__u32 words; /* used in `area` */
	__u64 pc, sp, fp;
	__u64 r13, rbx, rax, rdx; /* of the leaf only */
	__u32 leaf;               /* 1: pc, sp, fp and the four above are the thread's own registers */
	__u32 at_entry;           /* 1: the leaf is the thread's entry: it has not left clone yet, or leaves for good */
	__u32 in_syscall; /* 1: the leaf's pc lies behind the instruction that it is in, a syscall or a call that has returned */
	__u32 frames, max_frames;
	__u32 mode;
	__u32 end;
	__u32 flags; /* enum sample_flag */
	__u64 java_thread;
	__u32 bridged_at;  /* frame count at the last use of the anchor, plus one */
	__u32 chunks;      /* stack chunks entered, against cycles */
	__u32 native_slot; /* in native_cache, of the native frame at hand */
	__u32 pid;
	__u32 identity; /* tells equal stacks apart: the thread that woke another; else 0 */
	__u32 serial;   /* number of this walk on this CPU */
	__u32 second;   /* the time, in units of 1.07 s */
	__u32 scanned;  /* words looked at in modes SCANNING and SCANNING_STUB */
	/* virtual threads */
	__u64 cont_entry;
	__u64 chunk, chunk_end;
	__u64 vm_pc,
		vm_sp; /* of the Java frame that called the native frames at the leaf, or of doYield there; 0: none met yet */
	__u64 unextended_sp; /* where a frozen frame's own words begin: sp less what an interpreted callee added */
	/* last mapping used */
	struct mapping map;
	/* last CodeBlob used */
	__u64 blob, code_begin, code_end, deopt_handler, method;
	__u64 kind;
	__u32 compile_id, orig_pc_offset, is_nmethod, pad;
	__s32 frame_size, frame_complete;
	__u8 bytes[BLOB_BYTES + 8];
	__u8 block[BLOCK_BYTES]; /* of an nmethod met before */
	__u64 window_at;         /* address of window[0], or NO_WINDOW */
	__u64 window[STACK_WINDOW];
	struct thread_local thread_cache[THREAD_CACHE];
	struct interpreted_code interpreted_cache[INTERPRETED_CACHE];
	struct leaf_code leaf_cache[LEAF_CACHE];
	struct native_code native_cache[NATIVE_CACHE];
	struct compiled_code compiled_cache[COMPILED_CACHE];
	struct known_kernel known_kernels[KNOWN_KERNELS];
	__u32 kernel_misses;
	__u32 kernel_known; /* 1: the last stack was one that was met before */
	__u16 kernel_slots[KNOWN_FRAMES];
	__u64 kernel_window[KERNEL_WINDOW];
	/* the record */
	__u32 hit_words; /* behind the frames of a RECORD_HIT */
	struct sample sample;
	__u64 area[FRAME_AREA_WORDS + HIT_AREA_WORDS]; /* frames, and what is handed over behind them */
};

/*
 * `words` words of the stack from `from` on, at most STACK_WINDOW; NULL if they cannot be read. Frames are small, so one copy of 512
 * bytes brings several. The words stand until the next call.
 */
static __always_inline const __u64 *stack_words(struct walk *w, __u64 from, __u32 words)
{
	__u64 at = from - w->window_at;

	if (at > (STACK_WINDOW - words) * 8 || (at & 7)) {
		w->window_at = from;
		at = 0;
		if (read_user(w->window, sizeof(w->window), from)) {
			w->window_at = NO_WINDOW; /* the end of the stack may be near: no more than needed, for this once */
			if (read_user(w->window, words * 8, from))
				return NULL;
		}
	}
	at >>= 3;
	return at <= STACK_WINDOW - words ? &w->window[at] : NULL;
}

/* Two neighbouring words of the stack, the lower one first: usually a saved rbp and a return address. */
static __always_inline int read_pair(struct walk *w, __u64 from, __u64 *pair)
{
	const __u64 *words = stack_words(w, from, 2);

	if (!words)
		return 1;
	pair[0] = words[0];
	pair[1] = words[1];
	return 0;
}

static __always_inline void end_walk(struct walk *w, enum walk_end end)
{
	w->end = end;
}

static __always_inline void emit(struct walk *w, __u64 kind, __u64 flags, __u64 address, __u64 a, __u64 b)
{
	__u32 at = w->words;
	if (at > FRAME_AREA_WORDS - FRAME_WORDS)
		return;
	w->area[at] = kind << 56 | flags << 48 | (address & 0xffffffffffffULL);
	w->area[at + 1] = a;
	w->area[at + 2] = b;
	w->words = at + FRAME_WORDS;
	w->frames++;
}

/* Marks the frame emitted last. */
static __always_inline void flag_last_frame(struct walk *w, __u64 flags)
{
	__u32 at = w->words - FRAME_WORDS;
	if (at > FRAME_AREA_WORDS - FRAME_WORDS)
		return;
	w->area[at] |= flags << 48;
}

static __always_inline __u64 frame_flags(struct walk *w)
{
	return (w->leaf ? FRAME_LEAF : 0) | (w->mode == IN_CHUNK ? FRAME_FROZEN : 0);
}

/* Goes on in the caller. The stack grows downwards, so sp must rise; only the leaf may share its caller's sp. */
static __always_inline void to_caller(struct walk *w, __u64 pc, __u64 sp, __u64 fp)
{
	if (sp < w->sp || (sp == w->sp && !w->leaf))
		return end_walk(w, END_NO_PROGRESS);
	w->pc = pc;
	w->sp = sp;
	w->fp = fp;
	w->leaf = 0;
	w->in_syscall = 0;
}

static __always_inline int in_code_cache(const struct hotspot *hs, __u64 pc)
{
	return pc >= hs->code_low && pc < hs->code_high;
}

static __always_inline int in_interpreter(const struct hotspot *hs, __u64 pc)
{
	return pc >= hs->interpreter_low && pc < hs->interpreter_high;
}

/*
 * Whether an instruction that ends at pc is a call: e8 rel32, or ff /2 with its possible addressing forms.
 * Needed only at the leaf, where a frame may be half built.
 */
VERIFIED_ALONE int follows_call(__u64 pc)
{
	__u8 b[8] = {};
	if (read_user(b, 7, pc - 7))
		return 0;
	if (b[2] == 0xe8)
		return 1;
	/* ff /2: the reg field of ModRM (bits 3 to 5) is 2 */
	if (b[5] == 0xff && (b[6] & 0xf8) == 0xd0)
		return 1; /* call reg */
	if (b[5] == 0xff && (b[6] & 0xf8) == 0x10)
		return 1; /* call [reg] */
	if (b[4] == 0xff && (b[5] & 0xf8) == 0x50)
		return 1; /* call [reg+disp8] */
	if (b[3] == 0xff && b[4] == 0x54)
		return 1; /* call [reg+reg*n+disp8] */
	if (b[1] == 0xff && ((b[2] & 0xf8) == 0x90 || b[2] == 0x15))
		return 1; /* call [reg+disp32], call [rip+disp32] */
	if (b[0] == 0xff && b[1] == 0x94)
		return 1; /* call [reg+reg*n+disp32] */
	return 0;
}

/* Whether a compiled frame or stub at the leaf can have been called from here. */
static __always_inline int is_java_return(const struct hotspot *hs, __u64 pc)
{
	if (!in_code_cache(hs, pc))
		return 0;
	if (in_interpreter(hs, pc) || pc == hs->call_stub_return || pc == hs->cont_return_barrier ||
	    pc == hs->cont_entry_return)
		return 1;
	return follows_call(pc);
}

#endif
