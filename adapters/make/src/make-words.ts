// Knows: how make's command line and MAKEFLAGS spell what matters to a plan. Refuses to know: what a plan does about it.

/** What the user has told make already. */
export interface MakeWishes {
  /** True when -j, --jobs or a parent's jobserver decides how many commands run at once. */
  readonly jobs: boolean;
  /** True for -e: the environment wins over makefiles. */
  readonly environmentWins: boolean;
}

/** Short options whose value is the rest of the word or the next word, and those whose value is the rest of the word only. */
const valued = 'CEfIoW';
const optionallyValued = 'jlO';

const longJobs = /^--jobs(?:=|$)|^--jobserver-(?:auth|fds|style)(?:=|$)/;

function lettersOf(cluster: string): { readonly letters: string; readonly takesNext: boolean } {
  const at = [...cluster].findIndex((letter) => valued.includes(letter) || optionallyValued.includes(letter));
  if (at < 0) return { letters: cluster, takesNext: false };
  return { letters: cluster.slice(0, at + 1), takesNext: valued.includes(cluster.charAt(at)) && at + 1 === cluster.length };
}

function read(words: readonly string[]): MakeWishes {
  let jobs = false;
  let environmentWins = false;
  let skip = false;
  for (const word of words) {
    if (skip) {
      skip = false;
      continue;
    }
    if (word === '--') break;
    if (longJobs.test(word)) jobs = true;
    else if (word === '--environment-overrides') environmentWins = true;
    else if (/^-[^-]/.test(word)) {
      const { letters, takesNext } = lettersOf(word.slice(1));
      jobs ||= letters.includes('j');
      environmentWins ||= letters.includes('e');
      skip = takesNext;
    }
  }
  return { jobs, environmentWins };
}

/**
 * @param args what stands after `make`
 * @param makeFlags the MAKEFLAGS variable; its first word may be letters without a dash, and `--` begins variables
 */
export function makeWishes(args: readonly string[], makeFlags: string | undefined): MakeWishes {
  const flags = (makeFlags ?? '').split(/\s+/).filter((word) => word !== '');
  const [first, ...rest] = flags;
  const inherited = first === undefined ? [] : [/^[^-=]+$/.test(first) && !makeFlags?.startsWith(' ') ? `-${first}` : first, ...rest];
  const [own, parents] = [read(args), read(inherited)];
  return { jobs: own.jobs || parents.jobs, environmentWins: own.environmentWins || parents.environmentWins };
}

/** Which word of the command line defines `name`, and to what; the last one wins, as in make. */
export function definitionOf(name: string, args: readonly string[]): { readonly at: number; readonly value: string } | undefined {
  for (let at = args.length - 1; at >= 0; at -= 1) {
    const match = /^([^\s:+?!=]+)(?::{0,3})=(.*)$/s.exec(args[at] ?? '');
    if (match?.[1] === name) return { at, value: match[2] ?? '' };
  }
  return undefined;
}
