// Knows: bytes, words and the environment, as a C library would give them. Refuses to know: system calls. See bare_calls.c for why.
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void* memcpy(void* to, const void* from, size_t count) {
  void* start = to;
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
  return start;
}

void* memmove(void* to, const void* from, size_t count) {
  if ((char*)to <= (const char*)from || (char*)to >= (const char*)from + count) return memcpy(to, from, count);
  char* last = (char*)to + count - 1;
  const char* lastFrom = (const char*)from + count - 1;
  __asm__ volatile("std; rep movsb; cld" : "+D"(last), "+S"(lastFrom), "+c"(count) : : "memory");
  return to;
}

void* memset(void* to, int value, size_t count) {
  void* start = to;
  __asm__ volatile("rep stosb" : "+D"(to), "+c"(count) : "a"(value) : "memory");
  return start;
}

int memcmp(const void* left, const void* right, size_t count) {
  const unsigned char *a = left, *b = right;
  for (; count > 0; a++, b++, count--) {
    if (*a != *b) return *a - *b;
  }
  return 0;
}

void* memchr(const void* bytes, int value, size_t count) {
  for (const unsigned char* at = bytes; count > 0; at++, count--) {
    if (*at == (unsigned char)value) return (void*)at;
  }
  return NULL;
}

size_t strlen(const char* text) {
  const char* end = text;
  // The barrier keeps the compiler from making this loop a call of this function.
  while (*end != '\0') {
    end++;
    __asm__ volatile("" : "+r"(end));
  }
  return (size_t)(end - text);
}

int strncmp(const char* left, const char* right, size_t count) {
  for (; count > 0; left++, right++, count--) {
    if (*left != *right || *left == '\0') return (unsigned char)*left - (unsigned char)*right;
  }
  return 0;
}

char* getenv(const char* name) {
  size_t length = strlen(name);
  for (char** at = environ; *at != NULL; at++) {
    if (strncmp(*at, name, length) == 0 && (*at)[length] == '=') return *at + length + 1;
  }
  return NULL;
}

/** For what execve says; the words are the C library's. */
char* strerror(int number) {
  switch (number) {
    case ENOENT: return "No such file or directory";
    case EACCES: return "Permission denied";
    case EPERM: return "Operation not permitted";
    case E2BIG: return "Argument list too long";
    case ENOEXEC: return "Exec format error";
    case ENOMEM: return "Cannot allocate memory";
    case EISDIR: return "Is a directory";
    case ENOTDIR: return "Not a directory";
    case ELOOP: return "Too many levels of symbolic links";
    case ETXTBSY: return "Text file busy";
    case ENAMETOOLONG: return "File name too long";
    case EINVAL: return "Invalid argument";
    case EIO: return "Input/output error";
    default: return "Unknown error";
  }
}
