// Knows: what of the launcher's own command line stands behind the compiler's name. Refuses to know: who asks.
#pragma once

/** As it was written: a program that takes its command line apart in a way of its own gets it unchanged. */
extern const wchar_t* restOfCommandLine;

/** How the compiler was named, for a command line into which its whole path does not fit. */
extern const char* compilerAsNamed;

/** Ctrl-C is for the children, which share our console; how they end, we end. */
void leaveBreaksToChildren();
