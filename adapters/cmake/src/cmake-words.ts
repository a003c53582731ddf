// Knows: how cmake's command line spells what matters to a plan. Refuses to know: what a plan does about it.
// Source: cmake(1) of CMake 3.25 and 4.1.
import { isOurs, wantsOneAtATime } from '@sccache-ts/core/base';

/** What a command line asks of cmake; `other`: nothing that compiles or configures. */
export type CmakeCall =
  | ({ readonly kind: 'configure' } & CmakeWishes)
  | { readonly kind: 'build'; readonly folder: string | undefined; readonly preset: string | undefined; /** Somebody says how many at once, or one is best. */ readonly jobs: boolean }
  | { readonly kind: 'own-folder' }
  | { readonly kind: 'other' };

/** Paths are as given. */
export interface CmakeWishes {
  readonly source: string | undefined;
  readonly build: string | undefined;
  /** The word that stands alone: a source folder, or a build folder that was configured before. */
  readonly folder: string | undefined;
  readonly generator: string | undefined;
  readonly preset: string | undefined;
  /** What is read in place of CMakeLists.txt (CMake 4.0 and newer). */
  readonly projectFile: string | undefined;
}

/** Options whose value may be a word of its own, which is then no option, whatever it looks like. */
const shortValued = ['-S', '-B', '-G', '-C', '-D', '-U', '-T', '-A'];
const longValued = ['--preset', '--toolchain', '--install-prefix', '--profiling-format', '--profiling-output', '--project-file'];

/** First words that make cmake something else. */
const otherFirst = new Set(['-E', '--install', '--open', '--workflow', '--find-package']);
/** Words that make cmake something else wherever they stand. */
const otherAnywhere = /^(?:-P|-N|-h|-H|-\?|\/\?|-usage|--?version|\/V|--?help(?:-.*|=.*)?|--system-information|--list-presets(?:=.*)?|--print-config-dir|--find-package)$/;

interface Option {
  readonly name: string;
  readonly value: string | undefined;
}

function optionAt(args: readonly string[], at: number): Option & { readonly width: number } {
  const word = args[at] ?? '';
  // The older way to name a source folder; alone it asks for help.
  if (/^-H./.test(word)) return { name: '-S', value: word.slice(2), width: 1 };
  const short = shortValued.find((name) => word.startsWith(name));
  if (short !== undefined && !word.startsWith('--')) {
    return word === short ? { name: short, value: args[at + 1], width: 2 } : { name: short, value: word.slice(2), width: 1 };
  }
  const equals = word.indexOf('=');
  const name = equals < 0 ? word : word.slice(0, equals);
  if (!longValued.includes(name)) return { name: word, value: undefined, width: 1 };
  return equals < 0 ? { name, value: args[at + 1], width: 2 } : { name, value: word.slice(equals + 1), width: 1 };
}

function readConfigure(args: readonly string[]): CmakeCall {
  const found = new Map<string, string | undefined>();
  let folder: string | undefined;
  for (let at = 0; at < args.length; ) {
    const { name, value, width } = optionAt(args, at);
    if (width === 1 && value === undefined) {
      if (otherAnywhere.test(name)) return { kind: 'other' };
      if (!name.startsWith('-')) folder = name;
    } else found.set(name, value);
    at += width;
  }
  const of = (name: string): string | undefined => found.get(name);
  return { kind: 'configure', source: of('-S'), build: of('-B'), folder, generator: of('-G'), preset: of('--preset'), projectFile: of('--project-file') };
}

/** `--target a b -t c` */
function targetsIn(args: readonly string[]): readonly string[] {
  let open = false;
  return args.flatMap((word) => {
    if (word === '--target' || word === '-t') open = true;
    else if (word.startsWith('-')) open = false;
    else if (open) return [word];
    return [];
  });
}

const jobsWord = /^(?:-j\d*|--parallel(?:=.*)?)$/;

function readBuild(args: readonly string[]): CmakeCall {
  const end = args.indexOf('--');
  const [own, native] = end < 0 ? [args, []] : [args.slice(0, end), args.slice(end + 1)];
  if (own.some((word) => otherAnywhere.test(word) && word !== '-N')) return { kind: 'other' };
  const presetAt = own.findIndex((word) => /^--preset(?:=|$)/.test(word));
  const word = own[presetAt] ?? '';
  const preset = presetAt < 0 ? undefined : word.includes('=') ? word.slice(word.indexOf('=') + 1) : own[presetAt + 1];
  const [first] = own;
  return {
    kind: 'build',
    folder: first === undefined || first.startsWith('-') ? undefined : first,
    preset,
    // What stands behind `--` is for make, ninja and the like; all of them say -j.
    jobs: wantsOneAtATime(targetsIn(own)) || own.some((it) => jobsWord.test(it)) || native.some((it) => /^-j|^--jobs(?:=|$)|^[/-]m(?::|$)/.test(it)),
  };
}

/** @param args what stands after `cmake` */
export function readCmake(args: readonly string[]): CmakeCall {
  const [first, ...rest] = args;
  if (first === undefined || otherFirst.has(first)) return { kind: 'other' };
  if (first === '--sccache-ts-dir') return { kind: 'own-folder' };
  return first === '--build' ? readBuild(rest) : readConfigure(args);
}

/** `3.25.1` of what `cmake --version` says; undefined when it says something else. */
export const versionIn = (text: string): string | undefined => /^cmake(?:3)? version (\d+\.\d+(?:\.\d+)?)/m.exec(text)?.[1];

const entryLine = /^(?:"([^"]*)"|([^#/":][^:]*)):[A-Z]+=(.*)$/;

/** Whether CMakeCache.txt says that this build folder compiles through us; `set-up.cmake` and presets are the ways to that. */
export const compilesThroughUs = (cache: string): boolean =>
  cache.split(/\r?\n/).some((line) => {
    const [, quoted, plain, value = ''] = entryLine.exec(line) ?? [];
    const name = quoted ?? plain ?? '';
    if (name === 'SCCACHE_TS_APPLIED_LAUNCHER') return value !== '';
    return /^CMAKE_\w+_COMPILER_LAUNCHER$/.test(name) && value.split(';').some((word) => isOurs(word));
  });

/** An entry of CMakeCache.txt; the last one counts. Undefined when it is not there. */
export function cacheEntry(cache: string, name: string): string | undefined {
  let value: string | undefined;
  for (const line of cache.split(/\r?\n/)) {
    const match = entryLine.exec(line);
    if (match !== null && (match[1] ?? match[2]) === name) value = match[3];
  }
  return value;
}
