// Knows: text as Windows has it and as everybody else does, and paths and words in it. Refuses to know: files and processes.
#pragma once
#include <string>
#include <string_view>

namespace text {

/** False: it is not well-formed. */
bool toUtf8(std::wstring_view wide, std::string& utf8);
/** Empty for what is not UTF-8. */
std::wstring wide(std::string_view utf8);

/** What stands behind so many words of a command line, as it is there. */
const wchar_t* afterWords(const wchar_t* line, int count);
/** One word of a command line; core/src/base/windows-command-line.ts has the rules. */
void addWord(std::wstring& line, std::wstring_view word);

/** Behind the last separator. */
std::wstring_view fileName(std::wstring_view path);
/** With what separates it from a name. Empty: there is none. */
std::wstring_view folderOf(std::wstring_view path);
bool endsWith(std::wstring_view name, std::wstring_view end);

}  // namespace text
