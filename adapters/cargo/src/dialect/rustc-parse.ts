// Knows: what a rustc command line means. Refuses to know: files, what is hashed (rustc-key.ts), how outputs are named (rustc-outputs.ts).
import { envValue } from '@sccache-ts/core/base';
import type { ColourMode, CompileRequest, CrateCompilation, CrateLinking, CrateType, CrateVerdict, Decline, ReadResponseFile, SearchFolder } from '@sccache-ts/core/compilation';
import { declinedCodegen, declinedUnstable, linkArguments, linkingCodegen, namesArgumentFile, readingCodegen, readingUnstable } from './rustc-options.js';
import { depInfoOf, type Emission, outputsOf } from './rustc-outputs.js';
import { expandResponseFiles, readWords, type RustcWord } from './rustc-words.js';

const crateTypes: ReadonlySet<string> = new Set<CrateType>(['lib', 'rlib', 'staticlib', 'bin', 'dylib', 'cdylib', 'proc-macro']);
const linkedTypes: ReadonlySet<CrateType> = new Set<CrateType>(['bin', 'dylib', 'cdylib', 'proc-macro', 'test']);
const folderKinds: ReadonlySet<string> = new Set<SearchFolder['kind']>(['dependency', 'crate', 'native', 'framework', 'all']);
const emissions: ReadonlySet<string> = new Set<Emission>(['link', 'metadata', 'dep-info']);

const sysrootCrates: ReadonlySet<string> = new Set(['std', 'core', 'alloc', 'proc_macro', 'test']);

/** Where the draft of a command line stands while its words are read. */
interface Draft {
  /** The first reason that was met. */
  decline: Decline | undefined;
  crateName: string | undefined;
  readonly crateTypes: CrateType[];
  test: boolean;
  emits: string[] | undefined;
  outDir: string | undefined;
  input: string | undefined;
  extraFilename: string;
  target: string | undefined;
  linker: string | undefined;
  nativeCpu: boolean;
  lto: boolean;
  messageWidth: string | undefined;
  /** Folders that are given other names, and whether everywhere. */
  readonly renamed: string[];
  renamedInParts: boolean;
  colour: ColourMode;
  json: boolean;
  readonly extraInputs: string[];
  readonly searchFolders: SearchFolder[];
  readonly bundled: string[];
  readonly linkWords: string[];
}

function refuse(draft: Draft, why: Decline['why'], reason: string): void {
  draft.decline ??= { kind: 'decline', why, reason };
}

const notCompile = (draft: Draft, reason: string): void => refuse(draft, 'not-compile', reason);
const notCacheable = (draft: Draft, reason: string): void => refuse(draft, 'not-cacheable', reason);

/** `name=value` of `-C` and `-Z`; rustc takes `_` for `-`. */
export function settingOf(value: string): { readonly name: string; readonly value: string | undefined } {
  const at = value.indexOf('=');
  const name = (at < 0 ? value : value.slice(0, at)).replaceAll('_', '-');
  return { name, value: at < 0 ? undefined : value.slice(at + 1) };
}

function codegen(draft: Draft, word: RustcWord): void {
  const { name, value } = settingOf(word.value);
  if (name === 'help') notCompile(draft, '-C help');
  if (declinedCodegen.has(name) && !(name === 'split-debuginfo' && value === 'off')) notCacheable(draft, name);
  if (name === 'extra-filename' && value === undefined) notCacheable(draft, 'extra-filename');
  if (name === 'extra-filename') draft.extraFilename = value ?? '';
  if (name === 'target-cpu' && value === 'native') draft.nativeCpu = true;
  if (name === 'linker') draft.linker = value;
  if (name === 'lto') draft.lto = !['off', 'no', 'n', 'false'].includes(value ?? '');
  if (name === 'linker-plugin-lto') draft.lto = true;
  if (readingCodegen.has(name) && value !== undefined) draft.extraInputs.push(value);
  if (linkArguments.has(name) && namesArgumentFile(value ?? '')) notCacheable(draft, '@file');
  if (linkingCodegen.has(name)) draft.linkWords.push(...word.words);
}

