// Knows: what a linker adds to a crate's compile: itself, the variables that it reads, and the files that it says it has read. Refuses to know:
// sources, and how a result is kept.
import { basename, dirname } from 'node:path';
import { absoluteName, envValue, isFault, type KeyPart, keyOf } from '../base/index.js';
import type { CrateCompilation, LinkProbe } from '../compilation/index.js';
import { canListLinks, cratesIn, type FileDigests, findLinker } from '../host/index.js';
import { parseDependencies } from './dependency-file.js';
import type { Tools } from './near.js';
import type { AnyCompiler, Compilers } from './ports.js';
import type { AskedCrate } from './work.js';

/** Whether linkers list what they read, asked once for each. */
export interface Links {
  readonly compilers: Compilers;
  /** By what chooses a linker. The ones unused for longest are forgotten. */
  readonly known: Map<string, Promise<boolean>>;
}

const mostKnown = 200;

export const createLinks = (compilers: Compilers): Links => ({ compilers, known: new Map() });

/** They choose what gcc, clang and linkers read or write. */
const variables = ['LIBRARY_PATH', 'LPATH', 'LD_RUN_PATH', 'COMPILER_PATH', 'GCC_EXEC_PREFIX', 'LDEMULATION', 'GNUTARGET', 'SOURCE_DATE_EPOCH'];

function canList(links: Links, asked: AskedCrate, linker: string): Promise<boolean> {
  const { compiler, compilation, request } = asked;
  const mark = keyOf([compiler.identity, linker, ...(compilation.linking?.words ?? [])].map((value) => ({ label: '', value })));
  const known = links.known.get(mark);
  if (known !== undefined) return known;
  const probeIn = (folder: string, linkArgument: string): LinkProbe => compiler.crates.linkProbe(compilation, { folder, linkArgument });
  const asking = canListLinks({ program: compiler.path, env: request.env, probeIn });
  links.known.set(mark, asking);
  const oldest = links.known.keys().next();
  if (links.known.size > mostKnown && oldest.done !== true) links.known.delete(oldest.value);
  asking.catch(() => links.known.delete(mark));
  return asking;
}

/** gcc and clang find these by name; what they start when nobody chooses is part of what they are. */
const chosenLinker = /-fuse-ld=([^\s,]+)|--ld-path=([^\s,]+)/g;

function chosenNames({ linking }: CrateCompilation): readonly string[] {
  const words = (linking?.words ?? []).join(' ');
  return [...words.matchAll(chosenLinker)].map(([, kind = '', path]) => path ?? (kind.startsWith('/') ? kind : `ld.${kind}`));
}

/** Linkers that the command line chooses; one that is not in PATH is one of the compiler's own, or the link fails. */
async function chosenLinkers({ compilation, request }: AskedCrate, digests: FileDigests): Promise<Linking> {
  const names = chosenNames(compilation);
  const places = names.map((name) => findLinker(name, { path: envValue(request.env, 'PATH'), cwd: compilation.cwd }));
  const { paths, states, digests: contents } = await digests.take(places.flatMap(({ found }) => found ?? []));
  return {
    parts: names.map((name, at) => ({ label: `linker ${name}`, value: contents[paths.indexOf(places[at]?.found ?? '')] ?? 'not in PATH' })),
    tools: { files: paths.map((path, at) => ({ path, state: states[at] })), absent: places.flatMap(({ missed }) => missed), links: [] },
  };
}

/** A compiler that links, with all that it is made of. */
function toolsOf({ path, evidence }: AnyCompiler, missed: readonly string[]): Tools {
  if (evidence === undefined) return { files: [{ path, state: undefined }], absent: [], links: [] };
  return { files: evidence.files, absent: [...evidence.absent, ...missed], links: [{ path, target: evidence.real }] };
}

export interface Linking {
  readonly parts: readonly KeyPart[];
  readonly tools: Tools;
}

