/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that are named in every way that probes must cope with. */
#include <jni.h>
#include <time.h>

#define FUNCTION __attribute__((noinline, noclone))

extern int hidden_elsewhere(int x);

FUNCTION int alias_one(int x) {
  return x * 3 + 1;
}

/* Another name of the same function. */
int alias_two(int x) __attribute__((alias("alias_one")));

/* probed_more.c has one of the same name. */
FUNCTION static int hidden(int x) {
  __asm__ volatile("");
  return x ^ 7;
}

FUNCTION static int choice_a(int x) {
  __asm__ volatile("");
  return x + 1;
}

FUNCTION static int choice_b(int x) {
  __asm__ volatile("");
  return x - 1;
}

static void *resolve(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("sse2") ? (void *)choice_a : (void *)choice_b;
}

int chosen(int x) __attribute__((ifunc("resolve")));

/* Calls each function `calls` times; of hidden there are two, and of alias_one and alias_two only one. */
JNIEXPORT jint JNICALL Java_dev_javelin_it_targets_KnownNative_run(JNIEnv *env, jclass type, jint calls) {
  int x = calls;

  for (int i = 0; i < calls; i++) {
    x += alias_one(x);
    x += alias_two(x);
    x += hidden(x);
    x += hidden_elsewhere(x);
    x += chosen(x);
  }
  return x;
}

static long now(void) {
  struct timespec time;

  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000L + time.tv_nsec;
}

/* Busy for so many nanoseconds; returns how many it were. */
FUNCTION long spin_for(long nanos) {
  long start = now(), elapsed;

  do
    elapsed = now() - start;
  while (elapsed < nanos);
  return elapsed;
}

JNIEXPORT jlong JNICALL Java_dev_javelin_it_targets_KnownLatency_spin(JNIEnv *env, jclass type, jlong nanos) {
  return spin_for(nanos);
}
