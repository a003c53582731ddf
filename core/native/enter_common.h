// Knows: how sandbox-enter fails: one sentence, and an exit code that is no command's. Refuses to know: what was tried.
#pragma once
#include <string>

constexpr int enterFailed = 125;

/** Tells errno. */
[[noreturn]] void fail(const char* what, const char* on);

[[noreturn]] void refuse(const char* what, const char* word);

void must(bool done, const char* what, const char* on);

/** Writes a file that is there. */
void put(const char* path, const std::string& text);
