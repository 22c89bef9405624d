// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// Each switch's kernel stack, recognised and unwound, and the two compared.
#include "kernel_stacks.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

enum { KNOWN, UNWOUND, DIFFERENT };

// Frames at the leaf that differ where the same program unwinds by two calls: its own.
#define OWN_FRAMES 3
#define COPY_AT 512

static __always_inline int is_same(struct walk *w, __u32 known, __u32 unwound) {
  __u32 least = known < unwound ? known : unwound;

  if (known > unwound + OWN_FRAMES || unwound > known + OWN_FRAMES)
    return 0;
  for (__u32 i = 1; i + OWN_FRAMES < KNOWN_FRAMES && i + OWN_FRAMES < least; i++)
    if (w->area[COPY_AT + ((known - i) & (KNOWN_FRAMES - 1))] != w->area[(unwound - i) & (KNOWN_FRAMES - 1)])
      return 0;
  return 1;
}

SEC("raw_tracepoint/sched_switch")
int on_switch(struct bpf_raw_tracepoint_args *ctx) {
  struct task_struct *task = bpf_get_current_task_btf();
  __u32 known, unwound;
  struct walk *w;
  __u64 misses;

  if (!(bpf_get_current_pid_tgid() >> 32))
    return 0; /* a CPU's idle thread has no user registers, and is no target's */
  w = claim_scratch(CONTEXT_SCHEDULER);
  if (!w)
    return 0;
  misses = w->kernel_misses;
  known = walk_kernel_known(w, ctx, task, SITE_SWITCH);
  if (w->kernel_misses != misses) {
    count(UNWOUND);
  } else if (known) {
    count(KNOWN);
    bpf_probe_read_kernel(&w->area[COPY_AT], KNOWN_FRAMES * 8, w->area);
    unwound = walk_kernel(w, ctx, 0);
    if (!is_same(w, known, unwound))
      count(DIFFERENT);
  }
  release_scratch(w);
  return 0;
}
