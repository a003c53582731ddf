// Knows: the few calls of a non-blocking socket that systems spell differently. Refuses to know: what is sent.
#pragma once
#include <cstddef>

namespace sock {

/** Instead of a number of bytes. */
constexpr long wouldBlock = -1;
constexpr long gone = -2;

/** Bytes that were taken, `wouldBlock` or `gone`. */
long send(int fd, const char* bytes, size_t size);
/** Bytes that came, 0 at the end, `wouldBlock` or `gone`. */
long receive(int fd, char* bytes, size_t size);
void close(int fd);

/** A piece that fills no buffer was the last one, and what else there is to know the next wait tells. False: it has to be read until it would block. */
#ifdef _WIN32
constexpr bool shortIsLast = false;
#else
constexpr bool shortIsLast = true;
#endif

}  // namespace sock
