// Knows: how a process gets mounts of its own, enters another's, and leaves what it does not need. Refuses to know: what for.
#include "enter_mounts.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sched.h>
#include <string>
#include <sys/mount.h>
#include <unistd.h>
#include <vector>

#include "enter_common.h"

namespace {

int opened(const char* name) {
  int fd = open(name, O_RDONLY | O_CLOEXEC);
  must(fd >= 0, "opening", name);
  return fd;
}

/** Where machines have dozens of mounts that no job's processes come to. Not /proc: what covers parts of it shall go on covering them. */
constexpr const char* shedding[] = {"/boot", "/dev/", "/home", "/media", "/mnt", "/run", "/snap", "/srv", "/sys", "/tmp", "/var"};

bool liesIn(const std::string& path, const std::string& folder) {
  return path.compare(0, folder.size(), folder) == 0 && (folder.back() == '/' || path.size() == folder.size() || path[folder.size()] == '/');
}

std::vector<std::string> needed;

bool mayShed(const std::string& at) {
  // Escapes in names: they stay.
  if (at.find('\\') != std::string::npos) return false;
  for (const std::string& path : needed) if (liesIn(path, at)) return false;
  for (const char* folder : shedding) if (liesIn(at, folder)) return true;
  return false;
}

/** Of a line of mountinfo the fifth word. */
std::string placeOf(const char* line) {
  for (int word = 1; word < 5; word++) {
    line = strchr(line, ' ');
    if (line == nullptr) return "";
    line++;
  }
  return std::string(line, strcspn(line, " \n"));
}

}  // namespace

void ownMounts() {
  must(unshare(CLONE_NEWNS) == 0, "unshare", "mounts");
  must(mount("none", "/", nullptr, MS_REC | MS_SLAVE, nullptr) == 0, "cutting off", "/");
}

/** Before its ids are mapped a process cannot say any more who it was. */
void ownUser() {
  std::string user = "0 " + std::to_string(geteuid()) + " 1";
  std::string group = "0 " + std::to_string(getegid()) + " 1";
  must(unshare(CLONE_NEWUSER) == 0, "unshare", "user");
  put("/proc/self/setgroups", "deny");
  put("/proc/self/uid_map", user);
  put("/proc/self/gid_map", group);
  ownMounts();
}

/** Both are opened first: who has joined the one may not look at the other any more. */
void join(const char* user, const char* mounts, const char* folder) {
  int users = user == nullptr ? -1 : opened(user);
  int mountsFd = opened(mounts);
  if (users >= 0) must(setns(users, CLONE_NEWUSER) == 0, "joining", user);
  must(setns(mountsFd, CLONE_NEWNS) == 0, "joining", mounts);
  must(chdir(folder) == 0, "entering", folder);
  if (users >= 0) close(users);
  close(mountsFd);
}

void need(const char* path) {
  needed.emplace_back(path);
  char* real = realpath(path, nullptr);
  if (real == nullptr) return;
  needed.emplace_back(real);
  free(real);
}

void shed() {
  need(".");
  FILE* list = fopen("/proc/self/mountinfo", "re");
  must(list != nullptr, "opening", "/proc/self/mountinfo");
  std::vector<std::string> places;
  char* line = nullptr;
  size_t room = 0;
  while (getline(&line, &room, list) > 0) places.push_back(placeOf(line));
  free(line);
  fclose(list);
  // With what is mounted on it, which then is not there any more when its turn comes; what cannot go stays.
  for (const std::string& at : places) if (!at.empty() && mayShed(at)) umount2(at.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW);
}
