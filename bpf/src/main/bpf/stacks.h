/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Stacks and threads that many events share: each different one crosses to the collector once. */
#ifndef JAVELIN_STACKS_H
#define JAVELIN_STACKS_H

#include "record.h"

/* Ids of the stacks that the collector has. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u64);
	__type(value, __u32);
} stacks SEC(".maps");

/* tid -> the JavaThread that it was handed over with */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} threads SEC(".maps");

/* One word of the hash of a stack. */
static __always_inline __u64 mix(__u64 hash, __u64 word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
	return hash ^ hash >> 32;
}

/* Words that are hashed at a time: a call for each would take longer than the hash. */
#define HASHED_WORDS 4

struct hashing {
	const struct walk *walk;
	__u64 hash;
	__u32 words;
};

static long hash_words(__u64 index, void *context)
{
	struct hashing *h = context;
	const __u64 *word;
	__u64 hash = h->hash, left;

	if (index > FRAME_AREA_WORDS / HASHED_WORDS) /* more words follow behind those, see struct walk */
		return 1;
	left = h->words - index * HASHED_WORDS;
	word = h->walk->area + index * HASHED_WORDS;
	barrier_var(word); /* one address that the verifier checks, and not one for each word */
	hash = mix(hash, word[0]);
	if (left > 1)
		hash = mix(hash, word[1]);
	if (left > 2)
		hash = mix(hash, word[2]);
	if (left > 3)
		hash = mix(hash, word[3]);
	h->hash = hash;
	return 0;
}

/*
 * The id of the stack in w: 64 bits over its words, its process, its identity and how the walk ended. Hands the stack over if it is a new one.
 * 0 if that could not be done.
 */
static __noinline __u64 intern_stack(struct walk *w, __u32 kernel_words)
{
	struct hashing h = {.walk = w, .words = w->words, .hash = mix((__u64)w->pid << 8 | w->end, w->identity)};
	__u32 one = 1;
	__u64 id;

	bpf_loop((w->words + HASHED_WORDS - 1) / HASHED_WORDS, hash_words, &h, 0);
	id = h.hash | 1;
	if (bpf_map_lookup_elem(&stacks, &id))
		return id;
	w->sample.value = id;
	if (!hand_over(w, kernel_words, RECORD_STACK))
		return 0;
	count(COUNT_STACKS);
	/* With a full map the stack crosses again each time, which costs more but loses nothing. */
	bpf_map_update_elem(&stacks, &id, &one, BPF_ANY);
	return id;
}

/* Hands the walked thread over if it is a new one, while it is sure to be there; its words are in w. */
static __always_inline void name_thread(struct walk *w)
{
	__u32 tid = walked_thread(), words = w->words;
	__u64 *known = bpf_map_lookup_elem(&threads, &tid);

	if (known && *known == w->java_thread)
		return;
	w->words = 0;
	if (hand_over(w, 0, RECORD_THREAD))
		bpf_map_update_elem(&threads, &tid, &w->java_thread, BPF_ANY);
	w->words = words;
}

#endif
