// libbpf's messages, kept per thread: no call back into the JVM, and each caller finds its own.
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Enough for the last instructions of a verifier's log, which may be 16 MB in all.
#define LOG_SIZE (64 * 1024)

static __thread char log_text[LOG_SIZE];
static __thread size_t log_length;
static int log_level;

// Keeps the end of all that was said.
static void keep(const char *text, size_t length) {
  if (length > LOG_SIZE) {
    text += length - LOG_SIZE;
    length = LOG_SIZE;
  }
  size_t over = log_length + length > LOG_SIZE ? log_length + length - LOG_SIZE : 0;
  memmove(log_text, log_text + over, log_length - over);
  log_length -= over;
  memcpy(log_text + log_length, text, length);
  log_length += length;
}

// A libbpf_print_fn_t. Levels (enum libbpf_print_level): 0 warnings, 1 information, 2 debugging.
int javelin_log_print(int level, const char *format, va_list arguments) {
  if (level > log_level)
    return 0;
  char *text = NULL;
  int length = vasprintf(&text, format, arguments);
  if (length > 0)
    keep(text, (size_t)length);
  if (length >= 0)
    free(text);
  return length;
}

// Messages above this level are dropped.
void javelin_log_level(int level) {
  log_level = level;
}

// Hands over and forgets this thread's messages: their length in bytes, never more than `capacity` (the last ones).
long javelin_log_take(char *text, size_t capacity) {
  size_t length = log_length < capacity ? log_length : capacity;
  memcpy(text, log_text + log_length - length, length);
  log_length = 0;
  return (long)length;
}
