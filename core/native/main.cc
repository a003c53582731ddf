// Knows: the walk of one launch. Refuses to know: compilers; it obeys the daemon, and in any doubt becomes the compiler.
#include <cstdlib>

#include "become.h"
#include "frames.h"
#include "invocation.h"
#include "obey.h"
#include "place.h"
#include "request.h"
#include "search.h"
#include "start.h"

int main(int argc, char** argv) {
  Invocation invocation = readInvocation(argc, argv);
  if (invocation.kind == Invocation::Kind::command) {
    if (asksVersion(invocation.args)) sayVersion();
    becomeCommandLine(invocation.args);
  }

  Target target{findCompiler(invocation.name), invocation.args};
  if (target.compiler.empty()) compilerNotFound(invocation.name);
  frames::Compile request;
  Place place;
  if (!describe(target, request) || !findPlace(place)) become(target);
  std::string frame = frames::compile(request);
  for (int attempts = 0; attempts < 2; attempts++) {
    int daemon = reachDaemon(place);
    if (daemon < 0) break;
    obey(daemon, place, frame, target);
  }
  become(target);
}
