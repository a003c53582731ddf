// Knows: small certainties about handles, files and the environment of Windows, beside those of ../system.h. Refuses to know: daemons and compilers.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <windows.h>

namespace own {

/** A variable as it stands; empty when unset. */
std::wstring env(const wchar_t* name);

/** A handle that is closed when it goes; INVALID_HANDLE_VALUE and null are none. */
class Handle {
 public:
  explicit Handle(HANDLE handle = nullptr) : handle_(handle) {}
  ~Handle() { close(); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  HANDLE get() const { return handle_; }
  bool there() const { return handle_ != nullptr && handle_ != INVALID_HANDLE_VALUE; }
  void take(HANDLE handle) {
    close();
    handle_ = handle;
  }
  void close() {
    if (there()) CloseHandle(handle_);
    handle_ = nullptr;
  }

 private:
  HANDLE handle_;
};

/** Where a file is and what it is, as node's stat tells. */
struct FileFacts {
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t size = 0;
  uint64_t mtimeNs = 0;
  uint64_t ctimeNs = 0;
  uint32_t links = 0;
  bool folder = false;
};

bool factsOf(HANDLE file, FileFacts& facts);
/** Opens a file or folder to look at it, links followed, in nobody's way. */
HANDLE openToLook(const std::wstring& path, DWORD access);
bool factsOf(const std::wstring& path, FileFacts& facts);

/** The program that we are, as the system names it. */
std::wstring program();

}  // namespace own
