/* SPDX-License-Identifier: Apache-2.0 */
/* A function that begins as most do where the compiler marks the targets of indirect branches: endbr64, push rbp. */
#include <jni.h>

__attribute__((noinline, noclone)) int marked(int x) {
  __asm__ volatile("" ::: "rbp");
  return x + 1;
}

JNIEXPORT jint JNICALL Java_dev_javelin_it_targets_Callers_marked(JNIEnv *env, jclass callers, jint x) {
  return marked(x) + 1;
}
