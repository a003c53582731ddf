// Knows: which of the files that a build makes are the same in every plain build, and which of another build's differ from those. Refuses to know: builds.

/** Digests by path. */
export type Made = ReadonlyMap<string, string>;

export interface Sameness {
  readonly steady: Made;
  /** What plain builds themselves make now so, now so: of these nothing can be said. */
  readonly unsteady: readonly string[];
}

export function samenessOf(plain: readonly Made[]): Sameness {
  const paths = [...new Set(plain.flatMap((made) => [...made.keys()]))];
  const unsteady = paths.filter((path) => new Set(plain.map((made) => made.get(path))).size > 1);
  const steady = new Map([...(plain[0] ?? [])].filter(([path]) => !unsteady.includes(path)));
  return { steady, unsteady };
}

/** Paths that are missing or have other bytes. Files beyond those of plain builds count too, unless plain builds are at odds about them. */
export function differing({ steady, unsteady }: Sameness, made: Made): readonly string[] {
  const paths = new Set([...steady.keys(), ...made.keys()]);
  return [...paths].filter((path) => !unsteady.includes(path) && steady.get(path) !== made.get(path));
}
