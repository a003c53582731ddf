// Knows: answers by memory: what a launcher was told when it last said exactly this, and every file and place that must not have moved
// since. Refuses to know: what command lines mean; they are the same or they are not.
//
// Nothing is read, hashed or parsed here, and no process is started: names are stat'ed in one call, and where a folder's state proves that
// nothing came to stand in it, the names under it are not looked at.
import { absoluteName, type CacheKey, type Digest, isYoungAt } from '../base/index.js';
import { type PathTable, realName } from '../host/index.js';
import type { Storage } from '../storage/index.js';
import { answerOfLocated, type Answer, toldOf } from './answers.js';
import { environmentKey } from './compilers-environment.js';
import type { Near } from './near.js';
import type { Sight } from './near-sight.js';
import type { CompilerEvidence } from './ports.js';
import { type Claimed, type Claims, createClaims, type NamedState } from './recall-claims.js';
import { fingerprintOf, type RecallRequest } from './recall-fingerprint.js';
import type { CompileReport } from './report.js';
import type { AskedAny } from './work.js';

export interface Remembered {
  readonly near: Near;
  readonly entry: CacheKey;
  readonly sight: Sight;
  readonly storage: Storage;
}

export interface Recalled {
  readonly answer: Answer;
  readonly report: CompileReport;
  /** Of the request; with it the same request can be answered again without being read. */
  readonly fingerprint: Digest;
}

export interface Recall {
  /** Notes an answer, once everything that it rests on is old enough to be known by its state. Never throws for the storage's sake. */
  remember(asked: AskedAny, what: Remembered): Promise<void>;
  /** Undefined: go the long way. The answer is to be landed by the launcher. */
  find(request: RecallRequest): Recalled | undefined;
  /** The same for a request that is known to be the very same as one that was found before, its whole environment included. */
  findAgain(fingerprint: Digest): Recalled | undefined;
  /** Settings changed. */
  clear(): void;
}

interface Kept {
  /** Of the whole environment, where any variable of it may count. */
  readonly environment: CacheKey | undefined;
  readonly claims: Claims;
  readonly links: readonly { readonly path: string; readonly target: string }[];
  readonly answer: Answer;
  readonly report: CompileReport;
  readonly entry: CacheKey;
  readonly storage: Storage;
}

/** Reading a command line takes no longer. */
const readBeforeMs = 1_000;

/** Requests that are remembered; the ones unused for longest are forgotten. Some kilobytes each, most of it shared. */
const mostKept = 20_000;

/** Response files and what arguments name, in the states in which they were read; undefined when one is too young for that. */
function otherFiles(asked: AskedAny, near: Near, table: PathTable): readonly NamedState[] | undefined {
  const files: NamedState[] = [];
  for (const [at, path] of near.named.paths.entries()) {
    const state = near.named.states[at];
    if (near.named.digests[at] === undefined) continue;
    if (state === undefined) return undefined;
    files.push({ path, state });
  }
  for (const path of asked.responseFiles) {
    const slot = table.add(path);
    const seen = table.look(slot);
    table.drop(slot);
    if (seen === undefined) return undefined;
    // It was read when the request came, which was before the compile was understood.
    if (isYoungAt(seen, asked.startedMs - readBeforeMs)) return undefined;
    files.push({ path, state: seen });
  }
  return files;
}

/** Names whose links must lead where they led. */
function linksOf({ request, compilation }: AskedAny, { real }: CompilerEvidence, { tools }: Near, { remembered }: Sight): Kept['links'] {
  const seen = remembered.links.map(({ name, target }) => ({ path: absoluteName(compilation.cwd, name), target }));
  return [{ path: request.compiler, target: real }, ...(tools?.links ?? []), ...seen];
}

/** What the answer rests on, but for what was named in the request and for what is landed. */
function groundsOf({ compilation }: AskedAny, { near, sight, evidence }: Pick<Remembered, 'near' | 'sight'> & { readonly evidence: CompilerEvidence }): Claimed {
  const { files, remembered } = sight;
  const path = (name: string): string => absoluteName(compilation.cwd, name);
  return {
    files: [...evidence.files, ...(near.tools?.files ?? []), ...files],
    present: remembered.present.map(path),
    absent: [...evidence.absent, ...(near.tools?.absent ?? []), ...remembered.absent.map(path)],
    folders: near.folders.map(path),
    nothing: [...near.named.paths.filter((_, at) => near.named.digests[at] === undefined), ...remembered.nothing.map(path)],
  };
}

export function createRecall(table: PathTable, nowMs: () => number): Recall {
  const kept = new Map<Digest, Kept>();
  const claims = createClaims(table, nowMs);

  function forget(fingerprint: Digest): void {
    const old = kept.get(fingerprint);
    if (kept.delete(fingerprint) && old !== undefined) claims.release(old.claims);
  }

  function findAgain(fingerprint: Digest): Recalled | undefined {
    const found = kept.get(fingerprint);
    if (found === undefined) return undefined;
    const from = performance.now();
    if (!found.links.every(({ path, target }) => realName(path) === target) || !claims.hold(found.claims)) {
      forget(fingerprint);
      return undefined;
    }
    kept.delete(fingerprint);
    kept.set(fingerprint, found);
    found.storage.used?.(found.entry);
    return { answer: found.answer, report: { ...found.report, lookupMs: performance.now() - from }, fingerprint };
  }

  return {
    async remember(asked, { near, entry, sight, storage }) {
      const { request, front } = asked;
      const { evidence } = asked.compiler;
      // Whoever asks not to be answered from the cache asks so again next time.
      if (evidence === undefined || asked.controls.recache) return;
      // Whoever cannot be located now is landed by us, which memory does not do.
      const located = await storage.locate?.(entry).catch(() => undefined);
      const answer = located === undefined ? undefined : answerOfLocated(asked, located);
      const others = otherFiles(asked, near, table);
      if (located === undefined || answer === undefined || others === undefined) return;
      const grounds = groundsOf(asked, { near, sight, evidence });
      const made = claims.make({ ...grounds, files: [...grounds.files, ...others, { path: located.path, state: located.state }] }, sight.view);
      if (made === undefined) return;
      const fingerprint = fingerprintOf({ ...request, umask: front.umask, colour: front.colour });
      forget(fingerprint);
      const environment = evidence.script ? environmentKey(request, true) : undefined;
      const links = linksOf(asked, evidence, near, sight);
      kept.set(fingerprint, { environment, claims: made, links, answer, report: { ...toldOf(asked), outcome: 'hit', hitBy: 'memory', key: entry }, entry, storage });
      const oldest = kept.keys().next();
      if (kept.size > mostKept && oldest.done !== true) forget(oldest.value);
    },
    find(request) {
      const fingerprint = fingerprintOf(request);
      const environment = kept.get(fingerprint)?.environment;
      // Another environment makes another compiler of a script, but says nothing against what was remembered.
      return environment === undefined || environment === environmentKey(request, true) ? findAgain(fingerprint) : undefined;
    },
    findAgain,
    clear() {
      for (const fingerprint of [...kept.keys()]) forget(fingerprint);
    },
  };
}
