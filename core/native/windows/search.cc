// Knows: how a program is found in PATH without finding ourselves or another compiler wrapper. Refuses to know: argv.
// core/src/host/fallback-search.ts is the same in JavaScript.
#include "../search.h"

#include <cstring>
#include <vector>

#include "own_system.h"
#include "text.h"

namespace {

bool isProgram(const std::wstring& path) {
  DWORD attributes = GetFileAttributesW(path.c_str());
  return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0;
}

/** Programs that stand in for compilers. */
bool isWrapperName(std::wstring_view path) {
  std::wstring name(text::fileName(path));
  CharLowerW(name.data());
  return name.rfind(L"ccache", 0) == 0 || name.rfind(L"sccache", 0) == 0;
}

bool sameContent(const std::wstring& left, const std::wstring& right) {
  own::Handle files[2] = {own::Handle(own::openToLook(left, GENERIC_READ)), own::Handle(own::openToLook(right, GENERIC_READ))};
  static char pieces[2][65536];
  DWORD got[2] = {1, 1};
  bool same = files[0].there() && files[1].there();
  while (same && got[0] > 0) {
    for (int at = 0; at < 2; at++) same = ReadFile(files[at].get(), pieces[at], sizeof pieces[at], &got[at], nullptr) != 0 && same;
    same = same && got[0] == got[1] && memcmp(pieces[0], pieces[1], got[0]) == 0;
  }
  return same;
}

/** Under a compiler's name we are a link to ourselves, or a copy. */
bool isOurselves(const std::wstring& path) {
  static const std::wstring ours = own::program();
  own::FileFacts mine, theirs;
  if (!own::factsOf(ours, mine) || !own::factsOf(path, theirs)) return false;
  return (mine.device == theirs.device && mine.inode == theirs.inode) || (mine.size == theirs.size && sameContent(ours, path));
}

bool isCompiler(const std::wstring& path) { return isProgram(path) && !isOurselves(path); }

/** The names under which a program may stand in a folder, the first that is there wins. */
std::vector<std::wstring> namesOf(const std::wstring& name) {
  std::vector<std::wstring> names;
  std::wstring all = own::env(L"PATHEXT");
  if (all.empty()) all = L".COM;.EXE;.BAT;.CMD";
  CharLowerW(all.data());
  for (size_t at = 0; at <= all.size();) {
    size_t end = all.find(L';', at) == std::wstring::npos ? all.size() : all.find(L';', at);
    std::wstring ending = all.substr(at, end - at);
    at = end + 1;
    if (ending != L".com" && ending != L".exe" && ending != L".bat" && ending != L".cmd") continue;
    if (text::endsWith(name, ending)) names.insert(names.begin(), name);
    names.push_back(name + ending);
  }
  return names;
}

std::wstring inPath(const std::wstring& name, bool (*fits)(const std::wstring&)) {
  std::wstring path = own::env(L"PATH");
  for (size_t at = 0; at <= path.size();) {
    size_t end = path.find(L';', at) == std::wstring::npos ? path.size() : path.find(L';', at);
    std::wstring folder;
    for (wchar_t c : path.substr(at, end - at)) {
      if (c != L'"') folder += c;
    }
    at = end + 1;
    if (folder.empty()) folder = L".";
    for (const std::wstring& candidate : namesOf(name)) {
      if (fits(folder + L"\\" + candidate)) return folder + L"\\" + candidate;
    }
  }
  return L"";
}

std::string told(const std::wstring& path) {
  std::string utf8;
  text::toUtf8(path, utf8);
  return utf8;
}

bool isCompilerInPath(const std::wstring& path) { return isCompiler(path) || (isWrapperName(path) && isProgram(path) && !isOurselves(path)); }

}  // namespace

std::string ownPath() { return told(own::program()); }

std::string findCompiler(const std::string& utf8) {
  std::wstring name = text::wide(utf8);
  if (name.find_first_of(L"/\\") != std::wstring::npos) {
    bool there = false;
    for (const std::wstring& candidate : namesOf(name)) {
      if (isCompiler(candidate)) return told(candidate);
      there = there || isProgram(candidate);
    }
    if (!there) return "";
  }
  return told(inPath(std::wstring(text::fileName(name)), isCompilerInPath));
}

std::string findProgram(const std::string& name) { return told(inPath(text::wide(name), isProgram)); }
