// Knows: what each thing that the doctor looked at means, and what to do about it. Pure. Refuses to know: how it was looked at.
import { causeChain, isFault } from '@sccache-ts/core/base';
import { sizeText } from './size-text.js';

/** `note`: nothing is wrong, but there is something to know. `skipped`: could not be looked at, because of something that is wrong. */
export type Mark = 'ok' | 'wrong' | 'note' | 'skipped';

export interface Finding {
  readonly mark: Mark;
  readonly subject: string;
  /** Without a full stop. */
  readonly sentence: string;
  /** What to do. */
  readonly hint?: string;
}

export type Finder = (subject: string) => (sentence: string, hint?: string) => Finding;

const maker = (mark: Mark): Finder => (subject) => (sentence, hint) => ({ mark, subject, sentence, ...(hint === undefined ? {} : { hint }) });
export const ok = maker('ok');
export const wrong = maker('wrong');
export const note = maker('note');
export const skipped = maker('skipped');

/** One line, whatever the texts in it hold. */
export const lineOf = ({ mark, subject, sentence, hint }: Finding): string =>
  `${mark.padEnd(8)} ${subject.padEnd(10)} ${sentence}${hint === undefined ? '' : `; ${hint}`}`.replaceAll(/\s*\n\s*/g, ' ') + '\n';

/** What was thrown, as a finding: its own words, and its own hint where it has one. */
export function fromThrown(subject: string, thrown: unknown, hint?: string): Finding {
  return wrong(subject)(causeChain(thrown).join(': '), (isFault(thrown) ? thrown.hint : undefined) ?? hint);
}

export interface CompilerFacts {
  readonly name: string;
  /** What runs in the end; undefined: there is none. */
  readonly found: string | undefined;
  /** Programs of this name that stand before it in PATH and are stand-ins: where they are and what they lead to. */
  readonly before: readonly { readonly path: string; readonly leadsTo: string; readonly ours: boolean }[];
  /** How it ended when asked for its version, if not well. */
  readonly refusal?: string | undefined;
}

/** Undefined: there is no such compiler, and nothing to say of it. */
export function compilerFinding({ name, found, before, refusal }: CompilerFacts): Finding | undefined {
  const [first] = before;
  if (found === undefined) {
    if (first === undefined) return undefined;
    return wrong('compiler')(`${name} in PATH is ${first.path}, which leads to ${first.leadsTo}, and no compiler of that name comes after it`, `install ${name}, or remove the link`);
  }
  if (refusal !== undefined) return wrong('compiler')(`${name} is ${found}, and ${found} --version ends with ${refusal}`, `mend ${name} first, or take it out of PATH`);
  const other = before.find(({ ours }) => !ours);
  if (other !== undefined) {
    return note('compiler')(`${name} is ${found}, but ${other.path}, which leads to ${other.leadsTo}, comes first in PATH`, 'two caches in a row cost time and gain nothing');
  }
  return ok('compiler')(`${name} is ${found}${first === undefined ? '' : `; ${first.path} before it in PATH is our own stand-in`}`);
}

/** @param startMs the quickest of some starts */
export function launcherFinding({ launcher, native, startMs }: { readonly launcher: string; readonly native: boolean; readonly startMs: number }): Finding {
  const time = `${startMs.toFixed(startMs < 10 ? 1 : 0)} ms`;
  if (native) return ok('launcher')(`${launcher} starts in ${time}`);
  return note('launcher')(`${launcher} is the launcher in JavaScript and starts in ${time}`, 'each compile waits so long; install the native one for this machine, or build it: npm run build');
}

export interface CacheFacts {
  readonly dir: string;
  readonly readOnly: boolean;
  readonly maxBytes: number;
  /** Undefined: the daemon has not looked, or there is none. */
  readonly usedBytes: number | undefined;
  /** On that disk; undefined: not known. */
  readonly freeBytes: number | undefined;
  /** Why no file can be made there; undefined: one was. */
  readonly refusal: string | undefined;
}

const littleRoom = 256 * 1024 ** 2;

