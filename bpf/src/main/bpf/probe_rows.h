/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The part of javelin.h that is about probes: what each does with an event, and by what events are counted. */
#ifndef PROBE_ROWS_H
#define PROBE_ROWS_H

/* What there is to an event, as far as the kind of its probe knows it. */
struct hit {
	__u64 arguments[MAX_ARGUMENTS];
	__u64 retval;
	__u64 duration; /* nanoseconds */
	__u64 syscall;  /* its number */
};
#define HIT_WORDS (MAX_ARGUMENTS + 3)

/* Texts that arguments of a probe point to, and how many bytes of each are shown. */
#define MAX_TEXTS 4
#define TEXT_BYTES 128

/* One of them: the argument that points to it, and the one that has its length in bytes. */
struct text_argument {
	__u8 argument;
	__u8 length; /* ZERO_TERMINATED: none has */
};
#define ZERO_TERMINATED 255

/* What is handed over behind the struct hit for each text of the probe. There is room for more than is shown, so that a cut is seen. */
struct text {
	__s64 length; /* bytes that the text has, as far as they are known; negative: it could not be read */
	char bytes[TEXT_BYTES + 8];
};
#define TEXT_WORDS (2 + TEXT_BYTES / 8)

/* What a probe does with an event; several at once. */
enum probe_flag {
	PROBE_STACKS = 1,  /* events are counted by their stacks, too */
	PROBE_BUCKETS = 2, /* a histogram per key is kept in `buckets` */
	PROBE_CALLS = 4,   /* an event is a call from entry to return, and not either of them */
	PROBE_TRACE = 8,   /* each event is handed over by itself, and not counted */
	PROBE_TOLD = 16,   /* a call of a Java method that the agent tells of, see told.h */
};

/* What is measured of an event, and what it is counted by. */
enum probe_what {
	WHAT_ONE = 0,
	WHAT_ARGUMENT = 1,
	WHAT_RETURN = 2,
	WHAT_DURATION = 3, /* nanoseconds */
	WHAT_THREAD = 4,
	WHAT_CPU = 5,
	WHAT_SYSCALL = 6,
};

enum argument_kind {
	ARGUMENT_NONE = 0,
	ARGUMENT_REGISTER = 1,
	ARGUMENT_MEMORY = 2, /* at register + index * scale + offset */
	ARGUMENT_CONSTANT = 3,
	ARGUMENT_FIELD = 4, /* of a tracepoint's record, at offset */
};

struct argument {
	__u8 kind; /* enum argument_kind */
	__u8 size; /* bytes: 1, 2, 4, 8 */
	__u8 is_signed;
	__u8 scale;        /* 0: no index register */
	__u16 register_at; /* offset in struct pt_regs */
	__u16 index_at;
	__s64 offset; /* or the constant */
};

/* Codes of the predicate's machine, see PredicateOp.java. All values are signed 64 bits. */
enum predicate_code {
	PREDICATE_END = 0,
	PREDICATE_CONST = 1,
	PREDICATE_ARG = 2,
	PREDICATE_RETVAL = 3,
	PREDICATE_DURATION = 4,
	PREDICATE_TID = 5,
	PREDICATE_PID = 6,
	PREDICATE_CPU = 7,
	PREDICATE_COMM = 8,
	PREDICATE_ADD = 16,
	PREDICATE_SUB = 17,
	PREDICATE_MUL = 18,
	PREDICATE_DIV = 19,
	PREDICATE_MOD = 20,
	PREDICATE_BIT_AND = 21,
	PREDICATE_BIT_OR = 22,
	PREDICATE_BIT_XOR = 23,
	PREDICATE_SHL = 24,
	PREDICATE_SHR = 25,
	PREDICATE_NEG = 26,
	PREDICATE_BIT_NOT = 27,
	PREDICATE_NOT = 28,
	PREDICATE_EQ = 32,
	PREDICATE_NE = 33,
	PREDICATE_LT = 34,
	PREDICATE_LE = 35,
	PREDICATE_GT = 36,
	PREDICATE_GE = 37,
	PREDICATE_AND = 38,
	PREDICATE_OR = 39,
};

struct predicate_op {
	__u32 code; /* enum predicate_code */
	__u32 index;
	__s64 value;
};

/* Row of `probes`; the attach cookie is its number. */
struct probe {
	__u32 flags;       /* enum probe_flag */
	__u16 value;       /* enum probe_what */
	__u16 value_index; /* of the argument */
	__u16 key;         /* enum probe_what; WHAT_ONE: none */
	__u16 key_index;
	__u32 predicate_ops; /* 0: every event */
	__u64 zero;          /* always 0, which the verifier does not know */
	__u64 period;        /* of so many events on a CPU the last one is taken, and stands for all of them */
	struct argument arguments[MAX_ARGUMENTS];
	struct predicate_op predicate[MAX_PREDICATE_OPS];
	__u32 texts; /* of which there are so many */
	struct text_argument text[MAX_TEXTS];
	__u32 pad;
	struct argument returned; /* only its size and sign are of interest; ARGUMENT_NONE: all 64 bits are */
};

/* Key of `totals`: what events are counted by. */
struct total_key {
	__u64 stack; /* id of a RECORD_STACK; 0: none */
	__u64 key;   /* for off-CPU time the id of the waker's stack */
	__u32 probe;
	__u32 pid;
	__u32 tid;
	__u32 wait; /* enum wait_class, for off-CPU time */
};

struct total {
	__u64 count;
	__u64 sum;
	__u64 least;
	__u64 most;
};

/* Key of `buckets`; the bucket's number is that of LogLinear.java. */
struct bucket_key {
	__u64 key;
	__u32 probe;
	__u32 bucket;
};

#endif
