// Knows: how make's command line and MAKEFLAGS spell what matters to a plan. Refuses to know: what a plan does about it.

/** What the user has told make already. */
export interface MakeWishes {
  /** True when -j, --jobs or a parent's jobserver decides how many commands run at once. */
  readonly jobs: boolean;
  /** True for -e: the environment wins over makefiles. */
  readonly environmentWins: boolean;
  /** True when make prints and runs no compiler: -n, -q, -t, --version, --help. */
  readonly onlyTells: boolean;
}

/** Variables with words for make. */
export interface MakeVariables {
  /** Its first word may be letters without a dash, and `--` begins variables. */
  readonly makeFlags: string | undefined;
  /** Read before MAKEFLAGS by make 4.0 and later, spelled alike. */
  readonly gnuMakeFlags?: string | undefined;
}

/** Short options whose value is the rest of the word or the next word, and those whose value is the rest of the word only. */
const valued = 'CEfIoW';
const optionallyValued = 'jlO';

const tellers = 'nqtvh';
const longTellers = new Set(['--just-print', '--dry-run', '--recon', '--question', '--touch', '--version', '--help']);

const longJobs = /^--jobs(?:=|$)|^--jobserver-(?:auth|fds|style)(?:=|$)/;

function lettersOf(cluster: string): { readonly letters: string; readonly takesNext: boolean } {
  const at = [...cluster].findIndex((letter) => valued.includes(letter) || optionallyValued.includes(letter));
  if (at < 0) return { letters: cluster, takesNext: false };
  return { letters: cluster.slice(0, at + 1), takesNext: valued.includes(cluster.charAt(at)) && at + 1 === cluster.length };
}

function read(words: readonly string[]): MakeWishes {
  let jobs = false;
  let environmentWins = false;
  let onlyTells = false;
  let skip = false;
  for (const word of words) {
    if (skip) {
      skip = false;
      continue;
    }
    if (word === '--') break;
    if (longJobs.test(word)) jobs = true;
    else if (word === '--environment-overrides') environmentWins = true;
    else if (longTellers.has(word)) onlyTells = true;
    else if (/^-[^-]/.test(word)) {
      const { letters, takesNext } = lettersOf(word.slice(1));
      jobs ||= letters.includes('j');
      environmentWins ||= letters.includes('e');
      onlyTells ||= [...tellers].some((letter) => letters.includes(letter));
      skip = takesNext;
    }
  }
  return { jobs, environmentWins, onlyTells };
}

function wordsOf(flags: string | undefined): readonly string[] {
  const [first, ...rest] = (flags ?? '').split(/\s+/).filter((word) => word !== '');
  if (first === undefined) return [];
  return [/^[^-=]+$/.test(first) && flags?.startsWith(' ') !== true ? `-${first}` : first, ...rest];
}

/** @param args what stands after `make` */
export function makeWishes(args: readonly string[], { makeFlags, gnuMakeFlags }: MakeVariables): MakeWishes {
  const all = [args, wordsOf(gnuMakeFlags), wordsOf(makeFlags)].map(read);
  const some = (of: (wishes: MakeWishes) => boolean): boolean => all.some(of);
  return { jobs: some((it) => it.jobs), environmentWins: some((it) => it.environmentWins), onlyTells: some((it) => it.onlyTells) };
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
