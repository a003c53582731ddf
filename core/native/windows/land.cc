// Knows: how outputs are put in place from a stored file, all or none. Refuses to know: who orders it, and what the outputs are.
// core/src/host/land.ts is the same for the daemon and for the launcher in JavaScript.
#include "../land.h"

#include <vector>

#include "own_system.h"
#include "text.h"

namespace {

using frames::Landing;
using frames::Piece;

bool isMeant(HANDLE source, const Landing& landing) {
  own::FileFacts facts;
  return own::factsOf(source, facts) && !facts.folder && facts.device == landing.device && facts.inode == landing.inode && facts.size == landing.size &&
         facts.mtimeNs == landing.mtimeNs && facts.ctimeNs == landing.ctimeNs;
}

/** Links, folders and what may not be written to are left to the compiler; and names that share a file, where it would be written into. */
bool mayReplace(const std::wstring& place, bool writtenInto) {
  DWORD attributes = GetFileAttributesW(place.c_str());
  if (attributes == INVALID_FILE_ATTRIBUTES) return GetLastError() == ERROR_FILE_NOT_FOUND;
  if ((attributes & (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT | FILE_ATTRIBUTE_READONLY)) != 0) return false;
  own::FileFacts facts;
  return own::factsOf(place, facts) && (facts.links == 1 || (!writtenInto && facts.size > 0));
}

bool fill(HANDLE source, const Piece& piece, HANDLE to) {
  static char bytes[65536];
  LARGE_INTEGER start;
  start.QuadPart = static_cast<LONGLONG>(piece.offset);
  if (SetFilePointerEx(source, start, nullptr, FILE_BEGIN) == 0) return false;
  for (uint64_t left = piece.length; left > 0;) {
    DWORD got = 0, wrote = 0;
    if (ReadFile(source, bytes, static_cast<DWORD>(left < sizeof bytes ? left : sizeof bytes), &got, nullptr) == 0 || got == 0) return false;
    if (WriteFile(to, bytes, got, &wrote, nullptr) == 0 || wrote != got) return false;
    left -= got;
  }
  return true;
}

/** A name beside the place, so that a move can put it there. */
std::wstring temporaryBeside(const std::wstring& place) {
  static unsigned count = 0;
  LARGE_INTEGER now;
  QueryPerformanceCounter(&now);
  return std::wstring(text::folderOf(place)) + L".sccache-ts-tmp-" + std::to_wstring(GetCurrentProcessId()) + L"-" + std::to_wstring(now.QuadPart) + L"-" + std::to_wstring(count++);
}

}  // namespace

bool land(const Landing& landing) {
  own::Handle source(own::openToLook(text::wide(landing.source), GENERIC_READ));
  if (!source.there() || !isMeant(source.get(), landing)) return false;
  std::vector<std::wstring> temporaries, places, placed;
  bool good = true;
  for (const Piece& piece : landing.pieces) {
    std::wstring place = text::wide(piece.place);
    good = !place.empty() && piece.offset <= landing.size && piece.length <= landing.size - piece.offset && mayReplace(place, piece.writtenInto);
    if (!good) break;
    std::wstring temporary = temporaryBeside(place);
    own::Handle to(CreateFileW(temporary.c_str(), GENERIC_WRITE, 0, nullptr, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, nullptr));
    if (!(good = to.there())) break;
    temporaries.push_back(temporary);
    places.push_back(place);
    if (!(good = fill(source.get(), piece, to.get()))) break;
  }
  // Written into while we read, it would have given us some of either.
  good = good && isMeant(source.get(), landing);
  for (size_t at = 0; good && at < places.size(); at++) {
    good = MoveFileExW(temporaries[at].c_str(), places[at].c_str(), MOVEFILE_REPLACE_EXISTING) != 0;
    if (good) placed.push_back(places[at]);
  }
  if (good) return true;
  for (const std::vector<std::wstring>* files : {&temporaries, &placed}) {
    for (const std::wstring& file : *files) DeleteFileW(file.c_str());
  }
  return false;
}
