// Knows: the walk of one launch on Windows; ../main.cc is the same elsewhere. Refuses to know: compilers; it obeys the daemon, and in any doubt
// gives way to the compiler.
#include <windows.h>

#include <shellapi.h>

#include <vector>

#include "../become.h"
#include "../frames.h"
#include "../invocation.h"
#include "../obey.h"
#include "../place.h"
#include "../request.h"
#include "../search.h"
#include "../start.h"
#include "become.h"
#include "text.h"

int main() {
  int count = 0;
  wchar_t** wide = CommandLineToArgvW(GetCommandLineW(), &count);
  std::vector<std::string> words(static_cast<size_t>(count));
  bool faithful = true;
  for (int at = 0; at < count; at++) faithful = text::toUtf8(wide[at], words[static_cast<size_t>(at)]) && faithful;
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  Invocation invocation = readInvocation(count, argv.data());
  if (invocation.kind == Invocation::Kind::command) {
    if (asksVersion(invocation.args)) sayVersion();
    leaveBreaksToChildren();
    becomeCommandLine(invocation.args);
  }
  restOfCommandLine = text::afterWords(GetCommandLineW(), static_cast<int>(invocation.args - argv.data()));
  compilerAsNamed = invocation.name.c_str();
  Target target{findCompiler(invocation.name), invocation.args};
  if (target.compiler.empty()) compilerNotFound(invocation.name);
  leaveBreaksToChildren();
  frames::Compile request;
  Place place;
  if (!faithful || !describe(target, request) || !findPlace(place)) become(target);
  std::string frame = frames::compile(request);
  for (int attempts = 0; attempts < 2; attempts++) {
    int daemon = reachDaemon(place);
    if (daemon < 0) break;
    obey(daemon, place, frame, target);
  }
  become(target);
}
