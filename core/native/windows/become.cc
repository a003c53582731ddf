// Knows: how the launcher gives way to another program on Windows, where no process can become another one: a child with our handles, its end
// ours. Refuses to know: why.
#include "../become.h"

#include <string>

#include "../search.h"
#include "../system.h"
#include "become.h"
#include "child.h"
#include "own_system.h"
#include "text.h"

const wchar_t* restOfCommandLine = L"";
const char* compilerAsNamed = "";

namespace {

constexpr size_t longestCommandLine = 32766;

[[noreturn]] void complain(const std::string& what, const std::string& cause, UINT code) {
  sys::writeAll(2, "sccache: error: " + what + "\nsccache: caused by: " + cause + "\n");
  ExitProcess(code);
}

std::string reasonOf(DWORD error) {
  wchar_t* words = nullptr;
  FormatMessageW(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, nullptr, error, 0, reinterpret_cast<wchar_t*>(&words), 0, nullptr);
  std::wstring text = words == nullptr ? L"" : words;
  while (!text.empty() && (text.back() == L'\r' || text.back() == L'\n' || text.back() == L'.')) text.pop_back();
  std::string utf8;
  return text::toUtf8(text, utf8) && !utf8.empty() ? utf8 : "error " + std::to_string(error);
}

[[noreturn]] void endAs(const std::wstring& program, std::wstring line, const std::string& what, const std::string& told) {
  STARTUPINFOW start;
  GetStartupInfoW(&start);
  start.lpTitle = nullptr;
  PROCESS_INFORMATION child{};
  inheritStandardHandles(start);
  const wchar_t* path = isBatch(program) ? nullptr : program.c_str();
  if (CreateProcessW(path, line.data(), nullptr, nullptr, TRUE, 0, nullptr, nullptr, &start, &child) == 0) complain(what, told + ": " + reasonOf(GetLastError()), 2);
  endWithUs(child.hProcess);
  WaitForSingleObject(child.hProcess, INFINITE);
  DWORD code = 2;
  GetExitCodeProcess(child.hProcess, &code);
  ExitProcess(code);
}

BOOL WINAPI onBreak(DWORD) { return TRUE; }

}  // namespace

void leaveBreaksToChildren() { SetConsoleCtrlHandler(onBreak, TRUE); }

void become(const Target& target) {
  std::wstring program = text::wide(target.compiler), line;
  text::addWord(line, program);
  std::wstring rest = restOfCommandLine;
  if (line.size() + 1 + rest.size() > longestCommandLine) {
    line.clear();
    text::addWord(line, text::wide(compilerAsNamed));
  }
  if (!rest.empty()) line += L' ' + rest;
  endAs(program, line, "failed to execute compile", target.compiler);
}

void compilerNotFound(const std::string& name) { complain("failed to execute compile", name + ": cannot find binary path", 2); }

bool findCommandLine(CommandLineProgram& program) {
  std::string own = ownPath();
  std::string_view chosen = sys::env("SCCACHE_TS_NODE");
  program.node = chosen.empty() ? findProgram("node") : std::string(chosen);
  size_t separator = own.find_last_of("/\\");
  if (separator == std::string::npos || program.node.empty()) return false;
  program.script = own.substr(0, separator) + "\\..\\dist\\main.js";
  return GetFileAttributesW(text::wide(program.script).c_str()) != INVALID_FILE_ATTRIBUTES;
}

void sayVersion() { ExitProcess(sys::writeAll(1, "sccache-ts " SCCACHE_TS_VERSION "\n") ? 0 : 2); }

void becomeCommandLine(char** args) {
  CommandLineProgram program;
  if (!findCommandLine(program)) {
    complain("failed to run the command", program.node.empty() ? "cannot find node: put it into PATH or name it in SCCACHE_TS_NODE"
                                                               : "dist\\main.js is not beside the folder of " + ownPath(), 2);
  }
  std::wstring node = text::wide(program.node), line;
  text::addWord(line, node);
  if (sys::env("SCCACHE_START_SERVER") == "1") {
    for (const char* flag : daemonFlags) text::addWord(line, text::wide(flag));
  }
  text::addWord(line, text::wide(program.script));
  for (; *args != nullptr; args++) text::addWord(line, text::wide(*args));
  endAs(node, line, "failed to run the command", program.node);
}

void dieBySignal(int number) { ExitProcess(static_cast<UINT>(128 + number)); }
