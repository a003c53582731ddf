// Knows: how node is asked what this process is to become, and how it becomes that. Refuses to know: why.
#pragma once
#include <string_view>

/** Whether the command of this name ends by becoming another program. */
bool isOrdered(std::string_view word);

/**
 * Runs node with these arguments as a child, and becomes what it tells, or ends as it ends. Comes back only when it cannot be run.
 */
void becomeWhatNodeTells(const char* node, char* const* argv);
