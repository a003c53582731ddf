// Knows: small certainties about time, files, streams and the environment, as Windows gives them; ../system.h tells which. Refuses to know:
// daemons and compilers.
#include "own_system.h"

#include <cstdlib>
#include <map>

#include "../frames.h"
#include "../system.h"
#include "text.h"

namespace sys {

uint64_t nowMicros() {
  static LARGE_INTEGER frequency;
  LARGE_INTEGER now;
  if (frequency.QuadPart == 0) QueryPerformanceFrequency(&frequency);
  QueryPerformanceCounter(&now);
  return static_cast<uint64_t>(now.QuadPart / frequency.QuadPart) * 1000000 +
         static_cast<uint64_t>(now.QuadPart % frequency.QuadPart) * 1000000 / static_cast<uint64_t>(frequency.QuadPart);
}

std::string_view env(const char* name) {
  static std::map<std::string, std::string> kept;
  std::string& value = kept[name];
  text::toUtf8(own::env(text::wide(name).c_str()), value);
  return value;
}

uint64_t patienceMs(const char* name, uint64_t otherwise) {
  std::string_view value = env(name);
  if (value.empty() || value[0] < '0' || value[0] > '9') return otherwise;
  return strtoull(std::string(value).c_str(), nullptr, 10);
}

bool writeAll(int fd, std::string_view bytes) {
  HANDLE to = GetStdHandle(fd == 1 ? STD_OUTPUT_HANDLE : STD_ERROR_HANDLE);
  DWORD mode = 0;
  // A console takes bytes for text of some code page; UTF-8 is what compilers write into pipes.
  if (GetConsoleMode(to, &mode) != 0 && frames::isUtf8(bytes)) {
    std::wstring all = text::wide(bytes);
    for (size_t at = 0; at < all.size();) {
      DWORD wrote = 0;
      DWORD piece = static_cast<DWORD>(all.size() - at > 8192 ? 8192 : all.size() - at);
      if (WriteConsoleW(to, all.data() + at, piece, &wrote, nullptr) == 0 || wrote == 0) return false;
      at += wrote;
    }
    return true;
  }
  while (!bytes.empty()) {
    DWORD wrote = 0;
    DWORD piece = static_cast<DWORD>(bytes.size() > 65536 ? 65536 : bytes.size());
    if (WriteFile(to, bytes.data(), piece, &wrote, nullptr) == 0) return false;
    bytes.remove_prefix(wrote);
  }
  return true;
}

bool readPrivateFile(const std::string& path, std::string& content, size_t limit) {
  // It lies in the user's profile, which Windows keeps from others.
  own::Handle file(own::openToLook(text::wide(path), GENERIC_READ));
  char bytes[4096];
  DWORD got = 0;
  bool read = file.there();
  while (read && content.size() <= limit && (read = ReadFile(file.get(), bytes, sizeof bytes, &got, nullptr) != 0) && got > 0) content.append(bytes, got);
  return read && got == 0 && content.size() <= limit;
}

}  // namespace sys

namespace own {

std::wstring env(const wchar_t* name) {
  std::wstring value(32768, L'\0');
  DWORD length = GetEnvironmentVariableW(name, value.data(), static_cast<DWORD>(value.size()));
  value.resize(length < value.size() ? length : 0);
  return value;
}

HANDLE openToLook(const std::wstring& path, DWORD access) {
  return CreateFileW(path.c_str(), access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, nullptr);
}

/** Hundreds of nanoseconds since 1601 to nanoseconds since 1970. */
static uint64_t nanoseconds(int64_t time) { return static_cast<uint64_t>(time - 116444736000000000) * 100; }

bool factsOf(HANDLE file, FileFacts& facts) {
  BY_HANDLE_FILE_INFORMATION info;
  FILE_BASIC_INFO times;
  if (GetFileInformationByHandle(file, &info) == 0 || GetFileInformationByHandleEx(file, FileBasicInfo, &times, sizeof times) == 0) return false;
  facts.device = info.dwVolumeSerialNumber;
  facts.inode = static_cast<uint64_t>(info.nFileIndexHigh) << 32 | info.nFileIndexLow;
  facts.size = static_cast<uint64_t>(info.nFileSizeHigh) << 32 | info.nFileSizeLow;
  facts.mtimeNs = nanoseconds(times.LastWriteTime.QuadPart);
  facts.ctimeNs = nanoseconds(times.ChangeTime.QuadPart);
  facts.links = info.nNumberOfLinks;
  facts.folder = (info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
  return true;
}

bool factsOf(const std::wstring& path, FileFacts& facts) {
  Handle file(openToLook(path, FILE_READ_ATTRIBUTES));
  return file.there() && factsOf(file.get(), facts);
}

std::wstring program() {
  std::wstring path(32768, L'\0');
  path.resize(GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size())));
  return path;
}

}  // namespace own
