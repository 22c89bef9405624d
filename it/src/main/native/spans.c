/* SPDX-License-Identifier: Apache-2.0 */
/* Publishes spans as OTEP 4947 asks for: a pointer, exported and thread-local, to a record that only its thread changes. */
#include <jni.h>
#include <stdint.h>
#include <stdlib.h>

struct record {
  uint8_t trace_id[16];
  uint8_t span_id[8];
  uint8_t valid;
  uint8_t flags;
  uint16_t attributes;
};

/* With much of it, a library that is loaded late has no room beside the thread pointer. */
#ifdef ROOM
__attribute__((used)) __thread char room[ROOM];
#endif

__thread struct record *otel_thread_ctx_v1;

__attribute__((unused)) static void big_endian(uint8_t *to, uint64_t from) {
  for (int i = 0; i < 8; i++)
    to[i] = from >> (56 - 8 * i);
}

JNIEXPORT void JNICALL Java_dev_javelin_it_targets_KnownSpans_publish(JNIEnv *env, jclass type, jlong high, jlong low,
                                                                      jlong span, jint valid) {
#ifndef UNUSED
  struct record *record = otel_thread_ctx_v1 ? otel_thread_ctx_v1 : calloc(1, sizeof(*record));

  *(volatile uint8_t *)&record->valid = 0;
  big_endian(record->trace_id, high);
  big_endian(record->trace_id + 8, low);
  big_endian(record->span_id, span);
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  *(volatile uint8_t *)&record->valid = valid;
  otel_thread_ctx_v1 = record;
#endif
}

JNIEXPORT void JNICALL Java_dev_javelin_it_targets_KnownSpans_detach(JNIEnv *env, jclass type) {
#ifndef UNUSED
  otel_thread_ctx_v1 = NULL;
#endif
}

__attribute__((noinline, noclone)) int worked(int thread, int call) {
  __asm__ volatile("");
  return thread + call;
}

JNIEXPORT jint JNICALL Java_dev_javelin_it_targets_KnownSpans_work(JNIEnv *env, jclass type, jint thread, jint call) {
  return worked(thread, call);
}
