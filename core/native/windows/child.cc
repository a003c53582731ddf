// Knows: one child process with its streams in pipes that can be waited for together with a socket. Refuses to know: what it is.
#include "child.h"

#include "../system.h"
#include "own_system.h"
#include "text.h"

void inheritStandardHandles(STARTUPINFOW& start) {
  start.dwFlags |= STARTF_USESTDHANDLES;
  start.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
  start.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
  start.hStdError = GetStdHandle(STD_ERROR_HANDLE);
  for (HANDLE handle : {start.hStdInput, start.hStdOutput, start.hStdError}) SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
}

void endWithUs(HANDLE process) {
  // Kept open until our end, which is what ends the job.
  static HANDLE job = CreateJobObjectW(nullptr, nullptr);
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
  limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK;
  if (SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits) != 0) AssignProcessToJobObject(job, process);
}

bool isBatch(const std::wstring& program) { return text::endsWith(program, L".bat") || text::endsWith(program, L".cmd"); }

namespace windows {

bool Stream::begin() { return ReadFile(pipe, bytes, sizeof bytes, nullptr, &reading) != 0 || GetLastError() == ERROR_IO_PENDING; }

void Stream::take(std::string& into) {
  while (open() && into.size() < sizeof bytes) {
    DWORD got = 0;
    if (GetOverlappedResult(pipe, &reading, &got, FALSE) == 0) return GetLastError() == ERROR_IO_INCOMPLETE ? void() : close();
    into.append(bytes, got);
    if (!begin()) close();
  }
}

void Stream::close() {
  if (!open()) return;
  CancelIo(pipe);
  CloseHandle(pipe);
  CloseHandle(reading.hEvent);
  pipe = nullptr;
  reading = OVERLAPPED{};
}

namespace {

/** A pipe whose reader can wait for it with others. @returns the end for the child; null: it could not be made */
HANDLE openStream(Stream& stream) {
  static unsigned count = 0;
  std::wstring name = L"\\\\.\\pipe\\sccache-ts-" + std::to_wstring(GetCurrentProcessId()) + L"-" + std::to_wstring(count++);
  stream.pipe = CreateNamedPipeW(name.c_str(), PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
                                 PIPE_TYPE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS, 1, 65536, 65536, 0, nullptr);
  if (stream.pipe == INVALID_HANDLE_VALUE) {
    stream.pipe = nullptr;
    return nullptr;
  }
  stream.reading.hEvent = CreateEventW(nullptr, TRUE, FALSE, nullptr);
  SECURITY_ATTRIBUTES inherited{sizeof inherited, nullptr, TRUE};
  HANDLE end = CreateFileW(name.c_str(), GENERIC_WRITE, 0, &inherited, OPEN_EXISTING, 0, nullptr);
  return end == INVALID_HANDLE_VALUE ? nullptr : end;
}

}  // namespace

DWORD startChild(Child& child, const std::string& program, const std::vector<std::string>& args) {
  child.startedMicros = sys::nowMicros();
  own::Handle out(openStream(child.streams[0])), errors(openStream(child.streams[1]));
  if (!out.there() || !errors.there()) return GetLastError();
  STARTUPINFOW start{};
  start.cb = sizeof start;
  inheritStandardHandles(start);
  start.hStdOutput = out.get();
  start.hStdError = errors.get();
  std::wstring path = text::wide(program), line;
  text::addWord(line, path);
  for (const std::string& arg : args) text::addWord(line, text::wide(arg));
  PROCESS_INFORMATION made{};
  const wchar_t* file = isBatch(path) ? nullptr : path.c_str();
  if (CreateProcessW(file, line.data(), nullptr, nullptr, TRUE, 0, nullptr, nullptr, &start, &made) == 0) {
    DWORD reason = GetLastError();
    for (Stream& stream : child.streams) stream.close();
    return reason == 0 ? ERROR_FILE_NOT_FOUND : reason;
  }
  CloseHandle(made.hThread);
  child.process = made.hProcess;
  endWithUs(child.process);
  for (Stream& stream : child.streams) {
    if (!stream.begin()) stream.close();
  }
  return 0;
}

frames::Ran reapChild(Child& child) {
  DWORD code = 2;
  GetExitCodeProcess(child.process, &code);
  CloseHandle(child.process);
  child.process = nullptr;
  return {frames::How::exited, static_cast<uint32_t>(code), sys::nowMicros() - child.startedMicros};
}

void dropChild(Child& child) {
  if (child.running()) {
    TerminateProcess(child.process, 1);
    // It must not write any more once the compiler does.
    WaitForSingleObject(child.process, INFINITE);
    reapChild(child);
  }
  for (Stream& stream : child.streams) stream.close();
}

}  // namespace windows
