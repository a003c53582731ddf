// Knows: which folders a command line and its environment name for included files, and which of those are one. Refuses to know: what is in them.
//
// Compilers search a folder once, however often and under whatever names it is given: gcc and clang drop all but one of the names, and where a folder of
// the user's is one of the system's too, its place in the order and what is warned about in it change. So what a result rests on is more than what
// is found in folders; it is also which of them are the same.
import { dirname, normalize } from 'node:path';
import { absoluteName, type EnvPairs, envValue, listDelimiter } from '../base/index.js';
import type { Compilation, ManifestLink } from '../compilation/index.js';
import { realName } from '../host/index.js';
import type { AskedAny } from './work.js';

const folderOptions = /^(?:-I|-isystem|-iquote|-idirafter|-cxx-isystem|-B)=?/;
const folderVariables = ['CPATH', 'C_INCLUDE_PATH', 'CPLUS_INCLUDE_PATH', 'OBJC_INCLUDE_PATH', 'OBJCPLUS_INCLUDE_PATH'];

/** As spelled, each once. */
export function namedFolders({ args, searchFolders, cwd }: Compilation, env: EnvPairs): readonly string[] {
  if (searchFolders !== undefined) return searchFolders;
  const words = args.filter((argument) => argument.class === 'preprocessor').flatMap((argument) => argument.words);
  const inEnvironment = folderVariables.flatMap((name) => (envValue(env, name) ?? '').split(listDelimiter(cwd)));
  const folders = [...words, ...inEnvironment].map((word) => word.replace(folderOptions, ''));
  return [...new Set(folders.filter((path) => path !== '' && !path.startsWith('-')))];
}

/** Those whose headers count as the system's, as spelled. */
export function systemFolders({ args }: Pick<Compilation, 'args'>, env: EnvPairs): readonly string[] {
  const named = args.flatMap(({ class: cls, words: [word = '', next] }) => {
    const [flag, joined = ''] = /^(-isystem|-idirafter)(.*)$/s.exec(word)?.slice(1) ?? [];
    return cls === 'preprocessor' && flag !== undefined ? [joined === '' ? (next ?? '') : joined] : [];
  });
  const inEnvironment = folderVariables.filter((name) => name !== 'CPATH').flatMap((name) => (envValue(env, name) ?? '').split(':'));
  return [...new Set([...named, ...inEnvironment].filter((path) => path !== ''))];
}

export interface FolderIdentity {
  /** Of each folder: which of those before it is the same one, and whether it has the name itself. The same in every checkout. */
  readonly sameness: string;
  /** Those whose names lead elsewhere, and where. */
  readonly links: readonly ManifestLink[];
}

/** No variable has such a name. */
export const samenessName = 'which folders are one';

/** A folder's name without the links that lead to where everybody works. */
function ownName(path: string, roots: readonly (readonly [name: string, real: string])[]): string {
  const [name, real] = roots.find(([root]) => path === root || path.startsWith(`${root}/`)) ?? ['', ''];
  return real + path.slice(name.length);
}

/** @param folders as spelled */
export function identityOfFolders(folders: readonly string[], { compilation: { cwd }, base }: Pick<AskedAny, 'compilation' | 'base'>): FolderIdentity {
  const around = [base.path.slice(0, -1), cwd, dirname(cwd)].filter((root) => root !== '' && root !== '/');
  const roots = around.flatMap((root) => {
    const real = realName(root);
    return real === undefined ? [] : [[root, real] as const];
  });
  const links: ManifestLink[] = [];
  const first = new Map<string, number>();
  const marks = folders.map((name, at) => {
    const path = absoluteName(cwd, name);
    const target = realName(path);
    if (target === undefined) return 'none';
    const isLink = target !== ownName(normalize(path).replace(/(?!^)\/$/, ''), roots);
    if (isLink) links.push({ name, target });
    const before = first.get(target) ?? at;
    first.set(target, before);
    return `${before}${isLink ? ' by link' : ''}`;
  });
  return { sameness: marks.join(', '), links };
}
