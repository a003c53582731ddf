// Knows: which files besides its own a compiler's results depend on: the programs that it starts, their code libraries, its settings.
// Refuses to know: what is in them.
import { accessSync, constants, readdirSync } from 'node:fs';
import { basename, delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { isFault } from '../base/index.js';
import type { CompilerKind } from '../compilation/index.js';
import type { VerboseAnswer } from './compiler-probe-text.js';
import { programKind, sharedLibraries } from './ldd.js';
import { reachableStat } from './reachable-stat.js';

/** A file with what it is to the compiler. The role, not the place, enters the identity: the same compiler elsewhere is the same. */
export interface CompilerFile {
  readonly role: string;
  readonly path: string;
}

export interface CompilerFiles {
  /** Files whose content is part of what the compiler is, in a stable order. */
  readonly present: readonly CompilerFile[];
  /** Places where one of them was looked for and is not; should one appear, the compiler is another. */
  readonly absent: readonly string[];
}

/** Asks the compiler something, e.g. `-print-prog-name=as`; undefined when it has no answer. */
export type AskCompiler = (option: string) => Promise<string | undefined>;

export interface ProgramSearch {
  readonly kind: CompilerKind;
  /** The compiler as the caller named it, and its real path. */
  readonly compiler: string;
  readonly real: string;
  readonly verbose: VerboseAnswer;
  readonly machine: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** The caller's; parts of PATH may be relative to it. */
  readonly cwd: string;
  readonly ask: AskCompiler;
  /** Where macOS keeps which Xcode was chosen; another place for tests. */
  readonly xcodeChoice?: string | undefined;
}

const helpers: Readonly<Record<CompilerKind, readonly string[]>> = {
  gcc: ['cc1', 'cc1plus', 'cc1obj', 'cc1objplus', 'as', 'objcopy', 'collect2', 'ld'],
  clang: ['as', 'objcopy', 'ld'],
  // It assembles by itself, and what links is no part of a compile.
  'clang-cl': [],
  msvc: [],
};

/** Libraries that hold the code generators and their arithmetic. The C library and its like do not shape objects. */
const shaping = /^lib(LLVM|clang|LTO|isl|mpc|mpfr|gmp|bfd|opcodes)/;

function isFile(path: string): boolean {
  return reachableStat(path)?.isFile() === true;
}

function isProgram(path: string): boolean {
  if (!isFile(path)) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not for us to run: execvp passes over it as well.
    return false;
  }
}

const withExe = (name: string): string => (/\.exe$/i.test(name) ? name : `${name}.exe`);

/** Where execvp would find a program, and the places it passes over on its way. An empty part of PATH is the working directory. */
export function searchPath(name: string, path: string | undefined, cwd: string): { readonly found: string | undefined; readonly missed: readonly string[] } {
  // `/x/as` that gcc names on Windows stands there as `as.exe`.
  if (process.platform === 'win32' && isAbsolute(name) && !isProgram(name)) name = withExe(name);
  if (isAbsolute(name)) return isProgram(name) ? { found: name, missed: [] } : { found: undefined, missed: [name] };
  const missed: string[] = [];
  if (/[\\/]/.test(name)) return { found: undefined, missed };
  for (const folder of (path ?? '').split(delimiter)) {
    const candidate = resolve(cwd, folder, process.platform === 'win32' ? withExe(name) : name);
    if (isProgram(candidate)) return { found: candidate, missed };
    missed.push(candidate);
  }
  return { found: undefined, missed };
}

/** Settings files that would be read if they were there. */
async function settingsPlaces(search: ProgramSearch): Promise<readonly string[]> {
  if (search.kind === 'gcc') {
    const library = await search.ask('-print-libgcc-file-name');
    return library !== undefined && isAbsolute(library) ? [join(dirname(library), 'specs')] : [];
  }
  const modes = search.kind === 'clang-cl' ? ['clang-cl', 'clang'] : ['clang', 'clang++'];
  const { machine } = search;
  const names = [basename(search.compiler).replace(/\.exe$/i, ''), ...modes, ...(machine === undefined ? [] : [machine, ...modes.map((mode) => `${machine}-${mode}`)])];
  const folders = [dirname(search.compiler), dirname(search.real), ...search.verbose.settingsFolders].filter(isAbsolute);
  return [...new Set(folders)].flatMap((folder) => [...new Set(names)].map((name) => join(folder, `${name}.cfg`)));
}

