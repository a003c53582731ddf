// Knows: which commands compile, which link, and which have a launcher already. Refuses to know: whether a compile can be cached; that is
// for the launcher to find out. Conservative: what is not surely a compile is left alone.
import { isLauncher } from '@sccache-ts/core/base';
import { simpleCommands, type SimpleCommand } from './shell-commands.js';

/** `compile`: the launcher belongs at these offsets of the command. */
export type CommandKind = { readonly kind: 'compile'; readonly at: readonly number[] } | { readonly kind: 'launched'; /** Its name. */ readonly by: string } | { readonly kind: 'link' | 'other' };

/** Folders of links that stand in for compilers: `/usr/lib/ccache/gcc`, `/usr/lib/ccache/bin/gcc`. */
const launcherFolders = /(?:^|\/)(s?ccache|distcc|icecc|sccache-ts|colorgcc)\/(?:bin\/)?[^/]+$/;
const gnuName = /^(?:[\w.+]+-)*(?:gcc|g\+\+|cc|c\+\+|clang|clang\+\+)(?:-\d+(?:\.\d+)*)?(?:\.exe)?$/;
const clName = /^(?:clang-)?cl(?:-\d+)?(?:\.exe)?$/i;
/** With one of these nothing is compiled, whatever else is said. */
const gnuIdle = new Set(['-E', '-M', '-MM', '-fsyntax-only', '-###']);
const assignment = /^[A-Za-z_]\w*\+?=/;

const nameOf = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

const isCompiler = (path: string): boolean => gnuName.test(nameOf(path)) || clName.test(nameOf(path));

/** Without assignments, and without `env` and `exec` where they only set variables. */
function program(command: SimpleCommand): SimpleCommand {
  let at = 0;
  while (at < command.length) {
    const text = command[at]?.text ?? '';
    if (!assignment.test(text) && text !== 'env' && text !== 'exec') break;
    at += 1;
  }
  return command.slice(at);
}

type Found = 'compile' | 'link' | 'other';

function kindOf([first, ...words]: SimpleCommand, response: readonly string[]): Found {
  if (first === undefined || first.expands) return 'other';
  const name = nameOf(first.text);
  const texts = [...words.map(({ text }) => text), ...response];
  if (gnuName.test(name)) {
    if (texts.some((text) => gnuIdle.has(text))) return 'other';
    return texts.includes('-c') ? 'compile' : texts.includes('-S') ? 'other' : 'link';
  }
  if (clName.test(name)) return texts.some((text) => text === '/c' || text === '-c') ? 'compile' : 'link';
  return /^(?:ld|ld\.\w+|lld|lld-link|link)(?:\.exe)?$/i.test(name) ? 'link' : 'other';
}

/**
 * @param command as ninja hands it to /bin/sh
 * @param response what a response file of the command holds; empty without one
 */
export function commandKind(command: string, response: string): CommandKind {
  const commands = simpleCommands(command);
  if (commands === undefined) return { kind: 'other' };
  const programs = commands.map(program);
  const launcher = programs.map(launcherIn).find((it) => it !== undefined);
  if (launcher !== undefined) return { kind: 'launched', by: launcher };
  const more = response.split(/\s+/);
  const found = programs.map((words) => ({ start: words[0]?.start ?? 0, kind: kindOf(words, more) }));
  const at = found.filter(({ kind }) => kind === 'compile').map(({ start }) => start);
  if (at.length > 0) return { kind: 'compile', at };
  return { kind: found.some(({ kind }) => kind === 'link') ? 'link' : 'other' };
}

/**
 * `ccache gcc …`, `python wrapper.py ccache gcc …`, `cmake -E __run_co_compile --launcher=ccache …`, `/usr/lib/ccache/gcc …`. What stands behind the
 * compiler is for the compiler: `-Isrc/ccache` names no launcher.
 */
function launcherIn(words: SimpleCommand): string | undefined {
  const named = words.map(({ text }) => /^--(?:launcher|cc-wrapper)=(.+)/.exec(text)?.[1]).find((it) => it !== undefined);
  if (named !== undefined) return nameOf(named);
  const at = words.findIndex(({ text }) => isCompiler(text));
  // Without a compiler that we know, the program itself may be one.
  const before = words.slice(0, at < 0 ? 1 : at).map(({ text }) => nameOf(text));
  return before.find((name) => isLauncher(name)) ?? (at < 0 ? undefined : launcherFolders.exec(words[at]?.text ?? '')?.[1]);
}
