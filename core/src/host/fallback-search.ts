// Knows: how a compiler is found in PATH without finding ourselves or another compiler wrapper. Refuses to know: what is asked of it.
// core/native/search.cc is the same for the native launcher.
import { accessSync, closeSync, constants, lstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename, delimiter, isAbsolute, join, resolve } from 'node:path';
import { windowsProgramNames } from '../base/index.js';

export interface SearchPlace {
  /** The value of PATH; undefined when unset. */
  readonly path: string | undefined;
  readonly cwd: string;
  /** Our own programs, links resolved: what leads to one of them is skipped. */
  readonly own: readonly string[];
}

/** Whether there is a file that this user may run, at the end of all links. */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Absent, a folder out of reach, not executable: not a program for us.
    return false;
  }
}

const windows = process.platform === 'win32';
/** On Windows a program's name need not be told to its end. */
const namesOf = (name: string): readonly string[] => (windows ? windowsProgramNames(name, process.env['PATHEXT']) : [name]);

/** Programs that stand in for compilers: a link to one of them, named as a compiler, is a masquerade. */
const isWrapperName = (path: string): boolean => /^(s?ccache.*|distcc|icecc)$/.test(basename(path));

function isCompiler(path: string, own: readonly string[]): boolean {
  if (!isProgram(path)) return false;
  const real = realpathSync(path);
  if (own.includes(real)) return false;
  return isWrapperName(path) || !isWrapperName(real);
}

/**
 * A name with a slash is taken as it is, unless it leads to us or to another wrapper: then, and for a bare name, PATH is searched.
 * Absolute unless `name` had a slash; undefined when there is none.
 */
export function findCompiler(name: string, place: SearchPlace): string | undefined {
  if (windows ? /[\\/]/.test(name) : name.includes('/')) {
    const spelled = namesOf(name).map((it) => ({ it, absolute: resolve(place.cwd, it) })).filter(({ absolute }) => isProgram(absolute));
    const found = spelled.find(({ absolute }) => isCompiler(absolute, place.own));
    if (found !== undefined) return found.it;
    if (spelled.length === 0) return undefined;
  }
  for (const entry of (place.path ?? '/usr/local/bin:/bin:/usr/bin').split(delimiter)) {
    const unquoted = windows ? entry.replaceAll('"', '') : entry;
    const folder = isAbsolute(unquoted) ? unquoted : unquoted === '' ? place.cwd : `${place.cwd}/${unquoted}`;
    const found = namesOf(basename(name)).map((it) => join(folder, it)).find((candidate) => isCompiler(candidate, place.own));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** All links resolved; the path itself when it leads nowhere. */
export function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // Removed while we run: its name is all there is.
    return path;
  }
}

const elfMachines: Readonly<Record<string, number>> = { ia32: 0x03, arm: 0x28, x64: 0x3e, arm64: 0xb7, riscv64: 0xf3, loong64: 0x102 };
const machTypes: Readonly<Record<string, number>> = { x64: 0x0100_0007, arm64: 0x0100_000c };

/**
 * Whether a program that begins with these 20 bytes can run here: a package is packed on one machine and installed on many others. Windows tells more
 * of a program's machine only further on, and runs those for x64 on arm64 as well.
 * Source: ELF specification (e_machine), mach-o/loader.h (cputype); both little-endian, as are all machines listed.
 */
export function runsHere(head: Buffer, { platform, arch }: { readonly platform: string; readonly arch: string }): boolean {
  if (head.byteLength < 20) return false;
  if (head.readUInt32BE(0) === 0x7f45_4c46) return platform !== 'darwin' && platform !== 'win32' && head.readUInt16LE(18) === elfMachines[arch];
  if (head.readUInt16BE(0) === 0x4d5a) return platform === 'win32';
  return head.readUInt32LE(0) === 0xfeed_facf && platform === 'darwin' && head.readUInt32LE(4) === machTypes[arch];
}

function headOf(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(20);
    return head.subarray(0, readSync(file, head, 0, head.byteLength, 0));
  } finally {
    closeSync(file);
  }
}

/** The native launcher beside us, if one for this machine is installed: a link there is our own stand-in. @param stem its path without the `.exe` of Windows */
export function nativeLauncherAt(stem: string): string | undefined {
  const path = windows ? `${stem}.exe` : stem;
  try {
    return lstatSync(path).isFile() && isProgram(path) && runsHere(headOf(path), process) ? path : undefined;
  } catch {
    // Absent, unreadable or just being replaced: the launcher in JavaScript does the same.
    return undefined;
  }
}
