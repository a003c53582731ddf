// Knows: which commands compile, which link, and which have a launcher already. Refuses to know: whether a compile can be cached; that is
// for the launcher to find out. Conservative: what is not surely a compile is left alone.
import { type ShellWord, simpleCommands, type SimpleCommand } from './shell-commands.js';

/** `compile`: the launcher belongs at these offsets of the command. */
export type CommandKind = { readonly kind: 'compile'; readonly at: readonly number[] } | { readonly kind: 'launched'; /** Its name. */ readonly by: string } | { readonly kind: 'link' | 'other' };

const launchers = /^(?:s?ccache(?:-[\w.]+)?|distcc|icecc|icerun|gomacc|goma|rewrapper|reclient|buildcache|colorgcc|cachepot|recc|fbuild|siso)$/;
/** Folders of links that stand in for compilers. */
const launcherFolders = /(?:^|\/)(s?ccache|distcc|icecc|sccache-ts|colorgcc)\//;
const gnuName = /^(?:[\w.+]+-)*(?:gcc|g\+\+|cc|c\+\+|clang|clang\+\+)(?:-\d+(?:\.\d+)*)?(?:\.exe)?$/;
const clName = /^(?:clang-)?cl(?:-\d+)?(?:\.exe)?$/i;
/** With one of these nothing is compiled, whatever else is said. */
const gnuIdle = new Set(['-E', '-M', '-MM', '-fsyntax-only', '-###']);
const assignment = /^[A-Za-z_]\w*\+?=/;

const nameOf = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

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
  const by = [...programs.flatMap(([first]) => (first === undefined ? [] : [launcherFolders.exec(first.text)?.[1]])), ...commands.flat().map(launcherIn)];
  const launcher = by.find((it) => it !== undefined);
  if (launcher !== undefined) return { kind: 'launched', by: launcher };
  const more = response.split(/\s+/);
  const found = programs.map((words) => ({ start: words[0]?.start ?? 0, kind: kindOf(words, more) }));
  const at = found.filter(({ kind }) => kind === 'compile').map(({ start }) => start);
  if (at.length > 0) return { kind: 'compile', at };
  return { kind: found.some(({ kind }) => kind === 'link') ? 'link' : 'other' };
}

/** `cmake -E __run_co_compile --launcher=ccache …`, `python wrapper.py ccache gcc …` */
function launcherIn({ text }: ShellWord): string | undefined {
  const named = /^--(?:launcher|cc-wrapper)=(.*)/.exec(text)?.[1];
  const name = nameOf(named ?? text);
  return named !== undefined || launchers.test(name) ? name : undefined;
}
