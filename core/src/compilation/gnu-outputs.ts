// Knows: how gcc and clang name what they write: object, dependency file and the files beside them.
// Refuses to know: whether they are there.
import type { GnuDraft } from './gnu-draft.js';
import type { DependencyFile, Output, OutputRole } from './types.js';

const startOfName = (path: string, windows: boolean): number => Math.max(path.lastIndexOf('/'), windows ? path.lastIndexOf('\\') : -1) + 1;
const nameOf = (path: string, windows: boolean): string => path.slice(startOfName(path, windows));

/** Replaces the last extension of the file's name, or appends one. */
function withExtension(path: string, extension: string, windows: boolean): string {
  const base = startOfName(path, windows);
  const dot = path.lastIndexOf('.');
  return `${dot >= base ? path.slice(0, dot) : path}.${extension}`;
}

/** Names that are no regular files: nothing can be landed there, or it is the caller's stream. */
const isStream = (path: string, windows: boolean): boolean =>
  path === '-' || /^\/dev\/(stdout|stderr|fd\/|tty)|^\/proc\//.test(path) || (windows && (path === '/dev/null' || /^(?:.*[\\/:])?(?:nul|con|prn|aux|(?:com|lpt)\d)(?:\.[^\\/]*)?$/i.test(path)));

const wantsSides = ({ sides }: GnuDraft): boolean =>
  sides.splitDwarf || sides.coverageNotes || sides.stackUsage || sides.diagnostics !== undefined;

/** The outputs but the dependency file, or the reason why they cannot be known. */
export function outputsOf(draft: GnuDraft, input: string): readonly Output[] | string {
  const { sides, windows } = draft;
  const main = draft.output ?? withExtension(nameOf(input, windows), draft.bitcode ? 'bc' : 'o', windows);
  if (draft.output === '') return 'argument parse';
  if (isStream(main, windows)) return `-o ${main}`;
  if (main === '/dev/null' && (wantsSides(draft) || (draft.dependency.mode !== undefined && draft.dependency.file === undefined))) {
    return '-o /dev/null with files beside it';
  }
  // Names that begin with their only dot are split differently by gcc and clang.
  if (wantsSides(draft) && /^\.[^.]*$/.test(nameOf(main, windows))) return 'hidden output name';
  const beside = (role: OutputRole): Output => ({ role, path: withExtension(main, role, windows), optional: true });
  const outputs: Output[] = [{ role: 'obj', path: main, optional: false }];
  if (sides.splitDwarf) outputs.push(beside('dwo'));
  if (sides.coverageNotes) outputs.push({ ...beside('gcno'), optional: false });
  if (sides.stackUsage) outputs.push(beside('su'));
  if (sides.diagnostics !== undefined) outputs.push({ role: 'dia', path: sides.diagnostics, optional: false });
  return outputs;
}

/** Where dependencies go and how the preprocess step is told; undefined when none are asked for; text: why not to cache. */
export function dependencyFileOf(draft: GnuDraft, input: string, needsPreprocessing: boolean): DependencyFile | undefined | string {
  const { mode, file, words, targeted, behindDriver } = draft.dependency;
  const { windows } = draft;
  if (!needsPreprocessing) return undefined;
  if (mode === undefined) return words.length > 0 || file !== undefined ? 'dependency flags without -MD' : undefined;
  const path = file ?? withExtension(draft.output ?? nameOf(input, windows), 'd', windows);
  if (isStream(path, windows)) return `-MF ${path}`;
  // The preprocess step has no `-o`, so the target that the compile takes from it must be named.
  const fromInput = draft.output === undefined || behindDriver;
  const target = fromInput ? withExtension(nameOf(input, windows), 'o', windows) : (draft.output ?? '');
  return { path, userOnly: mode === '-MMD', words: targeted ? [mode, ...words] : [mode, ...words, '-MQ', target] };
}
