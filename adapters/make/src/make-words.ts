// Knows: what of make's command line and of its variables matters to a plan. Refuses to know: what a plan does about it.
import { type MakeFlags, readMakeFlags, readMakeWords } from '@sccache-ts/core/base';

/** Variables with words for make. */
export interface MakeVariables {
  readonly makeFlags: string | undefined;
  /** Read before MAKEFLAGS by make 4.0 and later. */
  readonly gnuMakeFlags?: string | undefined;
}

/** What the user has told make already. @param args what stands after `make` */
export function makeWishes(args: readonly string[], { makeFlags, gnuMakeFlags }: MakeVariables): Omit<MakeFlags, 'jobserver'> {
  const said = readMakeWords(args);
  const all = [said, readMakeFlags(gnuMakeFlags), readMakeFlags(makeFlags)];
  const some = (of: (flags: MakeFlags) => boolean): boolean => all.some(of);
  return { jobs: some((it) => it.jobs), environmentWins: some((it) => it.environmentWins), onlyTells: some((it) => it.onlyTells), targets: said.targets };
}

/** The version in what `make --version` says; undefined when it is not GNU make. */
export function gnuMakeVersion(said: string): { readonly major: number; readonly minor: number } | undefined {
  const found = /^GNU Make (\d+)\.(\d+)/.exec(said);
  return found === null ? undefined : { major: Number(found[1]), minor: Number(found[2]) };
}

/** Which word of the command line defines `name`, and to what; the last one wins, as in make. */
export function definitionOf(name: string, args: readonly string[]): { readonly at: number; readonly value: string } | undefined {
  for (let at = args.length - 1; at >= 0; at -= 1) {
    const match = /^([^\s:+?!=]+):{0,3}=(.*)$/s.exec(args[at] ?? '');
    if (match?.[1] === name) return { at, value: match[2] ?? '' };
  }
  return undefined;
}
