// Knows: small certainties about descriptors, time and the environment. Refuses to know: daemons and compilers.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace sys {

/** Monotonic. */
uint64_t nowMicros();
inline uint64_t nowMs() { return nowMicros() / 1000; }

/** Empty when unset. */
std::string_view env(const char* name);

/** A number of milliseconds from the environment, for tests; `otherwise` when unset or not a number. */
uint64_t patienceMs(const char* name, uint64_t otherwise);

/** Moves a descriptor off 0, 1 and 2 (they may be closed, and a child must not find our socket there). Where
 *  Linux makes the descriptor it must be close-on-exec from the start; elsewhere it becomes so here. */
int aside(int fd);

/** A pipe whose ends are aside and close on exec. */
bool pipeAside(int ends[2]);

/** In a child, before exec: it is told to end (SIGTERM) when `parent` does. Only system calls. */
void endWith(int parent);

/** Readable when that process has ended; -1 where the system has no such thing. */
int watchEnd(int pid);

/** Until all is out or it cannot be; waits where the descriptor is non-blocking. */
bool writeAll(int fd, std::string_view bytes);

/** A whole file of ours: a regular file, not a link, owned by this user, nobody else may read it. False otherwise. */
bool readPrivateFile(const std::string& path, std::string& content, size_t limit);

}  // namespace sys
