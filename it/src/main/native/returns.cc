/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that are left in every way that there is: see KnownReturns.java. */
#include <jni.h>
#include <pthread.h>
#include <setjmp.h>

#define FUNCTION extern "C" __attribute__((noinline, noclone))
#define OPAQUE(x) __asm__ volatile("" : "+r"(x))

/* Frames within each other: more than the returns that the kernel keeps of a thread, which is 64. */
#define DEPTH 100

static jmp_buf outside;

FUNCTION int jumps(int x) {
  if (x & 1)
    longjmp(outside, 1);
  OPAQUE(x);
  return x + 1;
}

FUNCTION int catches(int x) {
  try {
    if (x & 1)
      throw x;
  } catch (int thrown) {
    return thrown + 1;
  }
  return x;
}

FUNCTION int throws(int x) {
  OPAQUE(x);
  if (x)
    throw x;
  return x;
}

/* An exception goes through it. */
FUNCTION int passes(int x) {
  int y = throws(x);

  OPAQUE(y);
  return y + 1;
}

FUNCTION int recurses(int depth) {
  int below = depth > 1 ? recurses(depth - 1) : 0;

  OPAQUE(below);
  return below + 1;
}

FUNCTION void *ends(void *x) {
  pthread_exit(x);
}

/* The first one jumps to the last: both have the same frame. */
FUNCTION int tail_last(int x) {
  OPAQUE(x);
  return x * 3;
}

FUNCTION int tail_first(int x) {
  OPAQUE(x);
  return tail_last(x + 1);
}

namespace known {
struct Counter {
  int sum = 0;

  __attribute__((noinline, noclone)) void add(int x);
  __attribute__((noinline, noclone)) void add(const char *text, long x);
  __attribute__((noinline, noclone)) int get() const;
};

void Counter::add(int x) {
  OPAQUE(x);
  sum += x;
}

void Counter::add(const char *text, long x) {
  OPAQUE(x);
  sum += text[0] + (int)x;
}

int Counter::get() const {
  int x = sum;

  OPAQUE(x);
  return x;
}
} // namespace known

static void *start(void *x) {
  return ends(x);
}

static int end_thread(void) {
  pthread_t thread;

  if (pthread_create(&thread, nullptr, start, nullptr))
    return 0;
  return pthread_join(thread, nullptr) == 0;
}

/* Each function so many times; of recurses there are DEPTH calls each time, and a tenth of ends. */
extern "C" JNIEXPORT jint JNICALL Java_dev_javelin_it_targets_KnownReturns_run(JNIEnv *, jclass, jint calls) {
  known::Counter counter;
  volatile int sum = 0;

  for (volatile int i = calls; i > 0; i = i - 1) {
    if (!setjmp(outside))
      sum = sum + jumps(i);
    sum = sum + catches(i) + recurses(DEPTH) + tail_first(i);
    counter.add(i);
    counter.add("x", i);
    if (i % 10 == 0)
      sum = sum + end_thread();
  }
  return sum + counter.get();
}

/* The same for one that an exception passes. */
extern "C" JNIEXPORT jint JNICALL Java_dev_javelin_it_targets_KnownReturns_pass(JNIEnv *, jclass, jint calls) {
  volatile int caught = 0;

  for (volatile int i = calls; i > 0; i = i - 1) {
    try {
      passes(i & 1);
    } catch (int thrown) {
      caught = caught + thrown;
    }
  }
  return caught;
}
