// Knows: how words become one command line of Windows, how long that may be, and the file that stands in for one that is longer.
// Refuses to know: processes and disks.
//
// Grammar (CommandLineToArgvW and Microsoft's C runtime): blanks and tabs part words; between `"` they do not; 2n backslashes before a `"` are n
// and the `"` ends or begins a quotation, 2n+1 are n and a `"` that stands for itself; other backslashes stand for themselves.

/** Characters that CreateProcess takes, without the zero at the end. */
export const longestCommandLine = 32_766;

/** One word, so that who reads the command line gets it as it was. */
export function quotedForWindows(word: string): string {
  if (word !== '' && !/[\s"]/.test(word)) return word;
  return `"${word.replaceAll(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, '$&$&')}"`;
}

export const windowsCommandLine = (program: string, args: readonly string[]): string => [program, ...args].map(quotedForWindows).join(' ');

/** How a program cuts a response file into words. gnu: as gcc; cl: as a command line; lines: each line is a word. */
export type ResponseManner = 'gnu' | 'cl' | 'lines';

/** The manner of a compiler, which shows by its name, or by the driver that it was told to be. */
export function responseMannerOf(program: string, args: readonly string[]): ResponseManner {
  const stem = program.slice(Math.max(program.lastIndexOf('/'), program.lastIndexOf('\\')) + 1).replace(/\.exe$/i, '').replace(/-[0-9][0-9.]*$/, '');
  const mode = args.filter((word) => word.startsWith('--driver-mode=')).at(-1);
  if (mode === undefined ? /(?:^|-)cl$/i.test(stem) : mode === '--driver-mode=cl') return 'cl';
  return /^(?:rustc|clippy-driver)$/i.test(stem) ? 'lines' : 'gnu';
}

const quotedForGnu = (word: string): string => (word !== '' && !/[\s"'\\]/.test(word) ? word : `"${word.replaceAll(/["\\]/g, '\\$&')}"`);

/** Undefined: some word cannot be written down in that manner. */
function responseText(args: readonly string[], manner: ResponseManner): string | undefined {
  if (manner !== 'gnu' && args.some((word) => /[\r\n]/.test(word))) return undefined;
  const quoted = manner === 'lines' ? (word: string): string => word : manner === 'cl' ? quotedForWindows : quotedForGnu;
  return args.map((word) => `${quoted(word)}\n`).join('');
}

/** The bytes of a response file: UTF-16 with its mark for those that speak cl's language, which else read it in the code page of the machine. */
export function responseFile(args: readonly string[], manner: ResponseManner): Uint8Array | undefined {
  const text = responseText(args, manner);
  if (text === undefined) return undefined;
  return manner === 'cl' ? Buffer.from(`\uFEFF${text}`, 'utf16le') : Buffer.from(text);
}

/** Whether the words do not fit into a command line. */
export const needsResponseFile = (program: string, args: readonly string[]): boolean =>
  // Most are far shorter than that, whatever quoting adds.
  args.reduce((sum, word) => sum + word.length + 3, program.length) > longestCommandLine / 2 && windowsCommandLine(program, args).length > longestCommandLine;

/** Programs have these ends, whatever else PATHEXT names: scripts of other kinds are for the shell. */
const startable = new Set(['.com', '.exe', '.bat', '.cmd']);

/**
 * The names under which a program may stand in a folder, the first that is there wins.
 * @param pathext the variable; undefined: as Windows has it when nobody changed it
 */
export function windowsProgramNames(name: string, pathext: string | undefined): readonly string[] {
  const ends = (pathext ?? '.COM;.EXE;.BAT;.CMD').toLowerCase().split(';').filter((end) => startable.has(end));
  const named = ends.some((end) => name.toLowerCase().endsWith(end));
  return [...(named ? [name] : []), ...ends.map((end) => name + end)];
}

export const isBatchFile = (path: string): boolean => /\.(?:bat|cmd)$/i.test(path);

/**
 * What stands behind `cmd.exe /d /s /c` to run a batch file. The file is read by cmd and its `%*` once more, so what cmd finds special is escaped
 * twice. Undefined: a word that cannot be handed on so.
 */
export function batchCommandLine(path: string, args: readonly string[]): string | undefined {
  if (args.some((word) => /[\r\n\0]/.test(word))) return undefined;
  const escaped = (text: string): string => text.replaceAll(/[()\][%!^"`<>&|;, *?]/g, '^$&');
  const words = args.map((word) => escaped(escaped(`"${quotedForWindows(`${word} `).slice(1, -2).replace(/\\+$/, '$&$&')}"`)));
  return `"${[escaped(path), ...words].join(' ')}"`;
}
