// Knows: how a process gets what a job's sandbox begins with (mounts of its own, control groups, limits, another user) and then becomes the
// program that makes the rest of it. Refuses to know: why; it obeys its words one after the other, and ends at the first that fails.
//
//   sandbox-enter contract                        says which words it understands
//   sandbox-enter WORD… run PROGRAM ARGUMENT…
//   sandbox-enter hear NUMBER                     the words come over that descriptor, each with a zero byte behind it: it can be started before they are known
//   sandbox-enter WORD… keep FOLDER               makes a job's folders in it, says so, and keeps its mounts until its input ends
//
//   in FOLDER                 goes there
//   own-mounts                mounts that nobody else sees; what the machine unmounts goes here too, or its disks would be busy as long as we live
//   own-user                  the same for an ordinary user, who is root in there
//   join MOUNTS FOLDER        mounts of another process, by the name of its namespace; goes on in FOLDER
//   join-user USER MOUNTS FOLDER   the same with the user namespace that they belong to
//   die-first                 when the machine's memory runs out, before the server; a kernel that refuses leaves it at that
//   group FOLDER              a control group
//   need PATH                 and the folder that we are in: `shed` leaves them
//   shed                      what is mounted where no program or library lies, and is not needed, is not mounted here any more:
//                             bubblewrap reads the whole list for each mount that it makes
//   overlay OPTIONS AT        in all that is mounted, setuid and devices mean nothing
//   memory OPTIONS AT         a file system in memory
//   bind FROM AT
//   folder PATH               is made
//   limit NAME=NUMBER         soft and hard
//   user NUMBER               and group of that number, no others, and nothing that is started may gain privileges
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <grp.h>
#include <string>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "enter_common.h"
#include "enter_mounts.h"

namespace {

constexpr char contract[] = "1\n";

/** Decimal digits and nothing else. */
unsigned long number(const char* word) {
  if (*word < '0' || *word > '9') refuse("no number", word);
  char* end;
  errno = 0;
  unsigned long value = strtoul(word, &end, 10);
  if (errno != 0 || *end != '\0') refuse("no number", word);
  return value;
}

void dieFirst() {
  int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  // A kernel that refuses leaves it at that.
  static_cast<void>(!write(fd, "500", 3));
  close(fd);
}

struct Limit {
  const char* name;
  decltype(RLIMIT_CORE) resource;
};
constexpr Limit limits[] = {
  {"core=", RLIMIT_CORE}, {"fsize=", RLIMIT_FSIZE}, {"data=", RLIMIT_DATA}, {"cpu=", RLIMIT_CPU}, {"nofile=", RLIMIT_NOFILE}, {"nproc=", RLIMIT_NPROC},
};

void setLimit(const char* word) {
  for (const Limit& limit : limits) {
    size_t length = strlen(limit.name);
    if (strncmp(word, limit.name, length) != 0) continue;
    rlim_t value = number(word + length);
    rlimit both{value, value};
    must(setrlimit(limit.resource, &both) == 0, "limit", word);
    return;
  }
  refuse("no such limit", word);
}

void becomeUser(const char* word) {
  unsigned long value = number(word);
  auto id = static_cast<uid_t>(value);
  if (id == 0 || id != value || id == static_cast<uid_t>(-1)) refuse("no user for jobs", word);
  must(setgroups(0, nullptr) == 0, "giving up groups for", word);
  must(setresgid(id, id, id) == 0, "group", word);
  must(setresuid(id, id, id) == 0, "user", word);
  must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no new privileges for", word);
  if (setresuid(0, 0, 0) == 0 || setresgid(0, 0, 0) == 0) refuse("still root", word);
}

[[noreturn]] void keep(const char* folder) {
  must(chdir(folder) == 0, "entering", folder);
  for (const char* name : {"upper", "work", "target"}) must(mkdir(name, 0755) == 0, "folder", name);
  must(write(1, "kept\n", 5) == 5, "telling of", folder);
  char byte;
  ssize_t got;
  do got = read(0, &byte, 1);
  while (got > 0 || (got < 0 && errno == EINTR));
  _exit(0);
}

/** How many words belong to it, itself included; 0: it is none. */
int obey(char** words, int left) {
  auto is = [&](const char* name, int length) { return strcmp(words[0], name) == 0 && left >= length; };
  constexpr unsigned long harmless = MS_NOSUID | MS_NODEV;
  if (is("in", 2)) return must(chdir(words[1]) == 0, "entering", words[1]), 2;
  if (is("own-mounts", 1)) return ownMounts(), 1;
  if (is("own-user", 1)) return ownUser(), 1;
  if (is("join", 3)) return join(nullptr, words[1], words[2]), 3;
  if (is("join-user", 4)) return join(words[1], words[2], words[3]), 4;
  if (is("die-first", 1)) return dieFirst(), 1;
  if (is("group", 2)) return put((std::string(words[1]) + "/cgroup.procs").c_str(), "0"), 2;
  if (is("need", 2)) return need(words[1]), 2;
  if (is("shed", 1)) return shed(), 1;
  if (is("overlay", 3)) return must(mount("overlay", words[2], "overlay", harmless, words[1]) == 0, "mounting an overlay on", words[2]), 3;
  if (is("memory", 3)) return must(mount("tmpfs", words[2], "tmpfs", harmless, words[1]) == 0, "mounting memory on", words[2]), 3;
  if (is("bind", 3)) return must(mount(words[1], words[2], nullptr, MS_BIND, nullptr) == 0, "mounting by bind on", words[2]), 3;
  if (is("folder", 2)) return must(mkdir(words[1], 0755) == 0, "folder", words[1]), 2;
  if (is("limit", 2)) return setLimit(words[1]), 2;
  if (is("user", 2)) return becomeUser(words[1]), 2;
  return 0;
}

[[noreturn]] void obeyAll(char** words, int count) {
  for (int at = 0; at < count;) {
    if (strcmp(words[at], "run") == 0 && at + 1 < count) {
      execv(words[at + 1], words + at + 1);
      fail("running", words[at + 1]);
    }
    if (strcmp(words[at], "keep") == 0 && at + 2 == count) keep(words[at + 1]);
    int used = obey(words + at, count - at);
    if (used == 0) refuse("not understood", words[at]);
    at += used;
  }
  refuse("nothing to run", "");
}

/** All or nothing: what breaks off before its last zero byte is not obeyed. */
[[noreturn]] void hear(int fd) {
  std::string text;
  char piece[4096];
  for (;;) {
    ssize_t got = read(fd, piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    must(got >= 0, "hearing", "words");
    if (got == 0) break;
    text.append(piece, static_cast<size_t>(got));
  }
  close(fd);
  if (!text.empty() && text.back() != '\0') refuse("broke off", text.c_str() + (text.rfind('\0') + 1));
  std::vector<char*> words;
  for (size_t at = 0; at < text.size(); at += strlen(&text[at]) + 1) words.push_back(&text[at]);
  int count = static_cast<int>(words.size());
  words.push_back(nullptr);
  obeyAll(words.data(), count);
}

}  // namespace

int main(int count, char** words) {
  if (count == 2 && strcmp(words[1], "contract") == 0) return write(1, contract, sizeof contract - 1) < 0 ? enterFailed : 0;
  if (count == 3 && strcmp(words[1], "hear") == 0) hear(static_cast<int>(number(words[2])));
  obeyAll(words + 1, count - 1);
}
