// SPDX-License-Identifier: Apache-2.0
// The native half of dev.javelin.it.targets.chains.NativeChain: named functions between Java frames. Compiled without
// frame pointers, so that only the unwind tables know where the callers are.
#include <alloca.h>
#include <jni.h>
#include <string.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline, noclone, noipa, visibility("default")))
#define NAME(method) Java_dev_javelin_it_targets_chains_NativeChain_##method
// Keeps a call from becoming a jump.
#define STAY() __asm__ volatile("" ::: "memory")

NOINLINE jlong jvl_spin(jlong x, jint rounds) {
  for (jint i = 0; i < rounds; i++) {
    x ^= (jlong)((unsigned long)x << 13);
    x ^= (jlong)((unsigned long)x >> 7);
    x ^= (jlong)((unsigned long)x << 17);
  }
  return x | 1;
}

NOINLINE jlong jvl_back(JNIEnv *env, jobject chain, jint left, jlong x) {
  jclass type = (*env)->GetObjectClass(env, chain);
  jmethodID up = (*env)->GetMethodID(env, type, "up", "(IJ)J");
  jlong result = (*env)->CallLongMethod(env, chain, up, left, x);
  (*env)->DeleteLocalRef(env, type);
  STAY();
  return result + 1;
}

// A frame whose size is known at run time only.
NOINLINE jlong jvl_middle(JNIEnv *env, jobject chain, jint left, jlong x) {
  char *scratch = alloca((size_t)(16 + 16 * left));
  memset(scratch, left, (size_t)(16 + 16 * left));
  jlong result = jvl_back(env, chain, left, x + scratch[left]);
  STAY();
  return result + scratch[0];
}

NOINLINE jlong jvl_enter(JNIEnv *env, jobject chain, jint left, jlong x) {
  jlong result = jvl_middle(env, chain, left, x);
  STAY();
  return result ^ 1;
}

NOINLINE jlong jvl_burn(jlong x, jint rounds) {
  jlong result = jvl_spin(x, rounds);
  STAY();
  return result + 1;
}

NOINLINE jlong jvl_critical(JNIEnv *env, jbyteArray array, jint rounds) {
  jbyte *bytes = (*env)->GetPrimitiveArrayCritical(env, array, NULL);
  if (bytes == NULL) {
    return 0;
  }
  jlong result = jvl_spin(bytes[0], rounds);
  (*env)->ReleasePrimitiveArrayCritical(env, array, bytes, JNI_ABORT);
  STAY();
  return result;
}

NOINLINE jlong jvl_locked(jlong x, jint rounds) {
  jlong result = jvl_spin(x, rounds);
  STAY();
  return result + 2;
}

JNIEXPORT jlong JNICALL NAME(enter)(JNIEnv *env, jobject chain, jint left, jlong x) {
  jlong result = jvl_enter(env, chain, left, x);
  STAY();
  return result;
}

JNIEXPORT jlong JNICALL NAME(burn)(JNIEnv *env, jclass type, jlong x, jint rounds) {
  (void)env;
  (void)type;
  jlong result = jvl_burn(x, rounds);
  STAY();
  return result;
}

JNIEXPORT jlong JNICALL NAME(critical)(JNIEnv *env, jclass type, jbyteArray array, jint rounds) {
  (void)type;
  jlong result = jvl_critical(env, array, rounds);
  STAY();
  return result;
}

JNIEXPORT jlong JNICALL NAME(locked)(JNIEnv *env, jclass type, jlong x, jint rounds) {
  (void)env;
  (void)type;
  jlong result = jvl_locked(x, rounds);
  STAY();
  return result;
}

// dev.javelin.it.targets.ExecTarget: the process becomes another program.
JNIEXPORT void JNICALL Java_dev_javelin_it_targets_ExecTarget_exec(JNIEnv *env, jclass type, jstring program,
                                                                   jstring argument) {
  (void)type;
  const char *path = (*env)->GetStringUTFChars(env, program, NULL);
  const char *text = (*env)->GetStringUTFChars(env, argument, NULL);
  if (path != NULL && text != NULL) {
    execl(path, path, text, (char *)NULL);
  }
}
