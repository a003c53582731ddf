// Knows: how exactly one daemon comes to life, however many launchers want it. Refuses to know: what the daemon does.
// ../start.cc tells the same story. The lock is a file that is open and shared with nobody: Windows lets go of it however its holder ends. It is
// handed down as descriptor 3, in the way that Microsoft's C runtime hands descriptors to its children.
#include "../start.h"

#include <cstring>
#include <vector>

#include "../become.h"
#include "../dial.h"
#include "../system.h"
#include "own_system.h"
#include "text.h"

namespace {

constexpr uint64_t failureCountsNs = 30'000'000'000;

uint64_t wallNs() {
  FILETIME now;
  GetSystemTimeAsFileTime(&now);
  return ((static_cast<uint64_t>(now.dwHighDateTime) << 32 | now.dwLowDateTime) - 116444736000000000) * 100;
}

bool failedLately(const Place& place) {
  own::FileFacts facts;
  if (!own::factsOf(text::wide(place.failureFile), facts)) return false;
  uint64_t now = wallNs();
  return now >= facts.mtimeNs && now - facts.mtimeNs < failureCountsNs;
}

HANDLE takeLock(const Place& place) {
  SECURITY_ATTRIBUTES inherited{sizeof inherited, nullptr, TRUE};
  return CreateFileW(text::wide(place.lockFile).c_str(), GENERIC_READ | GENERIC_WRITE, 0, &inherited, OPEN_ALWAYS, 0, nullptr);
}

/** What of a build's environment a daemon may see that outlives the build. */
bool isForDaemon(const std::wstring& name) {
  for (const wchar_t* start : {L"SCCACHE_", L"LC_", L"PROCESSOR_", L"PROGRAM"}) {
    if (name.rfind(start, 0) == 0) return true;
  }
  for (const wchar_t* whole : {L"PATH", L"LANG", L"TZ", L"RUST_LOG", L"SYSTEMROOT", L"SYSTEMDRIVE", L"WINDIR", L"COMSPEC", L"PATHEXT", L"TEMP", L"TMP",
                               L"USERPROFILE", L"USERNAME", L"HOMEDRIVE", L"HOMEPATH", L"HOME", L"LOCALAPPDATA", L"APPDATA", L"NUMBER_OF_PROCESSORS"}) {
    if (name == whole) return true;
  }
  return false;
}

std::wstring daemonEnvironment() {
  std::wstring block;
  wchar_t* all = GetEnvironmentStringsW();
  for (wchar_t* at = all; *at != 0; at += wcslen(at) + 1) {
    wchar_t* equals = wcschr(at + 1, L'=');
    if (equals == nullptr || *at == L'=') continue;
    std::wstring name(at, equals);
    CharUpperBuffW(name.data(), static_cast<DWORD>(name.size()));
    if (isForDaemon(name)) block.append(name).append(equals).append(1, L'\0');
  }
  FreeEnvironmentStringsW(all);
  for (const wchar_t* own : {L"SCCACHE_START_SERVER=1", L"SCCACHE_TS_LOCK_FD=3"}) block.append(own).append(1, L'\0');
  return block.append(1, L'\0');
}

/** Descriptors for a child of the C runtime: u32 count, a byte of flags for each, a handle for each. */
std::vector<BYTE> descriptors(const std::vector<HANDLE>& handles, BYTE flags) {
  uint32_t count = static_cast<uint32_t>(handles.size());
  std::vector<BYTE> all(sizeof count + count + count * sizeof(HANDLE));
  memcpy(all.data(), &count, sizeof count);
  memset(all.data() + sizeof count, flags, count);
  memcpy(all.data() + sizeof count + count, handles.data(), count * sizeof(HANDLE));
  return all;
}

HANDLE openInherited(const std::wstring& path, DWORD access, DWORD how) {
  SECURITY_ATTRIBUTES inherited{sizeof inherited, nullptr, TRUE};
  return CreateFileW(path.c_str(), access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, &inherited, how, 0, nullptr);
}

/** Nothing of the build stays open but the lock: a pipe that a build tool waits on would otherwise live on in the daemon. */
void spawnDaemon(const Place& place, HANDLE lock) {
  CommandLineProgram program;
  if (!findCommandLine(program)) return;
  own::Handle null(openInherited(L"NUL", GENERIC_READ | GENERIC_WRITE, OPEN_EXISTING));
  std::wstring logFile = own::env(L"SCCACHE_ERROR_LOG");
  own::Handle log(logFile.empty() ? nullptr : openInherited(logFile, FILE_APPEND_DATA | SYNCHRONIZE, OPEN_ALWAYS));
  HANDLE errors = log.there() ? log.get() : null.get();
  std::vector<HANDLE> handles{null.get(), null.get(), errors, lock};
  std::vector<BYTE> handedDown = descriptors(handles, 0x01);
  std::vector<HANDLE> each{null.get(), lock};
  if (log.there()) each.push_back(log.get());
  SIZE_T size = 0;
  InitializeProcThreadAttributeList(nullptr, 1, 0, &size);
  std::vector<BYTE> list(size);
  STARTUPINFOEXW start{};
  start.lpAttributeList = reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(list.data());
  if (InitializeProcThreadAttributeList(start.lpAttributeList, 1, 0, &size) == 0) return;
  UpdateProcThreadAttribute(start.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, each.data(), each.size() * sizeof(HANDLE), nullptr, nullptr);
  start.StartupInfo.cb = sizeof start;
  start.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
  start.StartupInfo.hStdInput = start.StartupInfo.hStdOutput = null.get();
  start.StartupInfo.hStdError = errors;
  start.StartupInfo.cbReserved2 = static_cast<WORD>(handedDown.size());
  start.StartupInfo.lpReserved2 = handedDown.data();
  std::wstring node = text::wide(program.node), line, environment = daemonEnvironment();
  text::addWord(line, node);
  for (const char* flag : daemonFlags) text::addWord(line, text::wide(flag));
  text::addWord(line, text::wide(program.script));
  std::wstring folder(text::folderOf(text::wide(place.lockFile)));
  DWORD flags = DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP | CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT;
  PROCESS_INFORMATION child{};
  if (CreateProcessW(node.c_str(), line.data(), nullptr, nullptr, TRUE, flags, environment.data(), folder.c_str(), &start.StartupInfo, &child) != 0) {
    CloseHandle(child.hThread);
    CloseHandle(child.hProcess);
  }
  DeleteProcThreadAttributeList(start.lpAttributeList);
}

}  // namespace

void noteFailure(const Place& place) {
  std::wstring path = text::wide(place.failureFile);
  DeleteFileW(path.c_str());
  own::Handle file(CreateFileW(path.c_str(), GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_DELETE, nullptr, CREATE_NEW, 0, nullptr));
}

int reachDaemon(const Place& place) {
  int fd = -1;
  if (failedLately(place)) return fd;
  Dialled dialled = dial(place, fd);
  if (dialled != Dialled::absent) return fd;
  uint64_t deadline = sys::nowMs() + sys::patienceMs("SCCACHE_TS_START_MS", 10000);
  bool started = false, hopeless = false;
  while (!hopeless && dialled == Dialled::absent && sys::nowMs() < deadline) {
    HANDLE lock = takeLock(place);
    if (lock != INVALID_HANDLE_VALUE) {
      // Free: either nobody has started one yet, or the one that was started has ended without ever listening.
      hopeless = started || failedLately(place);
      if (!hopeless) spawnDaemon(place, lock);
      started = true;
      CloseHandle(lock);
    }
    Sleep(10);
    dialled = dial(place, fd);
  }
  if (dialled == Dialled::absent && !failedLately(place)) noteFailure(place);
  return fd;
}
