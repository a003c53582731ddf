// Knows: how commands are started in turns or many at once, and what each costs in wall time and processor time.
// Refuses to know: which tools they are, and what the figures are for.
// Usage: drive SPEC TURNS COUNT WIDTH NUMBERS: in each turn every tool runs COUNT times, WIDTH at once; `{n}` in its arguments and
// outputs is the number of the run modulo NUMBERS. Prints one line of JSON: nanoseconds, tools in
// the order of SPEC.
#include <err.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "spec.h"

struct series {
  double *at;
  size_t count, room;
};

struct figures {
  // By run, by run, by turn and run, by turn.
  struct series wall, cpu, daemon, elapsed;
};

struct flight {
  pid_t pid;
  long number;
  double started;
};

static double now(clockid_t clock) {
  struct timespec time;
  if (clock_gettime(clock, &time) != 0) err(2, "clock");
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void note(struct series *series, double value) {
  if (series->count == series->room) {
    series->room = series->room * 2 + 64;
    series->at = realloc(series->at, series->room * sizeof *series->at);
    if (series->at == NULL) err(2, "no memory");
  }
  series->at[series->count++] = value;
}

// The word with `{n}` replaced, to be freed by the caller.
static char *numbered(const char *word, long number) {
  const char *mark = strstr(word, "{n}");
  char *text = NULL;
  int written = mark == NULL ? asprintf(&text, "%s", word) : asprintf(&text, "%.*s%ld%s", (int)(mark - word), word, number, mark + 3);
  if (written < 0) err(2, "no memory");
  return text;
}

// All threads of the tool's daemons, also ended ones.
static double daemon_time(const struct tool *tool) {
  double sum = 0;
  for (size_t at = 0; at < tool->daemon_count; at += 1) {
    clockid_t clock;
    if (clock_getcpuclockid(tool->daemons[at], &clock) != 0) errx(2, "%s: daemon %d is gone", tool->name, tool->daemons[at]);
    sum += now(clock);
  }
  return sum;
}

static struct flight start(const struct tool *tool, long number, posix_spawn_file_actions_t *actions) {
  for (size_t at = 0; at < tool->outputs.count; at += 1) {
    char *path = numbered(tool->outputs.at[at], number);
    unlink(path);
    free(path);
  }
  char *args[tool->args.count + 1];
  for (size_t at = 0; at < tool->args.count; at += 1) args[at] = numbered(tool->args.at[at], number);
  args[tool->args.count] = NULL;
  struct flight flight = {0, number, now(CLOCK_MONOTONIC)};
  int failed = posix_spawn(&flight.pid, args[0], actions, NULL, args, tool->env.at);
  if (failed != 0) errx(2, "%s cannot be started: %s", args[0], strerror(failed));
  for (size_t at = 0; at < tool->args.count; at += 1) free(args[at]);
  return flight;
}

static void check(const struct tool *tool, const struct flight *flight, int status) {
  if (status != 0) errx(1, "%s: run %ld ended with %#x", tool->name, flight->number, (unsigned)status);
  for (size_t at = 0; at < tool->outputs.count; at += 1) {
    char *path = numbered(tool->outputs.at[at], flight->number);
    if (access(path, R_OK) != 0) err(1, "%s: %s", tool->name, path);
    free(path);
  }
}

static double nanoseconds(struct timeval time) { return (double)time.tv_sec * 1e9 + (double)time.tv_usec * 1e3; }

static void reap(const struct tool *tool, struct flight *flights, struct figures *figures) {
  int status;
  struct rusage usage;
  pid_t pid = wait4(-1, &status, 0, &usage);
  double ended = now(CLOCK_MONOTONIC);
  if (pid < 0) err(2, "wait");
  struct flight *flight = flights;
  while (flight->pid != pid) flight += 1;
  note(&figures->wall, ended - flight->started);
  note(&figures->cpu, nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime));
  check(tool, flight, status);
  flight->pid = 0;
}

struct plan {
  long turns, count, width, numbers;
};

// Two runs of one number have one output: a slow one is waited for, where there are numbers enough for all that fly.
static int number_flies(const struct flight *flights, struct plan plan, long number) {
  if (plan.numbers < plan.width) return 0;
  for (long at = 0; at < plan.width; at += 1)
    if (flights[at].pid != 0 && flights[at].number == number) return 1;
  return 0;
}

static void block(const struct tool *tool, struct plan plan, struct figures *figures) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  struct flight flights[plan.width];
  memset(flights, 0, sizeof flights);
  double daemon = daemon_time(tool), began = now(CLOCK_MONOTONIC);
  for (long run = 0, flying = 0; run < plan.count || flying > 0;) {
    if (run < plan.count && flying < plan.width && !number_flies(flights, plan, run % plan.numbers)) {
      struct flight *slot = flights;
      while (slot->pid != 0) slot += 1;
      *slot = start(tool, run++ % plan.numbers, &actions);
      flying += 1;
    } else {
      reap(tool, flights, figures);
      flying -= 1;
    }
  }
  note(&figures->elapsed, now(CLOCK_MONOTONIC) - began);
  // What a daemon does after its answer belongs to the run as well.
  usleep(20000);
  note(&figures->daemon, (daemon_time(tool) - daemon) / (double)plan.count);
  posix_spawn_file_actions_destroy(&actions);
}

static int ascending(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

static void print_series(const char *name, struct series *series) {
  qsort(series->at, series->count, sizeof *series->at, ascending);
  double sum = 0;
  for (size_t at = 0; at < series->count; at += 1) sum += series->at[at];
  size_t middle = series->count / 2;
  double median = series->count % 2 == 1 ? series->at[middle] : (series->at[middle - 1] + series->at[middle]) / 2;
  printf(",\"%s\":{\"p10\":%.0f,\"median\":%.0f,\"p90\":%.0f,\"mean\":%.0f}", name, series->at[(series->count - 1) / 10], median,
         series->at[(series->count * 9 - 1) / 10], sum / (double)series->count);
}

int main(int count, char **words) {
  if (count != 6) errx(2, "usage: drive SPEC TURNS COUNT WIDTH NUMBERS");
  struct plan plan = {atol(words[2]), atol(words[3]), atol(words[4]), atol(words[5])};
  struct spec spec = read_spec(words[1]);
  if (spec.count == 0 || plan.turns < 1 || plan.count < 1 || plan.width < 1 || plan.numbers < 1) errx(2, "nothing to do");
  struct figures *figures = calloc(spec.count, sizeof *figures);
  if (figures == NULL) err(2, "no memory");
  for (long turn = 0; turn < plan.turns; turn += 1) {
    // Nobody always follows the same one.
    for (size_t at = 0; at < spec.count; at += 1) {
      size_t who = turn % 2 == 0 ? at : spec.count - 1 - at;
      block(&spec.tools[who], plan, &figures[who]);
    }
  }
  printf("[");
  for (size_t at = 0; at < spec.count; at += 1) {
    printf("%s{\"runs\":%zu", at == 0 ? "" : ",", figures[at].wall.count);
    print_series("elapsed", &figures[at].elapsed);
    print_series("wall", &figures[at].wall);
    print_series("cpu", &figures[at].cpu);
    print_series("daemon", &figures[at].daemon);
    printf("}");
  }
  printf("]\n");
  return 0;
}
