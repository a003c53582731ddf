// Knows: how two lists of key parts differ: files and single things by their label, arguments as sequences. Pure.
// Refuses to know: which parts there are, and how a difference is told.
import type { RecordedPart } from './recorded-parts.js';

/** `what`: the label; for members of a sequence (`argument 3`) its first word. */
export type Difference =
  | { readonly kind: 'changed'; readonly what: string; readonly from: string; readonly to: string }
  | { readonly kind: 'added'; readonly what: string; readonly to: string }
  | { readonly kind: 'removed'; readonly what: string; readonly from: string };

/** A file may be called `2`, a variable may too. */
const sequence = /^(?!file |variable )([^\s\d]+) \d+$/;

interface Group {
  readonly what: string;
  readonly from: string[];
  readonly to: string[];
}

function grouped(before: readonly RecordedPart[], after: readonly RecordedPart[]): readonly Group[] {
  const groups = new Map<string, Group>();
  // In the order of the newer list, since that is the compile that is asked about.
  for (const [side, parts] of [['to', after], ['from', before]] as const) {
    for (const [label, value] of parts) {
      const what = sequence.exec(label)?.[1] ?? label;
      const group = groups.get(what) ?? { what, from: [], to: [] };
      groups.set(what, group);
      group[side].push(value);
    }
  }
  return [...groups.values()];
}

/** Steps from one list to the other, `same` left out: runs of words that went, came, or both. */
interface Hunk {
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/** Beyond this many comparisons words are compared by position. */
const mostCells = 4_000_000;

/** Lengths of the longest common subsequence of every two tails, row by row. */
function tailLengths(from: readonly string[], to: readonly string[]): Uint32Array {
  const width = to.length + 1;
  const lengths = new Uint32Array((from.length + 1) * width);
  for (let a = from.length - 1; a >= 0; a--) {
    for (let b = to.length - 1; b >= 0; b--) {
      const at = a * width + b;
      lengths[at] = from[a] === to[b] ? (lengths[at + width + 1] ?? 0) + 1 : Math.max(lengths[at + width] ?? 0, lengths[at + 1] ?? 0);
    }
  }
  return lengths;
}

function aligned(from: readonly string[], to: readonly string[]): readonly Hunk[] {
  if (from.length * to.length > mostCells) return [{ from, to }];
  const width = to.length + 1;
  const lengths = tailLengths(from, to);
  const hunks: Hunk[] = [];
  let gone: string[] = [];
  let come: string[] = [];
  for (let a = 0, b = 0; a < from.length || b < to.length; ) {
    const [old, young] = [from[a], to[b]];
    if (old !== undefined && old === young) {
      if (gone.length + come.length > 0) hunks.push({ from: gone, to: come });
      [gone, come] = [[], []];
      a++;
      b++;
    } else if (old !== undefined && (young === undefined || (lengths[(a + 1) * width + b] ?? 0) >= (lengths[a * width + b + 1] ?? 0))) {
      gone.push(old);
      a++;
    } else if (young !== undefined) {
      come.push(young);
      b++;
    }
  }
  return gone.length + come.length > 0 ? [...hunks, { from: gone, to: come }] : hunks;
}

/** Equal beginnings and ends, nearly everything in life, cost nothing. */
function hunksOf(from: readonly string[], to: readonly string[]): readonly Hunk[] {
  const shorter = Math.min(from.length, to.length);
  let head = 0;
  while (head < shorter && from[head] === to[head]) head++;
  let tail = 0;
  while (tail < shorter - head && from[from.length - 1 - tail] === to[to.length - 1 - tail]) tail++;
  return aligned(from.slice(head, from.length - tail), to.slice(head, to.length - tail));
}

function fromHunk(what: string, { from, to }: Hunk): readonly Difference[] {
  return Array.from({ length: Math.max(from.length, to.length) }, (_, at): Difference => {
    const [old, young] = [from[at], to[at]];
    if (young === undefined) return { kind: 'removed', what, from: old ?? '' };
    return old === undefined ? { kind: 'added', what, to: young } : { kind: 'changed', what, from: old, to: young };
  });
}

/** Empty: the same parts, though perhaps in another order. */
export function differencesOf(before: readonly RecordedPart[], after: readonly RecordedPart[]): readonly Difference[] {
  return grouped(before, after).flatMap(({ what, from, to }) => hunksOf(from, to).flatMap((hunk) => fromHunk(what, hunk)));
}

/** One list is compared with many. */
const namesOf = new WeakMap<readonly RecordedPart[], readonly string[]>();

/** Places of words say nothing: one more flag moves all behind it. */
function partNames(parts: readonly RecordedPart[]): readonly string[] {
  const names = namesOf.get(parts) ?? parts.map(([label, value]) => `${sequence.exec(label)?.[1] ?? label}\0${value}`);
  namesOf.set(parts, names);
  return names;
}

/** How many parts two lists share, each counted as often as both have it. */
export function equalParts(before: readonly RecordedPart[], after: readonly RecordedPart[]): number {
  const counts = new Map<string, number>();
  for (const name of partNames(before)) counts.set(name, (counts.get(name) ?? 0) + 1);
  let equal = 0;
  for (const name of partNames(after)) {
    const left = counts.get(name) ?? 0;
    if (left === 0) continue;
    counts.set(name, left - 1);
    equal++;
  }
  return equal;
}
