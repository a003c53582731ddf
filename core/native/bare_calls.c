// Knows: the first instruction of the launcher, and the system calls that it makes, for x86-64 Linux. Refuses to know: what they are for.
//
// A C library asks the processor for its features and caches before `main`, some hundred times; in a virtual machine each answer is an
// exit to the hypervisor, and together they cost more than all that the launcher does. So it brings the little of a C library that it
// needs. The names and structures are the system headers'; where these do not fit, binding.gyp's `bare=0` links the C library instead.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#undef errno
int errno_;
int* __errno_location(void) { return &errno_; }

char** environ;

static long raw(long number, long a, long b, long c, long d, long e, long f) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  if (result >= 0 || result < -4095) return result;
  errno_ = (int)-result;
  return -1;
}

#define CALL0(n) raw(n, 0, 0, 0, 0, 0, 0)
#define CALL1(n, a) raw(n, (long)(a), 0, 0, 0, 0, 0)
#define CALL2(n, a, b) raw(n, (long)(a), (long)(b), 0, 0, 0, 0)
#define CALL3(n, a, b, c) raw(n, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define CALL4(n, a, b, c, d) raw(n, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define CALL6(n, a, b, c, d, e, f) raw(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

int main(int argc, char** argv);

__attribute__((used, noreturn)) static void begin(long* stack) {
  int argc = (int)stack[0];
  char** argv = (char**)(stack + 1);
  environ = argv + argc + 1;
  _exit(main(argc, argv));
}

__asm__(
    ".globl _start\n"
    "_start: xor %ebp, %ebp\n"
    "mov %rsp, %rdi\n"
    "and $-16, %rsp\n"
    "call begin\n");

// The child comes back through the parent's stack, so the return address must not lie there.
__asm__(
    ".globl vfork\n"
    "vfork: pop %rdx\n"
    "mov $58, %eax\n"
    "syscall\n"
    "push %rdx\n"
    "test %eax, %eax\n"
    "js 1f\n"
    "ret\n"
    "1: neg %eax\n"
    "mov %eax, errno_(%rip)\n"
    "mov $-1, %eax\n"
    "ret\n");

void _exit(int code) {
  for (;;) CALL1(SYS_exit_group, code);
}

void abort(void) {
  raise(SIGABRT);
  _exit(127);
}

