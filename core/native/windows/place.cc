// Knows: where the daemon of this user listens and what lies beside. Refuses to know: whether it is there.
// core/src/host/daemon-place.ts is the same for the daemon; both must give the same names.
#include "../place.h"

#include <windows.h>

#include "../system.h"
#include "own_system.h"
#include "text.h"

namespace {

/** As sccache: a number of 16 bits, otherwise as if it were not set. */
uint16_t readPort(std::string_view text) {
  unsigned value = 0;
  for (char c : text) value = c < '0' || c > '9' || text.size() > 5 ? 65536 : value * 10 + static_cast<unsigned>(c - '0');
  return value <= 65535 ? static_cast<uint16_t>(value) : 0;
}

bool isAbsolute(const std::wstring& path) { return path.size() > 2 && ((path[1] == L':' && (path[2] == L'\\' || path[2] == L'/')) || path.rfind(L"\\\\", 0) == 0); }

std::wstring localFolder() {
  std::wstring local = own::env(L"LOCALAPPDATA");
  if (isAbsolute(local)) return local;
  std::wstring profile = own::env(L"USERPROFILE");
  return profile.empty() ? L"" : profile + L"\\AppData\\Local";
}

}  // namespace

bool findPlace(Place& place) {
  std::wstring folder = localFolder();
  if (folder.empty()) return false;
  for (const wchar_t* name : {L"\\sccache-ts", L"\\run"}) {
    folder += name;
    CreateDirectoryW(folder.c_str(), nullptr);
  }
  DWORD attributes = GetFileAttributesW(folder.c_str());
  if (attributes == INVALID_FILE_ATTRIBUTES || (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0) return false;
  place.kind = Place::Kind::port;
  place.port = readPort(sys::env("SCCACHE_SERVER_PORT"));
  std::string stem;
  if (!text::toUtf8(folder, stem)) return false;
  stem += place.port == 0 ? "\\daemon" : "\\port-" + std::to_string(place.port);
  place.lockFile = stem + ".lock";
  place.secretsFile = stem + ".secrets";
  place.failureFile = stem + ".failed";
  return true;
}
