// Knows: what a C compiler is asked in order to learn what it is, and how its answer reads.
// Refuses to know: how it is run.
import { forwardSlashed, isWindowsFolder } from '../base/index.js';
import { type CompilerFacts, readSearchList } from '../compilation/index.js';

/** The probe is a file, not standard input with `-x c`: only so does a C++ driver show that it takes `.c` for C++. */
export const probeFileName = 'probe.c';

/** Predefined by compilers that also define __GNUC__ or __clang__ but speak another language of options. */
const foreign: readonly (readonly [macro: string, name: string])[] = [
  ['__CUDACC__', 'nvcc'],
  ['__NVCOMPILER', 'nvc'],
  ['__PGI', 'pgcc'],
  ['__INTEL_COMPILER', 'icc'],
  ['__TINYC__', 'tcc'],
  ['__EDG__', 'an EDG compiler'],
  ['__SUNPRO_C', 'Sun cc'],
  ['__SUNPRO_CC', 'Sun CC'],
  ['__DCC__', 'Diab'],
  ['__TASKING__', 'TASKING'],
];

const macros = [
  ...foreign.map(([macro]) => macro),
  '__clang__', '__clang_version__', '__apple_build_version__', '__GNUC__', '__VERSION__', '__cplusplus', '_MSC_VER', '_MT', '_MSC_FULL_VER', '_MSC_BUILD', '_M_IX86', '_M_X64', '_M_ARM', '_M_ARM64', '_M_ARM64EC',
];

/** One line a macro: its name as a string, which is not expanded, then the macro, which is when it is defined. */
export const probeSource = macros.map((name) => `sccache_ts_probe "${name}" ${name}\n`).join('');

/** How a driver is spoken to. */
export type Manner = 'gnu' | 'cl';

export type ProbeAnswer =
  | { readonly kind: 'known'; readonly facts: CompilerFacts; readonly fullVersion: string; /** For what it compiles, where its own macros tell. */ readonly target?: string }
  /** `why` continues a sentence that begins with the compiler's path. */
  | { readonly kind: 'unsupported'; readonly why: string };

const unquoted = (text: string): string => text.replaceAll(/^"|"$/g, '').trim();

/** `_MSC_VER` 1929 is version 19.29. */
function msvcOf(defined: ReadonlyMap<string, string>): ProbeAnswer {
  const version = (defined.get('_MSC_VER') ?? '').replace(/(?=..$)/, '.');
  const fullVersion = `${defined.get('_MSC_FULL_VER') ?? ''}.${defined.get('_MSC_BUILD') ?? ''}`;
  const target = [...defined.keys()].filter((name) => name.startsWith('_M_')).join(' ');
  return { kind: 'known', fullVersion, target, facts: { kind: 'msvc', plusplus: false, version, apple: false } };
}

/** Reads what the preprocessor made of `probeSource`. Other lines, e.g. of a chatty wrapper, are passed over. */
export function readProbe(stdout: string, manner: Manner = 'gnu'): ProbeAnswer {
  const defined = new Map<string, string>();
  let answered = false;
  for (const line of stdout.split('\n')) {
    const match = /^\s*sccache_ts_probe "(\w+)" (.*)$/.exec(line.trimEnd());
    const [name, value] = [match?.[1], match?.[2]?.trim()];
    if (name === undefined || value === undefined) continue;
    answered = true;
    if (value !== name) defined.set(name, value);
  }
  if (!answered) return { kind: 'unsupported', why: 'does not preprocess C text as gcc and clang do' };
  const other = foreign.find(([macro]) => defined.has(macro));
  if (other !== undefined) return { kind: 'unsupported', why: `is ${other[1]}` };
  // clang that compiles for Windows defines _MSC_VER too; only the cl driver also chooses a run-time library.
  const cl = defined.has('_MSC_VER') && defined.has('_MT');
  if (cl !== (manner === 'cl')) return { kind: 'unsupported', why: cl ? 'speaks the options of cl' : 'does not speak the options of cl, as its name says' };
  const plusplus = defined.has('__cplusplus');
  const fullVersion = unquoted(defined.get('__VERSION__') ?? '');
  if (defined.has('__clang__')) {
    const version = unquoted(defined.get('__clang_version__') ?? fullVersion);
    return { kind: 'known', fullVersion, facts: { kind: cl ? 'clang-cl' : 'clang', plusplus, version, apple: defined.has('__apple_build_version__') } };
  }
  if (cl) return msvcOf(defined);
  if (defined.has('__GNUC__')) {
    return { kind: 'known', fullVersion, facts: { kind: 'gcc', plusplus, version: fullVersion, apple: false } };
  }
  return { kind: 'unsupported', why: 'is neither gcc nor clang' };
}

/** What a compiler's `-v` tells about itself, in the C locale. */
export interface VerboseAnswer {
  /** The command lines of the programs it started, which show every option that is on by default, by wrapper or by settings. */
  readonly commands: readonly string[];
  /** Programs it started, as spelled, and the driver when a wrapper named another one. */
  readonly programs: readonly string[];
  /** Specs and configuration files that were read. */
  readonly files: readonly string[];
  /** Folders where clang looks for configuration files. */
  readonly settingsFolders: readonly string[];
  /** Folders where it looks for headers. */
  readonly searched: readonly string[];
}

/** Bounds what a hostile or broken program may make us look at. */
const most = 16;

/** @param folder where the probe ran; its name is chance and is taken out of the command lines */
export function readVerbose(stderr: string, folder: string): VerboseAnswer {
  const matches = (pattern: RegExp): readonly string[] =>
    [...new Set([...stderr.matchAll(pattern)].map((match) => (match[1] ?? '').trim()))].filter((text) => text !== '').slice(0, most);
  // Include folders are listed with a leading space too, but no option follows them.
  const commands = matches(/^ ("?(?:\/|[A-Za-z]:[\\/])[^\n]* "?-[^\n]*)$/gm);
  // On Windows compilers give the folder as they like, and clang doubles backslashes between quotation marks.
  const folders = isWindowsFolder(folder) ? [folder, forwardSlashed(folder), folder.replaceAll('\\', '\\\\')] : [folder];
  return {
    commands: commands.map((line) => folders.reduce((text, name) => text.replaceAll(name, '<folder>'), line)),
    programs: [
      ...new Set([
        ...commands.map((line) => /^"([^"]+)"/.exec(line)?.[1]?.replaceAll('\\\\', '\\') ?? line.split(' ', 1)[0] ?? ''),
        ...matches(/^COLLECT_GCC=(.*)$/gm),
      ]),
    ],
    files: [...matches(/^Reading specs from (.*)$/gm), ...matches(/^Configuration file: (.*)$/gm)],
    searched: (readSearchList(stderr)?.angled ?? []).slice(0, most),
    settingsFolders: matches(/^(?:System|User) configuration file directory: (.*)$/gm),
  };
}
