// Knows: how to reach the daemon's socket. Refuses to know: what is said over it.
#pragma once
#include "place.h"

enum class Dialled {
  connected,
  /** Nobody listens: a daemon may be started. */
  absent,
  /** Somebody else's socket, no permission, no answer in time: not for us to repair. */
  failed,
};

/** On `connected`, `fd` is a non-blocking descriptor that no child inherits. */
Dialled dial(const Place& place, int& fd);
