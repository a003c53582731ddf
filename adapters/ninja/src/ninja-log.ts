// Knows: ninja's log of commands, and how the hashes in it are put in place of others. Refuses to know: where it is kept, and what is hashed.
// Source: ninja's build log, versions 5 (since 1.2), 6 and 7 (since 1.12): a first line `# ninja log v5`, then lines of start, end, time of the
// output, output, hash, with tabs between.
import type { HashKind } from './command-hash.js';

const head = /^# ninja log v(\d+)\r?\n/;

const hashes: Readonly<Record<string, HashKind>> = { 5: 'murmur', 6: 'rapid', 7: 'rapid' };

/** Undefined: a log of a version that we do not know. */
export const hashKindOfLog = (log: string): HashKind | undefined => hashes[head.exec(log)?.[1] ?? ''];

/** What ninja that has not written a log yet is going to write. @param version what `ninja --version` prints */
export function hashKindOfNinja(version: string): HashKind {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 1 || (major === 1 && minor >= 12) ? 'rapid' : 'murmur';
}

export interface LogChange {
  /** Each hash, and what is to stand in its place. */
  readonly hashes: ReadonlyMap<string, string>;
  /** Outputs whose lines go. */
  readonly dropped: readonly string[];
}

/** @param log bytes as latin1 @returns undefined when nothing is to be changed */
export function changedLog(log: string, { hashes: wanted, dropped }: LogChange): string | undefined {
  if (hashKindOfLog(log) === undefined) return undefined;
  const lines = log.split('\n');
  let changed = false;
  const kept = lines.flatMap((line, at) => {
    const fields = at === 0 ? [] : line.split('\t');
    const [start, end, time, output, hash] = fields;
    if (fields.length !== 5 || output === undefined || hash === undefined) return [line];
    if (dropped.includes(output)) {
      changed = true;
      return [];
    }
    const other = wanted.get(hash);
    if (other === undefined) return [line];
    changed = true;
    return [[start, end, time, output, other].join('\t')];
  });
  return changed ? kept.join('\n') : undefined;
}
