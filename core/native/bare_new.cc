// Knows: memory for C++ objects, and the end of a program that asked the impossible of them. Refuses to know: who they are.
// See bare_calls.c for why.
#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>
#include <sys/mman.h>

// The headers leave this to a library that is not linked.
template class std::basic_string<char>;

namespace {

/** Before each piece; as large as the strictest alignment. */
struct alignas(16) Head {
  size_t size;
  Head* next;
};

/** Pieces are powers of two, from 32 bytes on; larger ones than this are the system's own. */
constexpr size_t largest = 256 * 1024;
constexpr size_t slab = 1024 * 1024;
Head* unused[20];

// Most launches need no more than this, and what is not touched costs nothing.
alignas(16) char first[64 * 1024];
char* slabAt = first;
char* slabEnd = first + sizeof first;

void* ask(size_t size) {
  void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) abort();
  return memory;
}

Head* take(size_t size, Head*& list) {
  if (list != nullptr) {
    Head* head = list;
    list = head->next;
    return head;
  }
  if (size > static_cast<size_t>(slabEnd - slabAt)) {
    slabAt = static_cast<char*>(ask(slab));
    slabEnd = slabAt + slab;
  }
  Head* head = reinterpret_cast<Head*>(slabAt);
  slabAt += size;
  return head;
}

}  // namespace

void* operator new(size_t count) {
  size_t wanted = count + sizeof(Head);
  if (wanted < count) abort();
  size_t size = 32;
  size_t rank = 0;
  for (; size < wanted && size < largest; size *= 2) rank++;
  Head* head = wanted > largest ? static_cast<Head*>(ask(size = wanted)) : take(size, unused[rank]);
  head->size = size;
  return head + 1;
}

void operator delete(void* memory) noexcept {
  if (memory == nullptr) return;
  Head* head = static_cast<Head*>(memory) - 1;
  size_t size = head->size;
  if (size > largest) {
    munmap(head, size);
    return;
  }
  size_t rank = 0;
  for (size_t at = 32; at < size; at *= 2) rank++;
  head->next = unused[rank];
  unused[rank] = head;
}

void operator delete(void* memory, size_t) noexcept { operator delete(memory); }

namespace std {
[[noreturn]] void __throw_length_error(const char*) { abort(); }
[[noreturn]] void __throw_logic_error(const char*) { abort(); }
[[noreturn]] void __throw_out_of_range_fmt(const char*, ...) { abort(); }
[[noreturn]] void __throw_bad_alloc() { abort(); }
[[noreturn]] void __throw_bad_array_new_length() { abort(); }
}  // namespace std
