// Knows: which of two versions is newer. Refuses to know: whose they are.

const numbers = (version: string): number[] => version.split(/[^0-9]+/).map(Number);

/** `0.10.0` is newer than `0.9.1`. What is not a number counts as nothing. */
export function isNewer(version: string, than: string): boolean {
  const [mine, other] = [numbers(version), numbers(than)];
  for (let at = 0; at < Math.max(mine.length, other.length); at++) {
    const difference = (mine[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
