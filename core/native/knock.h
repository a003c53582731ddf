// Knows: how launcher and daemon prove to each other whose they are, where the socket cannot tell. Refuses to know: what is asked afterwards.
#pragma once
#include "link.h"
#include "place.h"

/** The daemon shows its secret only to who shows the first, and hears of the compile only when it shows the second. False: it did not. */
bool exchangeSecrets(Link& link, const Place& place);
