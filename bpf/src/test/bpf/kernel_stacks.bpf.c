// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// The kernel stack of each switch and each wake-up, recognised and unwound, and the two compared.
#include "kernel_stacks.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

enum { KNOWN, UNWOUND, DIFFERENT, WAKING };

// Of a program that unwinds by itself: fewer than where a function of it does.
#define OWN_FRAMES 3
#define COPY_AT 512

static __always_inline int is_same(struct walk *w, __u32 known, __u32 unwound) {
  __u32 least = known < unwound ? known : unwound;

  if (known > unwound + OWN_FRAMES || unwound > known + OWN_FRAMES)
    return 0;
  for (__u32 i = 1; i < KNOWN_FRAMES && i + OWN_FRAMES <= least; i++)
    if (w->area[COPY_AT + below(known - i, KNOWN_FRAMES)] != w->area[below(unwound - i, 128)])
      return 0;
  return 1;
}

static __always_inline int compare(struct bpf_raw_tracepoint_args *ctx, __u32 context, __u32 site) {
  __u32 known, unwound;
  struct walk *w;

  if (!(bpf_get_current_pid_tgid() >> 32))
    return 0; /* a CPU's idle thread has no user registers, and is no target's */
  w = claim_scratch(context);
  if (!w)
    return 0;
  known = walk_kernel_known(w, ctx, bpf_get_current_task_btf(), site);
  if (w->kernel_known) {
    count(site == SITE_WAKING ? WAKING : KNOWN);
    bpf_probe_read_kernel(&w->area[COPY_AT], KNOWN_FRAMES * 8, w->area);
    unwound = walk_kernel(w, ctx);
    if (!is_same(w, known, unwound))
      count(DIFFERENT);
  } else {
    count(UNWOUND);
  }
  release_scratch(w);
  return 0;
}

SEC("raw_tracepoint/sched_switch")
int on_switch(struct bpf_raw_tracepoint_args *ctx) {
  return compare(ctx, CONTEXT_SCHEDULER, SITE_SWITCH);
}

SEC("raw_tracepoint/sched_waking")
int on_waking(struct bpf_raw_tracepoint_args *ctx) {
  return compare(ctx, CONTEXT_SCHEDULER, SITE_WAKING);
}
