// Knows: how the words of make's command line, and of MAKEFLAGS, spell what others want to know of it. Refuses to know: what they do about it.

/**
 * Targets that do more than build: what stands in their recipes was often written for one command at a time, and nobody who has not said -j means more.
 * Source: "Standard Targets for Users" in the GNU Coding Standards.
 */
const beyondBuilding = /^(?:.*[-_])?(?:un)?install(?:[-_/].*)?$|^(?:.*[-_])?(?:check|installcheck|test|tests|dist|distcheck)$|^(?:most|dist|maintainer-|mr|real)?(?:clean|proper)$|^(?:.*[-_])?clean$/;

/** Whether a build without -j has one command at a time for good reasons. @param targets what is to be made; words that are no targets do no harm */
export const wantsOneAtATime = (targets: readonly string[]): boolean => targets.some((target) => beyondBuilding.test(target));

/** What make has been told. */
export interface MakeFlags {
  /** True when -j, --jobs or a parent's jobserver decides how many commands run at once. */
  readonly jobs: boolean;
  /** True when a make above hands out jobs to all below it. */
  readonly jobserver: boolean;
  /** True for -e: the environment wins over makefiles. */
  readonly environmentWins: boolean;
  /** True when make prints and runs no compiler: -n, -q, -t, --version, --help. */
  readonly onlyTells: boolean;
  /** Words that are neither options nor variables. */
  readonly targets: readonly string[];
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

/** @param words what stands after `make` */
export function readMakeWords(words: readonly string[]): MakeFlags {
  let jobs = false;
  let jobserver = false;
  let environmentWins = false;
  let onlyTells = false;
  let skip = false;
  const targets: string[] = [];
  for (const [at, word] of words.entries()) {
    if (skip) {
      skip = false;
      continue;
    }
    if (word === '--') {
      targets.push(...words.slice(at + 1));
      break;
    }
    jobserver ||= /^--jobserver-(?:auth|fds)=/.test(word);
    if (longJobs.test(word)) jobs = true;
    else if (word === '--environment-overrides') environmentWins = true;
    else if (longTellers.has(word)) onlyTells = true;
    else if (/^-[^-]/.test(word)) {
      const { letters, takesNext } = lettersOf(word.slice(1));
      jobs ||= letters.includes('j');
      environmentWins ||= letters.includes('e');
      onlyTells ||= [...tellers].some((letter) => letters.includes(letter));
      skip = takesNext;
    } else if (!word.startsWith('-')) targets.push(word);
  }
  return { jobs, jobserver, environmentWins, onlyTells, targets: targets.filter((word) => !word.includes('=')) };
}

/** The first word may be letters without a dash. */
function wordsOf(flags: string | undefined): readonly string[] {
  const [first, ...rest] = (flags ?? '').split(/\s+/).filter((word) => word !== '');
  if (first === undefined) return [];
  return [/^[^-=]+$/.test(first) && flags?.startsWith(' ') !== true ? `-${first}` : first, ...rest];
}

/** @param flags the value of MAKEFLAGS, in which `--` begins variables, or of GNUMAKEFLAGS, which is spelled alike; undefined: not set */
export const readMakeFlags = (flags: string | undefined): MakeFlags => readMakeWords(wordsOf(flags));
