// Knows: text as Windows has it and as everybody else does, and paths and words in it. Refuses to know: files and processes.
#include "text.h"

#include <windows.h>

namespace text {

bool toUtf8(std::wstring_view wide, std::string& utf8) {
  utf8.clear();
  if (wide.empty()) return true;
  int size = WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, wide.data(), static_cast<int>(wide.size()), nullptr, 0, nullptr, nullptr);
  utf8.resize(static_cast<size_t>(size));
  return size > 0 && WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, wide.data(), static_cast<int>(wide.size()), utf8.data(), size, nullptr, nullptr) == size;
}

std::wstring wide(std::string_view utf8) {
  int size = utf8.empty() ? 0 : MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, utf8.data(), static_cast<int>(utf8.size()), nullptr, 0);
  std::wstring all(static_cast<size_t>(size), L'\0');
  if (size > 0) MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, utf8.data(), static_cast<int>(utf8.size()), all.data(), size);
  return all;
}

namespace {

bool isBlank(wchar_t c) { return c == L' ' || c == L'\t'; }

/** The program's name knows no backslashes: a quotation mark ends it whatever stands before. */
const wchar_t* afterProgram(const wchar_t* at) {
  for (bool quoted = false; *at != 0 && (quoted || !isBlank(*at)); at++) {
    if (*at == L'"') quoted = !quoted;
  }
  return at;
}

const wchar_t* afterWord(const wchar_t* at) {
  size_t backslashes = 0;
  for (bool quoted = false; *at != 0 && (quoted || !isBlank(*at)); at++) {
    if (*at == L'"' && backslashes % 2 == 0) quoted = !quoted;
    backslashes = *at == L'\\' ? backslashes + 1 : 0;
  }
  return at;
}

}  // namespace

const wchar_t* afterWords(const wchar_t* line, int count) {
  const wchar_t* at = line;
  for (int word = 0; word < count; word++) {
    at = word == 0 ? afterProgram(at) : afterWord(at);
    while (isBlank(*at)) at++;
  }
  return at;
}

void addWord(std::wstring& line, std::wstring_view word) {
  if (!line.empty()) line += L' ';
  if (!word.empty() && word.find_first_of(L" \t\n\v\r\"") == std::wstring_view::npos) {
    line += word;
    return;
  }
  line += L'"';
  size_t backslashes = 0;
  for (wchar_t c : word) {
    if (c == L'"') line.append(backslashes + 1, L'\\');
    backslashes = c == L'\\' ? backslashes + 1 : 0;
    line += c;
  }
  line.append(backslashes, L'\\');
  line += L'"';
}

std::wstring_view fileName(std::wstring_view path) { return path.substr(folderOf(path).size()); }

std::wstring_view folderOf(std::wstring_view path) {
  size_t at = path.find_last_of(L"/\\:");
  return at == std::wstring_view::npos ? std::wstring_view() : path.substr(0, at + 1);
}

bool endsWith(std::wstring_view name, std::wstring_view end) {
  if (name.size() < end.size()) return false;
  std::wstring_view last = name.substr(name.size() - end.size());
  return CompareStringOrdinal(last.data(), static_cast<int>(last.size()), end.data(), static_cast<int>(end.size()), TRUE) == CSTR_EQUAL;
}

}  // namespace text
