// Knows: what the daemon is told about a compile. Refuses to know: what the compiler's arguments mean.
// core/src/host/fallback-request.ts is the same in JavaScript.
#include "../request.h"

#include <deque>

#include "../system.h"
#include "own_system.h"
#include "text.h"

namespace {

/** The request's views point in here. */
std::deque<std::string> kept;

bool showsColours() {
  std::string_view term = sys::env("TERM");
  DWORD mode = 0;
  return !term.empty() && term != "dumb" && GetConsoleMode(GetStdHandle(STD_ERROR_HANDLE), &mode) != 0;
}

bool addEnvironment(frames::Compile& request) {
  wchar_t* all = GetEnvironmentStringsW();
  for (wchar_t* at = all; *at != 0; at += wcslen(at) + 1) {
    wchar_t* equals = wcschr(at + 1, L'=');
    // Those that begin with `=` are cmd's own: the folders that are open on its drives.
    if (equals == nullptr || *at == L'=') continue;
    std::wstring name(at, equals);
    // One variable, however it is spelled.
    CharUpperBuffW(name.data(), static_cast<DWORD>(name.size()));
    for (std::wstring_view part : {std::wstring_view(name), std::wstring_view(equals + 1)}) {
      if (!text::toUtf8(part, kept.emplace_back())) return false;
      request.env.push_back(kept.back());
    }
  }
  FreeEnvironmentStringsW(all);
  return true;
}

/** On a drive, with `/` alone; empty: somewhere else. */
std::string workingFolder() {
  std::wstring cwd(32768, L'\0');
  cwd.resize(GetCurrentDirectoryW(static_cast<DWORD>(cwd.size()), cwd.data()));
  std::string utf8;
  if (cwd.size() < 3 || cwd[1] != L':' || !text::toUtf8(cwd, utf8)) return "";
  for (char& c : utf8) {
    if (c == '\\') c = '/';
  }
  return utf8;
}

}  // namespace

bool describe(const Target& target, frames::Compile& request) {
  own::FileFacts facts;
  request.cwd = workingFolder();
  if (request.cwd.empty() || !own::factsOf(L".", facts)) return false;
  request.build = SCCACHE_TS_VERSION;
  request.device = facts.device;
  request.inode = facts.inode;
  request.colour = showsColours();
  std::wstring full(32768, L'\0');
  full.resize(GetFullPathNameW(text::wide(target.compiler).c_str(), static_cast<DWORD>(full.size()), full.data(), nullptr));
  if (full.empty() || !text::toUtf8(full, request.compiler)) return false;
  for (char** arg = target.args; *arg != nullptr; arg++) request.args.push_back(*arg);
  return addEnvironment(request);
}