/** @returns why what this linker makes cannot be known, when it cannot */
export async function openLinking(asked: AskedCrate, links: Links, digests: FileDigests): Promise<Linking | string> {
  const { compilation, compiler, request } = asked;
  const { linking } = compilation;
  if (linking?.target !== undefined && linking.target !== compiler.facts.host) return 'linked for another target';
  const { found, missed } = findLinker(linking?.linker ?? 'cc', { path: envValue(request.env, 'PATH'), cwd: compilation.cwd });
  if (found === undefined) return 'the linker is not found';
  try {
    const linker = await links.compilers.identify({ ...request, compiler: found, args: [] });
    if (!(await canList(links, asked, linker.identity))) return 'the linker does not list what it reads';
    const set = variables.flatMap((name): KeyPart[] => {
      const value = envValue(request.env, name);
      return value === undefined ? [] : [{ label: `variable ${name}`, value }];
    });
    const [own, chosen] = [toolsOf(linker, missed), await chosenLinkers(asked, digests)];
    return {
      parts: [{ label: 'linker', value: linker.identity }, ...chosen.parts, ...set],
      tools: { files: [...own.files, ...chosen.tools.files], absent: [...own.absent, ...chosen.tools.absent], links: own.links },
    };
  } catch (thrown) {
    if (isFault(thrown)) return 'the linker is no compiler that we know';
    throw thrown;
  }
}

export interface LinkReads {
  readonly files: readonly string[];
  /** Where one of them would have been found before. */
  readonly absent: readonly string[];
}

const libraryName = /^lib(.+?)\.(?:so|a)(?:\.[0-9.]+)?$/;

/** A library is taken from the first folder that has it: in no other folder that takes part may one of its name come to stand. */
function shadows(files: readonly string[], asked: AskedCrate): readonly string[] {
  const { compilation } = asked;
  const native = compilation.searchFolders.flatMap(({ kind, path }) => (kind === 'native' || kind === 'all' ? [absoluteName(compilation.cwd, path)] : []));
  const libraries = files.filter((path) => libraryName.test(basename(path)));
  const folders = new Set([...native, ...libraries.map((path) => dirname(path))]);
  return libraries.flatMap((path) => {
    const name = libraryName.exec(basename(path))?.[1] ?? '';
    return [...folders].filter((folder) => folder !== dirname(path)).flatMap((folder) => [`${folder}/lib${name}.so`, `${folder}/lib${name}.a`]);
  });
}

/** Crates that may stand beneath those that were named. */
export function cratesBeneath({ compilation }: AskedCrate): readonly string[] {
  const folders = compilation.searchFolders.filter(({ kind }) => kind === 'dependency').map(({ path }) => absoluteName(compilation.cwd, path));
  return [...new Set(folders)].flatMap(cratesIn);
}

/** @param list as the linker wrote it @param isThere whether a file stands under a name now @returns undefined when it is no such list */
export function readLinkList(list: string, asked: AskedCrate, isThere: (path: string) => boolean): LinkReads | undefined {
  const listed = parseDependencies(list);
  if (listed === undefined) return undefined;
  const { compilation, compiler } = asked;
  const names = [...new Set(listed.map((name) => absoluteName(compilation.cwd, name)))];
  const folder = dirname(absoluteName(compilation.cwd, compilation.outputs[0]?.path ?? ''));
  const isTemporary = (path: string): boolean => compiler.crates.isLinkTemporary(path, folder);
  // Where the linker was given copies of crates, or what was made of them, those beneath count too; which they are, nobody says.
  const rewritten = compilation.linking?.throughCrates === true || names.some((path) => isTemporary(path) && path.endsWith('.rlib'));
  const files = [...names.filter((path) => !isTemporary(path) || isThere(path)), ...(rewritten ? cratesBeneath(asked) : [])];
  const taken = new Set(files);
  return { files, absent: [...new Set(shadows(files, asked))].filter((path) => !taken.has(path) && !isThere(path)) };
}