function unstable(draft: Draft, word: RustcWord): void {
  const { name, value } = settingOf(word.value);
  if (name === 'help') notCompile(draft, '-Z help');
  if (name === 'unpretty' || name === 'ls') notCompile(draft, `-Z ${name}`);
  if (declinedUnstable.test(name)) notCacheable(draft, `-Z ${name}`);
  if (readingUnstable.has(name) && value !== undefined) draft.extraInputs.push(value);
  if (linkArguments.has(name) && namesArgumentFile(value ?? '')) notCacheable(draft, '@file');
  if (name === 'remap-path-scope') draft.renamedInParts = true;
  if (name === 'tune-cpu' && value === 'native') draft.nativeCpu = true;
  if (/link|pre-link/.test(name)) draft.linkWords.push(...word.words);
}

function searchFolder(value: string): SearchFolder {
  const at = value.indexOf('=');
  const kind = at < 0 ? '' : value.slice(0, at);
  return folderKinds.has(kind) ? { kind: kind as SearchFolder['kind'], path: value.slice(at + 1) } : { kind: 'all', path: value };
}

/** `static[:modifiers]=name[:rename]` */
function bundledName(value: string): string | undefined {
  const at = value.indexOf('=');
  if (at < 0 || value.slice(0, at).split(':')[0] !== 'static') return undefined;
  return value.slice(at + 1).split(':')[0];
}

/** `[options:]name[=path]` */
export function externOf(value: string): { readonly name: string; readonly path: string | undefined } {
  const at = value.indexOf('=');
  return at < 0 ? { name: value, path: undefined } : { name: value.slice(0, at), path: value.slice(at + 1) };
}

function setEmits(draft: Draft, value: string): void {
  if (draft.emits !== undefined) notCacheable(draft, 'more than one --emit');
  draft.emits = value.split(',');
}

function takeCrateTypes(draft: Draft, value: string): void {
  for (const type of value.split(',')) {
    if (!crateTypes.has(type)) notCacheable(draft, 'crate-type');
    else if (!draft.crateTypes.includes(type as CrateType)) draft.crateTypes.push(type as CrateType);
  }
}

function takeInput(draft: Draft, value: string): void {
  if (value === '-') notCacheable(draft, '-');
  if (draft.input !== undefined) notCacheable(draft, 'multiple input files');
  draft.input = value;
}

function takeTarget(draft: Draft, word: RustcWord): void {
  draft.target = word.value;
  draft.linkWords.push(...word.words);
  if (word.value.endsWith('.json')) draft.extraInputs.push(word.value);
}

function takeColour(draft: Draft, value: string): void {
  // rustc refuses anything else, which a hit would not.
  if (value !== 'always' && value !== 'never' && value !== 'auto') notCacheable(draft, '--color');
  else draft.colour = value;
}

function takeExtern(draft: Draft, value: string): void {
  const { name, path } = externOf(value);
  if (path !== undefined) draft.extraInputs.push(path);
  // Others are looked for in folders.
  else if (!sysrootCrates.has(name.slice(name.lastIndexOf(':') + 1))) notCacheable(draft, '--extern without a path');
}

function takeLibrary(draft: Draft, value: string): void {
  const name = bundledName(value);
  if (name !== undefined) draft.bundled.push(name);
}

const deeds: Readonly<Partial<Record<string, (draft: Draft, word: RustcWord) => void>>> = {
  question: (draft, word) => notCompile(draft, word.name ?? ''),
  declined: (draft, word) => notCacheable(draft, word.name ?? ''),
  'crate-name': (draft, { value }) => void (draft.crateName = value),
  'crate-type': (draft, { value }) => takeCrateTypes(draft, value),
  emit: (draft, { value }) => setEmits(draft, value),
  'out-dir': (draft, { value }) => void (draft.outDir = value),
  extern: (draft, { value }) => takeExtern(draft, value),
  search: (draft, { value }) => void draft.searchFolders.push(searchFolder(value)),
  library: (draft, { value }) => takeLibrary(draft, value),
  colour: (draft, { value }) => takeColour(draft, value),
  target: takeTarget,
  test: (draft) => void (draft.test = true),
  'message-width': (draft, { value }) => void (draft.messageWidth = value),
  remap: (draft, { value }) => void draft.renamed.push(value.slice(0, Math.max(0, value.lastIndexOf('=')))),
  'remap-scope': (draft) => void (draft.renamedInParts = true),
  format: (draft, { name, value }) => void (draft.json ||= name === '--json' || value === 'json'),
  codegen,
  unstable,
};

