// Knows: how outputs are put in place from a stored file, all or none. Refuses to know: who orders it, and what the outputs are.
#pragma once
#include "frames.h"

/** Puts every piece in place, under our own umask. False: none was, or none is left; the compiler has to make them. */
bool land(const frames::Landing& landing);