long syscall(long number, ...) {
  long a[6];
  va_list list;
  va_start(list, number);
  for (int i = 0; i < 6; i++) a[i] = va_arg(list, long);
  va_end(list);
  return raw(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/** The one optional argument of open, fcntl and ioctl. */
#define OPTIONAL(last, value) \
  va_list list;               \
  va_start(list, last);       \
  long value = va_arg(list, long); \
  va_end(list)

int open(const char* path, int flags, ...) {
  OPTIONAL(flags, mode);
  return (int)CALL3(SYS_open, path, flags, mode);
}
int fcntl(int fd, int command, ...) {
  OPTIONAL(command, value);
  return (int)CALL3(SYS_fcntl, fd, command, value);
}
int ioctl(int fd, unsigned long request, ...) {
  OPTIONAL(request, value);
  return (int)CALL3(SYS_ioctl, fd, request, value);
}
int prctl(int option, ...) {
  OPTIONAL(option, value);
  return (int)CALL2(SYS_prctl, option, value);
}

// Files.
int close(int fd) { return (int)CALL1(SYS_close, fd); }
ssize_t read(int fd, void* to, size_t most) { return CALL3(SYS_read, fd, to, most); }
ssize_t write(int fd, const void* from, size_t most) { return CALL3(SYS_write, fd, from, most); }
ssize_t pread(int fd, void* to, size_t most, off_t at) { return CALL4(SYS_pread64, fd, to, most, at); }
ssize_t copy_file_range(int from, off64_t* at, int to, off64_t* where, size_t most, unsigned flags) {
  return CALL6(SYS_copy_file_range, from, at, to, where, most, flags);
}
int ftruncate(int fd, off_t size) { return (int)CALL2(SYS_ftruncate, fd, size); }
int fchmod(int fd, mode_t mode) { return (int)CALL2(SYS_fchmod, fd, mode); }
int flock(int fd, int what) { return (int)CALL2(SYS_flock, fd, what); }
int stat(const char* path, struct stat* facts) { return (int)CALL2(SYS_stat, path, facts); }
int lstat(const char* path, struct stat* facts) { return (int)CALL2(SYS_lstat, path, facts); }
int fstat(int fd, struct stat* facts) { return (int)CALL2(SYS_fstat, fd, facts); }
int access(const char* path, int how) { return (int)CALL2(SYS_access, path, how); }
int mkdir(const char* path, mode_t mode) { return (int)CALL2(SYS_mkdir, path, mode); }
int chdir(const char* path) { return (int)CALL1(SYS_chdir, path); }
int unlink(const char* path) { return (int)CALL1(SYS_unlink, path); }
int rename(const char* from, const char* to) { return (int)CALL2(SYS_rename, from, to); }
ssize_t readlink(const char* path, char* to, size_t most) { return CALL3(SYS_readlink, path, to, most); }
char* getcwd(char* to, size_t most) { return CALL2(SYS_getcwd, to, most) < 0 ? NULL : to; }
mode_t umask(mode_t mask) { return (mode_t)CALL1(SYS_umask, mask); }
int dup2(int from, int to) { return (int)CALL2(SYS_dup2, from, to); }
int pipe2(int ends[2], int flags) { return (int)CALL2(SYS_pipe2, ends, flags); }
int isatty(int fd) {
  char settings[64];
  return ioctl(fd, TCGETS, settings) == 0;
}

// Sockets.
int socket(int family, int type, int protocol) { return (int)CALL3(SYS_socket, family, type, protocol); }
int connect(int fd, const struct sockaddr* address, socklen_t length) { return (int)CALL3(SYS_connect, fd, address, length); }
ssize_t send(int fd, const void* from, size_t most, int flags) { return CALL6(SYS_sendto, fd, from, most, flags, 0, 0); }
ssize_t recv(int fd, void* to, size_t most, int flags) { return CALL6(SYS_recvfrom, fd, to, most, flags, 0, 0); }
int getsockopt(int fd, int level, int name, void* value, socklen_t* length) {
  return (int)CALL6(SYS_getsockopt, fd, level, name, value, length, 0);
}
int setsockopt(int fd, int level, int name, const void* value, socklen_t length) {
  return (int)CALL6(SYS_setsockopt, fd, level, name, value, length, 0);
}
int poll(struct pollfd* ready, nfds_t count, int ms) { return (int)CALL3(SYS_poll, ready, count, ms); }

// Processes.
pid_t fork(void) { return (pid_t)CALL0(SYS_fork); }
int execve(const char* path, char* const argv[], char* const envp[]) { return (int)CALL3(SYS_execve, path, argv, envp); }
pid_t waitpid(pid_t pid, int* status, int flags) { return (pid_t)CALL4(SYS_wait4, pid, status, flags, 0); }
pid_t getpid(void) { return (pid_t)CALL0(SYS_getpid); }
pid_t getppid(void) { return (pid_t)CALL0(SYS_getppid); }
uid_t geteuid(void) { return (uid_t)CALL0(SYS_geteuid); }
pid_t setsid(void) { return (pid_t)CALL0(SYS_setsid); }
int kill(pid_t pid, int number) { return (int)CALL2(SYS_kill, pid, number); }
int raise(int number) { return kill(getpid(), number); }
int setrlimit(__rlimit_resource_t what, const struct rlimit* limit) { return (int)CALL2(SYS_setrlimit, what, limit); }
long sysconf(int what) {
  struct rlimit files;
  return what == _SC_OPEN_MAX && CALL2(SYS_getrlimit, RLIMIT_NOFILE, &files) == 0 ? (long)files.rlim_cur : -1;
}

// Signals: the kernel's sets are 8 bytes, the headers' are longer. Nobody here sets a handler, which would need a way back.
struct action {
  __sighandler_t handler;
  unsigned long flags;
  void* restorer;
  unsigned long mask;
};
__sighandler_t signal(int number, __sighandler_t handler) {
  struct action wanted = {handler, 0, NULL, 0};
  struct action before = {NULL, 0, NULL, 0};
  return CALL4(SYS_rt_sigaction, number, &wanted, &before, 8) < 0 ? SIG_ERR : before.handler;
}
int sigprocmask(int how, const sigset_t* set, sigset_t* before) { return (int)CALL4(SYS_rt_sigprocmask, how, set, before, 8); }
int sigemptyset(sigset_t* set) {
  *(unsigned long*)set = 0;
  return 0;
}
int sigfillset(sigset_t* set) {
  *(unsigned long*)set = ~0ul;
  return 0;
}
int sigaddset(sigset_t* set, int number) {
  *(unsigned long*)set |= 1ul << (number - 1);
  return 0;
}

// Time, memory, chance.
int clock_gettime(clockid_t clock, struct timespec* now) { return (int)CALL2(SYS_clock_gettime, clock, now); }
time_t time(time_t* also) {
  struct timespec now = {0, 0};
  clock_gettime(CLOCK_REALTIME, &now);
  if (also != NULL) *also = now.tv_sec;
  return now.tv_sec;
}
int usleep(useconds_t micros) {
  struct timespec nap = {micros / 1000000, (long)(micros % 1000000) * 1000};
  return (int)CALL2(SYS_nanosleep, &nap, NULL);
}
void* mmap(void* at, size_t size, int protection, int flags, int fd, off_t offset) {
  return (void*)CALL6(SYS_mmap, at, size, protection, flags, fd, offset);
}
int munmap(void* at, size_t size) { return (int)CALL2(SYS_munmap, at, size); }
int getentropy(void* to, size_t count) { return CALL3(SYS_getrandom, to, count, 0) == (long)count ? 0 : -1; }
