// Knows: which known word a mistyped one was probably meant to be. Refuses to know: what the words are for.

/** Inserted, deleted, replaced and swapped letters needed to turn one word into the other. */
function editDistance(from: string, to: string): number {
  let before: number[] = [];
  let above = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let row = 1; row <= from.length; row++) {
    const line = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let best = Math.min((above[column - 1] ?? 0) + (same ? 0 : 1), (above[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1);
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) best = Math.min(best, (before[column - 2] ?? 0) + 1);
      line.push(best);
    }
    before = above;
    above = line;
  }
  return above[to.length] ?? 0;
}

const folded = (word: string): string => word.toLowerCase().replaceAll('-', '_');

/** The known word closest to `word`, or undefined when none is near enough (a third of its letters) to be worth naming. */
export function nearestName(word: string, known: Iterable<string>): string | undefined {
  const mine = folded(word.slice(0, 64));
  let best: string | undefined;
  let least = Math.max(2, Math.floor(mine.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(mine, folded(candidate));
    if (distance < least && distance < candidate.length) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}
