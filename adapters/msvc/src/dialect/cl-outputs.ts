// Knows: how cl.exe and clang-cl name what they write. Refuses to know: whether it is there.
import type { DependencyFile, Output, PathFlavour } from '@sccache-ts/core/compilation';
import type { ClDraft } from './cl-draft.js';

export const flavourOf = (cwd: string): PathFlavour => (cwd.startsWith('/') ? 'posix' : 'windows');

const separators: Readonly<Record<PathFlavour, RegExp>> = { posix: /\/(?=[^/]*$)/, windows: /[\\/](?=[^\\/]*$)|^[A-Za-z]:(?=[^\\/]*$)/ };

/** Where the last part of a path begins. */
function lastPart(path: string, flavour: PathFlavour): number {
  const found = separators[flavour].exec(path);
  return found === null ? 0 : found.index + found[0].length;
}

/** Where the extension of the last part begins, at its dot; the length when there is none. */
export function extensionAt(path: string, flavour: PathFlavour): number {
  const dot = path.lastIndexOf('.');
  const name = path.slice(lastPart(path, flavour));
  return dot < lastPart(path, flavour) || name === '.' || name === '..' ? path.length : dot;
}

/**
 * The file that is written for the operand of `/Fo` or `/Fa`: a folder when it ends with a separator, the extension added where it has none.
 * @returns undefined when versions of the compilers disagree about it
 */
export function namedOutput(operand: string | undefined, input: string, { extension, flavour }: { readonly extension: string; readonly flavour: PathFlavour }): string | undefined {
  const base = input.slice(lastPart(input, flavour));
  const own = base.slice(0, extensionAt(base, flavour)) + extension;
  if (operand === undefined || operand === '') return own;
  if (flavour === 'posix' && operand.endsWith('\\')) return undefined;
  if (lastPart(operand, flavour) === operand.length) return operand + own;
  return extensionAt(operand, flavour) < operand.length ? operand : operand + extension;
}

/** Names that are no regular files. */
const isStream = (path: string, flavour: PathFlavour): boolean =>
  flavour === 'posix' ? path === '-' || /^\/(?:dev|proc)\//.test(path) : /^(?:.*[\\/])?(?:nul|con|prn|aux|com\d|lpt\d)(?:\..*)?$/i.test(path);

/** The outputs but the dependency file, or the reason why they cannot be known. */
export function outputsOf(draft: ClDraft, input: string, flavour: PathFlavour): readonly Output[] | string {
  const object = namedOutput(draft.object, input, { extension: '.obj', flavour });
  if (object === undefined) return '/Fo that ends with a backslash';
  if (isStream(object, flavour)) return 'output to nul';
  const outputs: Output[] = [{ role: 'obj', path: object, optional: false }];
  if (draft.listed) {
    const path = namedOutput(draft.listing, input, { extension: '.asm', flavour });
    if (path === undefined || isStream(path, flavour)) return '/Fa';
    outputs.push({ role: 'asm', path, optional: false });
  }
  if (draft.sourceDependencies !== undefined) outputs.push({ role: 'source-dependencies', path: draft.sourceDependencies, optional: false });
  if (draft.documentation !== undefined) {
    if (isStream(draft.documentation, flavour)) return '/doc';
    outputs.push({ role: 'doc', path: draft.documentation, optional: false });
  }
  return outputs;
}

/** Where dependencies go that `/clang:-MD` asks for; undefined when none are asked for; text: why not to cache. */
export function dependencyFileOf({ dependency }: ClDraft, flavour: PathFlavour): DependencyFile | undefined | string {
  const { mode, file, words, targeted } = dependency;
  if (mode === undefined) return words.length > 0 || file !== undefined ? 'dependency flags without -MD' : undefined;
  // Versions differ in what they write where these are left out.
  if (file === undefined || !targeted) return '/clang:-MD without -MF or without a target';
  if (file === '' || isStream(file, flavour)) return '/clang:-MF';
  return { path: file, userOnly: mode === '-MMD', words: [`/clang:${mode}`, ...words] };
}
