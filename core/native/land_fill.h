// Knows: how a range of one file becomes the content of another, as cheaply as the system can. Refuses to know: where either stands.
#pragma once
#include <cstdint>

struct Range {
  uint64_t offset;
  uint64_t length;
};

/** `to` is empty. `fromSize` is the size of `from`. False: it could not be, or the source is shorter than was said. */
bool fillFrom(int from, uint64_t fromSize, const Range& range, int to);