const newDraft = (): Draft => ({
  ...{ decline: undefined, crateName: undefined, crateTypes: [], test: false, emits: undefined, outDir: undefined, input: undefined, extraFilename: '', target: undefined },
  ...{ linker: undefined, nativeCpu: false, lto: false, messageWidth: undefined, renamed: [], renamedInParts: false, colour: 'auto' as const, json: false, extraInputs: [], searchFolders: [], bundled: [], linkWords: [] },
});

/** What a compile cannot be without. */
function check(draft: Draft, env: CompileRequest['env']): void {
  const { emits, crateName, outDir, input, target } = draft;
  // A target that rustc does not know by itself is a file in one of those folders, and nobody says which.
  const folders = envValue(env, 'RUST_TARGET_PATH') ?? '';
  if (target !== undefined && !target.endsWith('.json') && folders !== '') notCacheable(draft, 'target unsure');
  if (emits === undefined) notCacheable(draft, 'missing emit');
  else if (emits.some((word) => !emissions.has(word))) notCacheable(draft, 'unsupported --emit');
  else if (!emits.includes('link') && !emits.includes('metadata')) notCompile(draft, '--emit');
  // To ask for it in the caller's place would show: what is emitted is part of a crate's own hash.
  else if (!emits.includes('dep-info')) notCacheable(draft, 'no dep-info');
  if (crateName === undefined) notCacheable(draft, 'missing crate_name');
  if (outDir === undefined) notCacheable(draft, 'missing output_dir');
  if (input === undefined) notCacheable(draft, 'missing input');
}

function compilationOf(draft: Draft, { words, cwd }: { readonly words: readonly string[]; readonly cwd: string }): CrateCompilation {
  const { crateName = '', outDir: folder = '', input = '', target, extraFilename } = draft;
  const emits = (draft.emits ?? []) as readonly Emission[];
  const types: readonly CrateType[] = draft.test ? ['test'] : draft.crateTypes.length === 0 ? ['bin'] : draft.crateTypes;
  const isBelow = (folder: string): boolean => folder !== '' && `${cwd}/`.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
  const linked = emits.includes('link') && types.some((type) => linkedTypes.has(type));
  const named = { crateName, extraFilename, folder, types, emits };
  const linking: CrateLinking | undefined = linked ? { linker: draft.linker, words: draft.linkWords, target, throughCrates: draft.lto } : undefined;
  return {
    ...{ language: 'rust', crateName, crateTypes: types, input, cwd, words, outputs: outputsOf(named), depInfo: depInfoOf(named) },
    ...{ extraInputs: draft.extraInputs, searchFolders: draft.searchFolders, bundled: draft.bundled, linking },
    colour: draft.json ? 'never' : draft.colour,
    nativeCpu: draft.nativeCpu,
    messageWidth: draft.messageWidth,
    cwdRenamed: !draft.renamedInParts && draft.renamed.some(isBelow),
  };
}

/** The arguments that are rustc's, without its own name where another program stands before it. */
export function ownWords(words: readonly string[], env: CompileRequest['env']): readonly string[] {
  const [first = '', ...rest] = words;
  const isRustc = /(?:^|\/)rustc$/.test(first) && (first === 'rustc' || envValue(env, 'CARGO') !== undefined);
  return isRustc ? rest : words;
}

export function parseRustc(request: CompileRequest, readResponseFile: ReadResponseFile): CrateVerdict {
  const unreadable = (reason: string): Decline => ({ kind: 'decline', why: 'not-cacheable', reason });
  const words = expandResponseFiles(request, readResponseFile);
  if (words === undefined) return unreadable('@file');
  const read = readWords(ownWords(words, request.env));
  if (read === undefined) return unreadable('argument parse');
  const draft = newDraft();
  for (const word of read) {
    if (word.name === undefined) takeInput(draft, word.value);
    else deeds[word.option?.effect ?? 'hashed']?.(draft, word);
  }
  check(draft, request.env);
  return draft.decline ?? { kind: 'compile', compilation: compilationOf(draft, { words, cwd: request.cwd }) };
}
