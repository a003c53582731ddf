// Knows: how a program is found in PATH without finding ourselves or another compiler wrapper. Refuses to know: argv.
#pragma once
#include <string>

/** Our own file with all links resolved; empty when the system does not tell. */
std::string ownPath();

/**
 * The compiler that `name` means. A name with a slash is taken as it is, unless it leads to us or to another wrapper: then, and for a
 * bare name, PATH is searched. Absolute unless `name` had a slash; empty when there is none.
 */
std::string findCompiler(const std::string& name);

/** Any program in PATH; empty when there is none. */
std::string findProgram(const std::string& name);
