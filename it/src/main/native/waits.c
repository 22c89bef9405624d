/* SPDX-License-Identifier: Apache-2.0 */
/* Waits that Java has no call of its own for. */
#include <fcntl.h>
#include <jni.h>
#include <linux/futex.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096

static void set(struct timespec *time, long millis) {
  time->tv_sec = millis / 1000;
  time->tv_nsec = millis % 1000 * 1000000;
}

/* In a futex that nobody wakes. */
JNIEXPORT void JNICALL Java_dev_javelin_it_targets_KnownNativeWaits_waitForFutex(JNIEnv *env, jclass type, jlong millis) {
  static uint32_t word;
  struct timespec time;

  set(&time, millis);
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &time, NULL, 0);
}

static struct timespec pause_of_handler;

/* Fills pages in that others wait for, each after a pause. */
static void *fill(void *argument) {
  int faults = (int)(intptr_t)argument;
  struct uffd_msg fault;

  while (read(faults, &fault, sizeof(fault)) == sizeof(fault)) {
    struct uffdio_zeropage page = {.range = {.start = fault.arg.pagefault.address & ~(uint64_t)(PAGE - 1), .len = PAGE}};

    nanosleep(&pause_of_handler, NULL);
    ioctl(faults, UFFDIO_ZEROPAGE, &page);
  }
  return NULL;
}

/* The address of so many pages, each of which comes in so many milliseconds after it was touched first; 0: errno says why not. */
JNIEXPORT jlong JNICALL Java_dev_javelin_it_targets_KnownNativeWaits_slowPages(JNIEnv *env, jclass type, jint pages,
                                                                               jlong millis) {
  struct uffdio_api api = {.api = UFFD_API};
  int faults = syscall(SYS_userfaultfd, O_CLOEXEC);
  char *area = mmap(NULL, (size_t)pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  struct uffdio_register range = {.range = {.start = (uintptr_t)area, .len = (size_t)pages * PAGE},
                                  .mode = UFFDIO_REGISTER_MODE_MISSING};
  pthread_t thread;

  set(&pause_of_handler, millis);
  if (faults < 0 || area == MAP_FAILED || ioctl(faults, UFFDIO_API, &api) || ioctl(faults, UFFDIO_REGISTER, &range) ||
      pthread_create(&thread, NULL, fill, (void *)(intptr_t)faults))
    return 0;
  return (intptr_t)area;
}

/* Reads a byte. */
JNIEXPORT jint JNICALL Java_dev_javelin_it_targets_KnownNativeWaits_touch(JNIEnv *env, jclass type, jlong address) {
  return *(volatile char *)(intptr_t)address;
}

/* The address of a file's pages, which have to be read from the disk, each by itself; 0 if it cannot be mapped. */
JNIEXPORT jlong JNICALL Java_dev_javelin_it_targets_KnownNativeWaits_uncached(JNIEnv *env, jclass type, jstring path,
                                                                              jlong bytes) {
  const char *name = (*env)->GetStringUTFChars(env, path, NULL);
  int file = open(name, O_RDONLY | O_CLOEXEC);
  char *area;

  (*env)->ReleaseStringUTFChars(env, path, name);
  if (file < 0 || fdatasync(file) || posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED))
    return 0;
  area = mmap(NULL, bytes, PROT_READ, MAP_SHARED, file, 0);
  close(file);
  if (area == MAP_FAILED || madvise(area, bytes, MADV_RANDOM))
    return 0;
  return (intptr_t)area;
}