/** The link that `xcode-select` turns. */
const xcodeChoice = '/var/db/xcode_select_link';

/**
 * On macOS the clang in /usr/bin starts the one of the Xcode that was chosen, without a word of which. Named through the link, that one is another file
 * as soon as the link is turned. Source: xcrun(1), xcode-select(1).
 */
function chosenByXcode({ machine, xcodeChoice: choice = xcodeChoice }: ProgramSearch): readonly string[] {
  if (machine === undefined || !/-apple-(?:darwin|macos|ios)/.test(machine)) return [];
  return ['usr/bin/clang', 'Toolchains/XcodeDefault.xctoolchain/usr/bin/clang'].map((name) => join(choice, name));
}

/** clang's sanitizers read these of their own accord, and only dependency files tell. */
async function sanitizerLists(search: ProgramSearch): Promise<readonly string[]> {
  const resources = search.kind !== 'gcc' ? await search.ask('-print-resource-dir') : undefined;
  if (resources === undefined || !isAbsolute(resources)) return [];
  const folder = join(resources, 'share');
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.txt')).sort().map((name) => join(folder, name));
  } catch {
    // Installed without sanitizers.
    return [];
  }
}

/** Windows looks for a program's libraries where the program is. */
function besideProgram(program: string): readonly string[] {
  const folder = dirname(program);
  return readdirSync(folder).filter((name) => /\.dll$/i.test(name) && shaping.test(name)).sort().map((name) => join(folder, name));
}

async function shapingLibraries(program: string, env: ProgramSearch['env']): Promise<readonly string[]> {
  if (process.platform === 'win32') return besideProgram(program);
  const kind = await programKind(program);
  if (kind === 'script' || kind === 'other') return [];
  try {
    return (await sharedLibraries(program, { env })).filter((path) => shaping.test(basename(path)));
  } catch (thrown) {
    // No ldd here, or a program of a kind it does not know: the program's own bytes and version text must then do.
    if (isFault(thrown)) return [];
    throw thrown;
  }
}

/** Finds every file that the compiler's results depend on, the compiler itself first. */
export async function compilerFiles(search: ProgramSearch): Promise<CompilerFiles> {
  const present: CompilerFile[] = [];
  const absent = new Set<string>();
  const known = new Set<string>();
  const add = (role: string, path: string): void => {
    if (!known.has(`${role}\n${path}`)) present.push({ role, path });
    known.add(`${role}\n${path}`);
  };
  add('driver', search.compiler);
  const programs: string[] = [];
  const addProgram = (role: string, name: string): void => {
    const { found, missed } = searchPath(name, search.env['PATH'], search.cwd);
    for (const path of missed) absent.add(path);
    if (found === undefined) return;
    add(role, found);
    programs.push(found);
  };
  for (const name of search.verbose.programs) if (name !== search.compiler) addProgram('started', name);
  const answers = await Promise.all(helpers[search.kind].map(async (name) => [name, await search.ask(`-print-prog-name=${name}`)] as const));
  const home = programs.map((path) => dirname(path)).find((folder) => isFile(join(folder, 'cc1')));
  for (const [name, answer] of answers) {
    // A front end that is not installed would come to lie beside the others, not anywhere in PATH.
    const uninstalled = name.startsWith('cc1') && answer === name && home !== undefined;
    if (answer !== undefined) addProgram(`program ${name}`, uninstalled ? join(home, name) : answer);
  }
  if (search.kind === 'gcc') {
    const plugin = await search.ask('-print-file-name=liblto_plugin.so');
    if (plugin !== undefined && isAbsolute(plugin) && isFile(plugin)) add('lto plugin', plugin);
  }
  for (const path of await sanitizerLists(search)) add(`list ${basename(path)}`, path);
  for (const path of search.verbose.files) if (isAbsolute(path) && isFile(path)) add('settings', path);
  for (const path of chosenByXcode(search)) {
    if (isFile(path)) add('chosen by xcode-select', path);
    else absent.add(path);
  }
  for (const path of await settingsPlaces(search)) if (!isFile(path)) absent.add(path);
  const libraries = await Promise.all([...new Set([search.compiler, ...programs])].map((path) => shapingLibraries(path, search.env)));
  for (const path of [...new Set(libraries.flat())].sort()) add(`library ${basename(path)}`, path);
  return { present, absent: [...absent] };
}
