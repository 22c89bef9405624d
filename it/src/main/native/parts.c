/* SPDX-License-Identifier: Apache-2.0 */
/* What takes time outside of Java, for dev.javelin.it.targets.KnownParts. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <jni.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NAME(function) Java_dev_javelin_it_targets_KnownParts_##function
#define ROUNDS 200000

/* Nanoseconds on the CPU. */
static long used(void) {
  struct timespec time;

  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * 1000000000L + time.tv_nsec;
}

/* Computes until it has used so much of a CPU. */
JNIEXPORT jlong JNICALL NAME(spin)(JNIEnv *env, jclass type, jlong nanos) {
  unsigned long x = nanos;

  for (long end = used() + nanos; used() < end;)
    for (int i = 0; i < ROUNDS; i++)
      x = x * 6364136223846793005UL + 1442695040888963407UL;
  return (jlong)x;
}

/* Has the kernel compute until that is used: random numbers. */
JNIEXPORT jlong JNICALL NAME(enter)(JNIEnv *env, jclass type, jlong nanos) {
  static char bytes[1 << 18];
  int file = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
  jlong sum = 0;

  for (long end = used() + nanos; used() < end;)
    sum += read(file, bytes, sizeof(bytes));
  close(file);
  return sum;
}

/* The thread runs on this CPU alone; on all if it is negative. Whether it can. */
JNIEXPORT jboolean JNICALL NAME(confine)(JNIEnv *env, jclass type, jint cpu) {
  cpu_set_t set;

  CPU_ZERO(&set);
  for (int i = 0; i < CPU_SETSIZE; i++)
    if (cpu < 0 || i == cpu)
      CPU_SET(i, &set);
  return sched_setaffinity(0, sizeof(set), &set) == 0;
}

/* Reads a file by way of memory, a page every so many bytes, none of which is there before. The sum of these bytes; negative if it cannot. */
JNIEXPORT jlong JNICALL NAME(touch)(JNIEnv *env, jclass type, jstring path, jlong step) {
  const char *name = (*env)->GetStringUTFChars(env, path, NULL);
  int file = open(name, O_RDONLY | O_CLOEXEC);
  struct stat status;
  jlong sum = -1;

  (*env)->ReleaseStringUTFChars(env, path, name);
  if (file >= 0 && fstat(file, &status) == 0 && posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) == 0) {
    volatile char *bytes = mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE, file, 0);

    if (bytes != MAP_FAILED && madvise((void *)bytes, status.st_size, MADV_RANDOM) == 0) {
      sum = 0;
      for (off_t at = 0; at < status.st_size; at += step)
        sum += bytes[at];
      munmap((void *)bytes, status.st_size);
    }
  }
  close(file);
  return sum;
}
