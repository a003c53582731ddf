// Knows: how a list of commands is read from a file. Refuses to know: what they are for.
#include "spec.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void add(struct words *words, char *word) {
  words->at = realloc(words->at, (words->count + 2) * sizeof *words->at);
  if (words->at == NULL) err(2, "no memory");
  words->at[words->count++] = word;
  words->at[words->count] = NULL;
}

static struct tool *another(struct spec *spec, const char *name) {
  spec->tools = realloc(spec->tools, (spec->count + 1) * sizeof *spec->tools);
  if (spec->tools == NULL) err(2, "no memory");
  struct tool *tool = &spec->tools[spec->count++];
  memset(tool, 0, sizeof *tool);
  tool->name = name;
  return tool;
}

static void take(struct tool *tool, const char *key, char *value) {
  if (strcmp(key, "arg") == 0) add(&tool->args, value);
  else if (strcmp(key, "env") == 0) add(&tool->env, value);
  else if (strcmp(key, "output") == 0) add(&tool->outputs, value);
  else if (strcmp(key, "pid") == 0 && tool->daemon_count < sizeof tool->daemons / sizeof *tool->daemons)
    tool->daemons[tool->daemon_count++] = (pid_t)atoi(value);
  else errx(2, "unknown key %s", key);
}

struct spec read_spec(const char *path) {
  FILE *file = fopen(path, "r");
  if (file == NULL) err(2, "%s", path);
  struct spec spec = {NULL, 0};
  struct tool *tool = NULL;
  char *line = NULL;
  size_t room = 0;
  for (ssize_t length; (length = getline(&line, &room, file)) >= 0;) {
    if (length > 0 && line[length - 1] == '\n') line[length - 1] = '\0';
    char *tab = strchr(line, '\t');
    if (tab == NULL) errx(2, "%s: no tab in: %s", path, line);
    *tab = '\0';
    char *value = strdup(tab + 1);
    if (value == NULL) err(2, "no memory");
    if (strcmp(line, "dir") == 0) {
      if (chdir(value) != 0) err(2, "%s", value);
    } else if (strcmp(line, "tool") == 0) {
      tool = another(&spec, value);
    } else {
      if (tool == NULL) errx(2, "%s: %s before any tool", path, line);
      take(tool, line, value);
    }
  }
  free(line);
  fclose(file);
  return spec;
}
