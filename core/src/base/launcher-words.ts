// Knows: which programs that stand before compilers are ours and which are others' caches, and how ours is put before a compiler.
// Refuses to know: who names them, and where.

/** `/opt/bin/ccache.exe` -> `ccache` */
const stemOf = (program: string): string => program.slice(Math.max(program.lastIndexOf('/'), program.lastIndexOf('\\')) + 1).replace(/\.(?:exe|js)$/i, '');

const launchers = /^(?:s?ccache(?:-[\w.]+)?|distcc|icecc|icerun|gomacc|goma|rewrapper|reclient|buildcache|colorgcc|cachepot|recc|fbuild|siso)$/;

/** True for programs that decide about caching or distributing by themselves, ours among them. */
export const isLauncher = (program: string): boolean => launchers.test(stemOf(program));

/** True when a program is the launcher, under whichever path. @param launcher one that may have another name */
export const isOurs = (program: string, launcher?: string): boolean => program === launcher || stemOf(program) === 'sccache-ts';

export const isOtherCache = (program: string): boolean => isLauncher(program) && !isOurs(program);

/** `gcc -m32` -> `launcher gcc -m32`; undefined when it must stay as it is: it is empty, or begins with a launcher, ours or another's. */
export function withLauncher(value: string, launcher: string): string | undefined {
  const trimmed = value.trim();
  const [first = ''] = trimmed.split(/\s+/, 1);
  return first === '' || isOurs(first, launcher) || isLauncher(first) ? undefined : `${launcher} ${trimmed}`;
}
