// Knows: what the daemon is told about a compile. Refuses to know: what the compiler's arguments mean.
#pragma once
#include "become.h"
#include "frames.h"

/** False when it cannot be told, e.g. because something is not UTF-8. The views in it point into argv and the environment. */
bool describe(const Target& target, frames::Compile& request);