export function cacheFinding({ dir, readOnly, maxBytes, usedBytes, freeBytes, refusal }: CacheFacts): Finding {
  if (readOnly) return note('cache')(`${dir} is only read, as the settings want it; nothing new is stored`);
  if (refusal !== undefined) return wrong('cache')(`${dir} cannot be written to: ${refusal}`, 'make it a folder of this user\'s, or name another in SCCACHE_DIR');
  if (maxBytes === 0) return wrong('cache')(`${dir} may hold 0 bytes, so nothing stays in it`, 'raise SCCACHE_CACHE_SIZE, or cache.disk.size in the settings');
  const used = usedBytes === undefined ? '' : `${sizeText(usedBytes)} of `;
  const facts = `${dir} holds ${used}${usedBytes === undefined ? 'up to ' : ''}${sizeText(maxBytes)}`;
  if (freeBytes === undefined) return ok('cache')(facts);
  const wanted = maxBytes - (usedBytes ?? 0);
  if (freeBytes < Math.min(littleRoom, wanted)) return wrong('cache')(`${facts}, and its disk has ${sizeText(freeBytes)} left`, 'make room, or set a smaller SCCACHE_CACHE_SIZE');
  const tight = freeBytes < wanted ? ', less than the cache may still grow' : '';
  return (tight === '' ? ok : note)('cache')(`${facts}; its disk has ${sizeText(freeBytes)} left${tight}`);
}

/** What one compile of a file nobody has seen came to. */
export interface TrialFacts {
  readonly compiler: string;
  /** Why it is not as the compiler alone made it; undefined: it is. */
  readonly difference: string | undefined;
  /** As recorded: `cache`, `home`, `away SERVER`, `compiler`; undefined: nothing is recorded. */
  readonly place: string | undefined;
  /** Why it was not cached, or not away. */
  readonly reason: string | undefined;
  readonly ms: number;
}

/** @param second the same compile once more */
export function hitFinding(first: TrialFacts, second: TrialFacts): Finding {
  const subject = 'compile';
  const difference = first.difference ?? second.difference;
  if (difference !== undefined) return wrong(subject)(`a small file compiled by ${first.compiler} through the launcher: ${difference}`, 'this must not happen: please report it with the log of the daemon');
  if (second.place === undefined) return note(subject)(`a small file compiled by ${first.compiler} is right; whether it came from the cache is not told, since nothing is recorded`);
  if (second.place === 'cache') return ok(subject)(`a small file compiled by ${first.compiler} came from the cache the second time, in ${second.ms.toFixed(0)} ms (${first.ms.toFixed(0)} ms the first time)`);
  const why = second.reason === undefined ? '' : `: ${second.reason}`;
  return wrong(subject)(`a small file compiled by ${first.compiler} did not come from the cache the second time (${second.place})${why}`, 'sccache-ts --why-last tells more, and so does the log of the daemon: SCCACHE_LOG=debug');
}

export function schedulerFinding(url: string, status: { readonly numServers: number; readonly numCpus: number; readonly inProgress: number }): Finding {
  const { numServers, numCpus, inProgress } = status;
  if (numServers === 0) return wrong('scheduler')(`${url} answers, but has no build server`, 'start one with sccache-ts-dist server, or look at why those that run cannot reach it');
  return ok('scheduler')(`${url} has ${numServers} build server${numServers === 1 ? '' : 's'} with ${numCpus} cores, ${inProgress} compiles in progress`);
}

/** What to do about a compile that stayed here, by the words of the reason. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [/no_dist/, 'the settings say so: [[dist.toolchains]] type = "no_dist"'],
  [/no scheduler/, 'the daemon leaves a scheduler that failed alone for a while: try again in a minute, or sccache-ts --stop-server'],
  [/still being (?:packed|uploaded)/, 'try again in a minute'],
  [/toolchain|packed/, 'sccache-ts toolchain test COMPILER tells more'],
];

export function remoteFinding(trial: TrialFacts): Finding {
  const { compiler, place, reason, difference, ms } = trial;
  if (difference !== undefined) return wrong('remote')(`a small file compiled by ${compiler}${place === undefined ? '' : ` (${place})`}: ${difference}`, 'this must not happen: please report it with the log of the daemon');
  if (place === undefined) return note('remote')('nothing is recorded, so it is not told where a compile ran');
  const server = /^away (.+)$/.exec(place)?.[1];
  if (server !== undefined) return ok('remote')(`${server} compiled a small file as ${compiler} does here, byte for byte, in ${ms.toFixed(0)} ms`);
  const why = reason ?? 'no reason is recorded';
  const remedy = remedies.find(([words]) => words.test(why))?.[1] ?? 'the log of the daemon tells more: SCCACHE_LOG=debug';
  return wrong('remote')(`a small file was compiled here, not on a build server (${place}): ${why}`, remedy);
}
