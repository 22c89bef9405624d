// C++ demangling into a buffer of the caller's, on the demangler of GCC's C++ run-time library (linked in statically).
#include <setjmp.h>
#include <string.h>

// cp-demangle.c of GCC: the demangler behind __cxa_demangle, handing out its text piece by piece instead of allocating.
// Returns 0, or a negative number when the name is not a mangled one.
extern int __gcclibcxx_demangle_callback(const char *mangled, void (*piece)(const char *, size_t, void *), void *opaque);

struct output {
  char *text;
  size_t length;
  size_t capacity;
  jmp_buf full;
};

// A name of a few bytes can stand for gigabytes of text (each substitution may double it), so the work ends with the buffer.
static void append(const char *piece, size_t length, void *opaque) {
  struct output *out = opaque;
  size_t room = out->capacity - out->length;
  size_t take = length < room ? length : room;
  memcpy(out->text + out->length, piece, take);
  out->length += take;
  if (take < length)
    longjmp(out->full, 1);
}

// Writes the demangled name to `text` (no terminating zero) and returns its length; `capacity` when it did not all fit; -1
// when the name is not a mangled one.
long javelin_demangle(const char *mangled, char *text, size_t capacity) {
  struct output out = {.text = text, .length = 0, .capacity = capacity};
  if (setjmp(out.full))
    return (long)capacity;
  return __gcclibcxx_demangle_callback(mangled, append, &out) == 0 ? (long)out.length : -1;
}
