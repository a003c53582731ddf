// Knows: the life of one compile as the daemon orders it. Refuses to know: compilers, caches, and how the daemon was reached.
#pragma once
#include <string_view>

#include "become.h"
#include "place.h"

/**
 * Sends the request and obeys until the end of this process. Whatever goes wrong, the build gets what the compiler makes. Returns only when
 * the daemon hung up without a word: it was about to end, and the next one may be asked.
 */
void obey(int fd, const Place& place, std::string_view request, const Target& target);
