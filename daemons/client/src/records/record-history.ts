// Knows: what is remembered of all compiles, and which of them are of one file. Pure. Refuses to know: where it is kept.
import { posix, win32 } from 'node:path';
import { decodeRecord, type StoredRecord, unpackParts } from './record-codec.js';
import type { RecordedPart } from './recorded-parts.js';

export interface History {
  /** Those that were asked for last come first. */
  readonly records: readonly StoredRecord[];
  /** Lines that could not be read. */
  readonly skipped: number;
  /** What a key was made of; undefined when no record tells. */
  readonly partsOf: (key: string) => readonly RecordedPart[] | undefined;
}

/** @param lines the newest first */
export function historyOf(lines: readonly string[]): History {
  // Written as they were done, and a compile that stores is done after a later one that does not.
  const records = lines.flatMap((line) => decodeRecord(line) ?? []).sort((a, b) => b.at - a.at);
  const packed = new Map<string, string>();
  for (const { key, parts } of records) if (key !== undefined && parts !== undefined) packed.set(key, parts);
  const unpacked = new Map<string, readonly RecordedPart[] | undefined>();
  const partsOf = (key: string): readonly RecordedPart[] | undefined => {
    const text = packed.get(key);
    if (text !== undefined && !unpacked.has(key)) unpacked.set(key, unpackParts(text));
    return unpacked.get(key);
  };
  return { records, skipped: lines.length - records.length, partsOf };
}

/** Records carry the paths of the machine that they were made on. */
const flavourOf = (cwd: string): typeof posix => (cwd.startsWith('/') ? posix : win32);

export const sourceOf = ({ cwd, input }: StoredRecord): string | undefined => (input === undefined ? undefined : flavourOf(cwd).resolve(cwd, input));
export const outputOf = ({ cwd, output }: StoredRecord): string | undefined => (output === undefined ? undefined : flavourOf(cwd).resolve(cwd, output));

const slashed = (path: string): string => path.replaceAll('\\', '/');

export type Found =
  | { readonly kind: 'found'; readonly record: StoredRecord }
  | { readonly kind: 'nothing' }
  /** The name alone fits several sources. */
  | { readonly kind: 'several'; readonly sources: readonly string[] };

/**
 * The newest compile of a file: its source or its main output at that very path, else any file of a command line that was not
 * understood, else, for a relative name, that of the one source whose path, or whose output's, ends so.
 */
export function findCompile({ records }: History, file: string, cwd: string): Found {
  const path = flavourOf(cwd).resolve(cwd, file);
  const exact =
    records.find((record) => sourceOf(record) === path || outputOf(record) === path) ??
    records.find(({ command, cwd: from }) => command?.slice(1).some((word) => flavourOf(from).resolve(from, word) === path));
  if (exact !== undefined) return { kind: 'found', record: exact };
  if (flavourOf(cwd).isAbsolute(file)) return { kind: 'nothing' };
  const ending = `/${slashed(flavourOf(cwd).normalize(file))}`;
  const fitting = records.filter((record) => [sourceOf(record), outputOf(record)].some((name) => name !== undefined && slashed(name).endsWith(ending)));
  const sources = [...new Set(fitting.map((record) => sourceOf(record) ?? ''))];
  if (sources.length > 1) return { kind: 'several', sources };
  const [newest] = fitting;
  return newest === undefined ? { kind: 'nothing' } : { kind: 'found', record: newest };
}
