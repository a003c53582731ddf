// Knows: looking at the scheduler, our token, the toolchain and one compile on a build server. Refuses to know: what is made of what was seen.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as nap } from 'node:timers/promises';
import { type ClientSettings, type DistSettings, whyNoLogin } from '@sccache-ts/client';
import { isFault } from '@sccache-ts/core/base';
import { createDistClient, type DistClient } from '@sccache-ts/core/engine';
import { createHttpClient, discard, isThere, realPathOf, sizeOfFile } from '@sccache-ts/core/host';
import { archiveIdFromHash } from '@sccache-ts/core/wire';
import type { CommandContext } from './context.js';
import { packCompiler } from './dist.js';
import { type Finding, fromThrown, note, ok, remoteFinding, schedulerFinding, skipped, type TrialFacts, wrong } from './doctor-findings.js';
import { makeBare, makeSample, tryCompile } from './doctor-trial.js';
import { sizeText } from './size-text.js';

export interface FleetVisit {
  readonly context: CommandContext;
  readonly settings: ClientSettings;
  /** Absolute; undefined: there is none. */
  readonly compiler: string | undefined;
  /** False: there is no daemon that could compile anything. */
  readonly daemon: boolean;
  /** Ours, and removed afterwards. */
  readonly folder: string;
}

/** A toolchain may have to be packed and sent first; whoever asks for a check-up waits so long for it. */
const patienceMs = 90_000;
const againMs = 2_000;

/** A reason that may be gone in a moment. */
const passes = /still being (?:packed|uploaded)|failed a moment ago/;

/** Each time another file, since the cache knows the last one. */
async function tryAway({ context, folder }: FleetVisit, compiler: string): Promise<TrialFacts> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const sample = await makeSample(folder, compiler);
    const trial = await tryCompile(context, sample, await makeBare(context, sample));
    if (trial.difference !== undefined || !passes.test(trial.reason ?? '') || performance.now() > until) return trial;
    await nap(againMs);
  }
}

/** Asks for a build server as a compile would, but for a toolchain that does not exist; what is reserved is given up by the scheduler itself. */
async function tokenFinding(client: DistClient): Promise<Finding> {
  try {
    await client.allocJob(archiveIdFromHash(randomBytes(32)));
    return ok('token')('the scheduler takes it');
  } catch (thrown) {
    if (!isFault(thrown, 'AUTH_REFUSED')) return fromThrown('token', thrown);
    return wrong('token')(`the scheduler refuses it: ${thrown.message}`, 'dist.auth in the settings must hold what the scheduler\'s client_auth holds');
  }
}

async function toolchainFinding({ context, folder }: FleetVisit, compiler: string, { toolchains }: DistSettings): Promise<Finding> {
  const rule = toolchains.find((it) => it.compiler === compiler || realPathOf(it.compiler) === realPathOf(compiler));
  if (rule?.kind === 'no_dist') return note('toolchain')(`${compiler} is kept here by the settings: no_dist`);
  if (rule !== undefined) {
    if (isThere(rule.archive)) return ok('toolchain')(`${compiler} is in ${rule.archive}, as the settings say`);
    return wrong('toolchain')(`${rule.archive}, which the settings name for ${compiler}, is not there`, 'put it there, or change [[dist.toolchains]]');
  }
  const out = join(folder, 'toolchain.tar.gz');
  try {
    await packCompiler(context, { compiler, out });
    return ok('toolchain')(`${compiler} can be packed: ${sizeText(sizeOfFile(out))}`);
  } catch (thrown) {
    return fromThrown('toolchain', thrown);
  } finally {
    await discard(out);
  }
}

async function* compiled(visit: FleetVisit, dist: DistSettings, client: DistClient): AsyncGenerator<Finding> {
  const { compiler, daemon } = visit;
  if (!daemon || compiler === undefined) {
    yield await tokenFinding(client);
    yield skipped('remote')(daemon ? 'there is no compiler to try' : 'there is no daemon that would send a compile');
    return;
  }
  const trial = await tryAway(visit, compiler);
  if (trial.place?.startsWith('away ') === true) {
    // It could not have got there otherwise.
    yield ok('token')('the scheduler takes it');
    yield ok('toolchain')(`the build server has that of ${compiler}`);
    yield remoteFinding(trial);
    return;
  }
  const token = await tokenFinding(client);
  yield token;
  if (token.mark === 'wrong') {
    yield skipped('remote')('nothing can be sent without a token that is taken');
    return;
  }
  yield await toolchainFinding(visit, compiler, dist);
  yield trial.reason === 'no_dist' ? note('remote')(`${compiler} is not sent to build servers: no_dist`) : remoteFinding(trial);
}

/** Scheduler, token, toolchain and one compile on a build server, each as it is known. Never throws. */
export async function* examineFleet(visit: FleetVisit): AsyncGenerator<Finding> {
  const { dist } = visit.settings;
  if (dist === undefined) {
    yield note('scheduler')('none is set, so everything is compiled here', '[dist] scheduler_url in the settings names one');
    return;
  }
  const { auth, schedulerUrl, schedulerPin } = dist;
  const http = createHttpClient();
  try {
    const useless = auth.kind === 'login' ? whyNoLogin(auth, Date.now()) : undefined;
    const client = createDistClient({ http, schedulerUrl, schedulerPin, token: auth.kind === 'token' ? auth.token : (auth.kept?.token ?? '') });
    const status = await client.status();
    yield schedulerFinding(schedulerUrl, status);
    if (useless !== undefined) {
      yield wrong('token')(useless.replace(/: run `.*$/, ''), 'run sccache-ts --dist-auth');
    } else if (status.numServers === 0) {
      yield await tokenFinding(client);
      yield skipped('remote')('there is no build server');
    } else {
      yield* compiled(visit, dist, client);
    }
  } catch (thrown) {
    yield fromThrown('scheduler', thrown, `see that it runs, and that scheduler_url in the settings is its address: ${schedulerUrl}`);
    yield skipped('remote')('there is no scheduler that answers');
  } finally {
    await http.close();
  }
}
