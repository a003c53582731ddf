// Knows: how exactly one daemon comes to life, however many launchers want it. Refuses to know: what the daemon does.
#pragma once
#include "place.h"

/** A connection to the daemon, which is started if nobody listens. -1: there is none, and there will be none soon. */
int reachDaemon(const Place& place);

/** For half a minute nobody asks this daemon again; one that starts to listen takes the note away. */
void noteFailure(const Place& place);
