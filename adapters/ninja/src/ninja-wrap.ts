// Knows: the build file that compiles through the launcher: a copy of the original, with the launcher before what compiles, that ninja itself
// makes anew when the original changes. Refuses to know: where files are and who writes them.
import { shellWord } from '@sccache-ts/core/base';
import { type EdgeChange, type RuleChange, wrapChanges } from './ninja-wrap-changes.js';
import type { Manifest, Unit } from './ninja-manifest.js';
import { poolsFile } from './ninja-pools.js';

export interface WrapInput {
  /** The build file as ninja is told of it, bytes as latin1. */
  readonly file: string;
  /** The copy of it, relative to the folder where ninja runs, bytes as latin1; copies of other files stand beside it. */
  readonly wrapper: string;
  /** Absolute path of the launcher, as text. */
  readonly launcher: string;
  /** Makes the copy anew: a command for /bin/sh, bytes as latin1. */
  readonly again: string;
}

/** Bytes as latin1. */
export interface WrapFile {
  readonly path: string;
  readonly text: string;
}

export interface Wrapped {
  /** In the order in which they are to be written: the build file itself is the last. */
  readonly files: readonly WrapFile[];
  /** How many build statements compile through the launcher now. */
  readonly compiles: number;
  /** Launchers that stand before compilers already and were left alone, each as often as it does. */
  readonly launchers: readonly string[];
  /** Each changed command as the log of ninja hashes it: without the launcher, and with it. */
  readonly commands: readonly (readonly [plain: string, wrapped: string])[];
}

const bytesOf = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
const escapePath = (path: string): string => path.replace(/[$ :]/g, '$$$&');
const escapeValue = (value: string): string => value.replaceAll('$', '$$$$').replace(/^ /, '$$ ');

/** Text that goes in at an offset, in place of what stands up to another. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function edited(text: string, edits: readonly Edit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const edit of [...edits].sort((left, right) => left.start - right.start)) {
    parts.push(text.slice(at, edit.start), edit.text);
    at = edit.end;
  }
  return [...parts, text.slice(at)].join('');
}

const line = (name: string, value: string): string => `  ${name} = ${escapeValue(value)}\n`;

function ruleEdits({ rule, insertions, pool }: RuleChange, prefix: string): readonly Edit[] {
  const lines = pool === undefined ? [] : [{ start: rule.end, end: rule.end, text: line('pool', pool) }];
  return [...insertions.map((at) => ({ start: at, end: at, text: escapeValue(prefix) })), ...lines];
}

function edgeEdit({ edge, command, pool }: EdgeChange): Edit {
  const text = [command === undefined ? '' : line('command', command), pool === undefined ? '' : line('pool', pool)].join('');
  return { start: edge.end, end: edge.end, text };
}

/** Ninja looks for a way to make its build file before anything else, so this statement keeps the copy in step with the originals. */
function ownStatement({ wrapper, file, again }: WrapInput, read: readonly string[]): string {
  const others = [...new Set(read)].filter((path) => path !== file && !/[|\n]/.test(path)).map((path) => ` ${escapePath(path)}`);
  return [
    'rule sccache_ts_follow',
    `  command = ${escapeValue(again)}`,
    `  description = sccache-ts: following ${escapeValue(file)}`,
    // Bindings of its own: without them, variables of the file would go before those of the rule.
    `build ${escapePath(wrapper)}: sccache_ts_follow ${escapePath(file)}${others.length === 0 ? '' : ' |'}${others.join('')}`,
    '  generator = 1',
    '',
  ].join('\n');
}

const ended = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

/** The units that must be copied: what changes, and what includes such. */
function touched(units: readonly Unit[], edits: ReadonlyMap<number, readonly Edit[]>): ReadonlySet<number> {
  const found = new Set<number>([0, ...edits.keys()]);
  // Inclusions lead to later units only.
  for (let at = units.length - 1; at > 0; at -= 1) if (units[at]?.inclusions.some(({ unit }) => found.has(unit)) === true) found.add(at);
  return found;
}

/** The shell word that stands for the launcher, with the blank behind it. */
export function launcherPrefix(launcher: string): string {
  return `${bytesOf(shellWord(launcher))} `;
}

/** What the copy says when the original cannot be followed: the same as the original, whatever it says. */
export function unwrappedText(input: WrapInput, read: readonly string[]): string {
  return `include ${escapePath(input.file)}\n${ownStatement(input, read)}`;
}

export function wrapManifest(manifest: Manifest, input: WrapInput): Wrapped {
  const { units } = manifest;
  const prefix = launcherPrefix(input.launcher);
  const changes = wrapChanges(manifest.edges, prefix);
  const edits = new Map<number, Edit[]>();
  const add = (unit: number, more: readonly Edit[]): void => void edits.set(unit, [...(edits.get(unit) ?? []), ...more]);
  for (const change of changes.rules) add(change.rule.unit, ruleEdits(change, prefix));
  const byUnit = new Map<number, Edit[]>();
  for (const change of changes.edges) (byUnit.get(change.edge.unit) ?? byUnit.set(change.edge.unit, []).get(change.edge.unit))?.push(edgeEdit(change));
  for (const [unit, more] of byUnit) add(unit, more);
  const copied = touched(units, edits);
  const nameOf = (unit: number): string => (unit === 0 ? input.wrapper : `${input.wrapper}.${unit}`);
  const files = [...copied].sort((left, right) => right - left).map((at) => {
    const unit = units[at];
    const inclusions = (unit?.inclusions ?? []).filter(({ unit: other }) => copied.has(other));
    const text = edited(unit?.text ?? '', [
      ...(edits.get(at) ?? []),
      ...inclusions.map(({ unit: other, start, end }) => ({ start, end, text: escapePath(nameOf(other)) })),
    ]);
    if (at > 0) return { path: nameOf(at), text };
    const own = ownStatement(input, units.map(({ path }) => path));
    return { path: nameOf(0), text: `include ${escapePath(poolsFile(input.wrapper))}\n${ended(text)}${own}` };
  });
  return { files, compiles: changes.commands.length, launchers: changes.launchers, commands: changes.commands };
}
