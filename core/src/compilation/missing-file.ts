// Knows: how sandboxes, loaders and compilers say that a file which belongs to a toolchain is not there. Refuses to know: where it should have come from.

/** What is missing, and who asked for it as far as that is told. */
export interface MissingFile {
  readonly file: string;
  readonly by: string | undefined;
}

/** Quotes of both kinds, as the locale of the compiler has them. */
const quoted = '[`\'"\u2018\u201c]?([^`\'"\u2018\u2019\u201c\u201d\\n]+?)[`\'"\u2019\u201d]?';

const patterns: readonly { readonly pattern: RegExp; readonly file: number; readonly by?: number }[] = [
  // The dynamic loader: `cc1: error while loading shared libraries: libmpc.so.3: cannot open shared object file: …`
  { pattern: /^(\S.*?): error while loading shared libraries: (\S+?): cannot open/m, file: 2, by: 1 },
  // bubblewrap: `bwrap: execvp /usr/bin/gcc: No such file or directory`
  { pattern: /bwrap: execvp (\S+): No such file/m, file: 1 },
  // gcc: `gcc: fatal error: cannot execute 'cc1': execvp: No such file or directory`, older ones `error trying to exec 'cc1': …`
  { pattern: new RegExp(`^(\\S+): (?:fatal )?error: (?:cannot execute|error trying to exec) ${quoted}: `, 'm'), file: 2, by: 1 },
  { pattern: new RegExp(`^(\\S+): error trying to exec ${quoted}: `, 'm'), file: 2, by: 1 },
  // clang: `error: unable to execute command: Executable "as" doesn't exist!`
  { pattern: new RegExp(`unable to execute command: Executable ${quoted} doesn't exist`, 'm'), file: 1 },
  { pattern: new RegExp(`unable to execute command: (?:posix_spawn failed|Couldn't execute program ${quoted}): No such file`, 'm'), file: 1 },
  // gcc: `fatal error: -fuse-linker-plugin, but liblto_plugin.so not found`
  { pattern: /error: -fuse-linker-plugin, but (\S+) not found/m, file: 1 },
  // gcc's and clang's words for a header
  { pattern: /^(\S+?):\d+:\d+: fatal error: (\S+): No such file or directory/m, file: 2, by: 1 },
  { pattern: new RegExp(`^(\\S+?):\\d+:\\d+: fatal error: ${quoted} file not found`, 'm'), file: 2, by: 1 },
  // cl's driver: `trial.c(1,10): fatal error: 'stddef.h' file not found`
  { pattern: new RegExp(`^(\\S+?)\\(\\d+,\\d+\\): fatal error: ${quoted} file not found`, 'm'), file: 2, by: 1 },
  // rustc: `error[E0463]: can't find crate for `std``
  { pattern: new RegExp(`can't find crate for ${quoted}(?:$|\\s)`, 'm'), file: 1 },
  // Whoever names a file that cannot be opened: `Fatal error: can't open /usr/lib/x: No such file or directory`
  // It begins where a word does, which also keeps long runs of slashes from being looked at again and again.
  { pattern: /(?<![^\s:'"])(\/[^\s:'"]+): No such file or directory/m, file: 1 },
];

/** The first file that is said to be missing; undefined when the words say nothing of the kind. */
export function missingFile(said: string): MissingFile | undefined {
  for (const { pattern, file, by } of patterns) {
    const found = pattern.exec(said);
    const name = found?.[file];
    if (name !== undefined && name !== '') return { file: name, by: by === undefined ? undefined : found?.[by] };
  }
  return undefined;
}
