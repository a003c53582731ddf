// Knows: the course of one run_job request: place, toolchain, job, and what the scheduler hears of it.
// Refuses to know: how a job is performed (core/engine) and who may ask (admission.ts).
import { causeChain, Fault, isFault } from '@sccache-ts/core/base';
import { type ExitCodes, perform, type PerformJob, type Performed } from '@sccache-ts/core/engine';
import { type Call, okReply, type Reply, type UnpackedToolchain } from '@sccache-ts/core/host';
import { type JobId, type RunJobHeader, runJobReplyCodec } from '@sccache-ts/core/wire';
import type { Builder } from './builder.js';
import { outcomeOf } from './figures.js';
import { endOf } from './job-ends.js';
import { takeHeader } from './run-job-body.js';

/** Clients of ours say who they are by this field: they want plain exit codes, and they read the steps. */
export const oursHeader = 'x-sccache-ts';
export const stepsHeader = 'X-Sccache-Ts-Steps';

/** The wait for the scheduler's word after a job is bounded by this, in milliseconds: the client's result is here already. */
const farewellMs = 200;
/** The wait for the scheduler's word on the start of a job that is finished. */
const patienceMs = 2_000;

/**
 * How this client is told of a failed command. sccache's on Windows map their paths to `/prefix/disk-C/…` and take codes as
 * they are; its Unix clients of all versions send the very same requests.
 */
export function exitCodesFor(setting: 'auto' | ExitCodes, call: Pick<Call, 'headers'>, header: RunJobHeader): ExitCodes {
  if (setting !== 'auto') return setting;
  return call.headers[oursHeader] !== undefined || header.command.cwd.startsWith('/prefix/disk-') ? 'plain' : 'home';
}

const spell = (steps: Readonly<Record<string, number>>): string =>
  Object.entries(steps).map(([name, ms]) => `${name};dur=${ms.toFixed(2)}`).join(', ');

async function performWith(builder: Builder, job: Omit<PerformJob, 'folders' | 'limits'>): Promise<Performed> {
  const later = (removal: Promise<void>): void => builder.inBackground('folder of a failed job', removal);
  return perform(builder.sandbox, { ...job, limits: builder.limits(), later, folders: builder.folders });
}

async function withToolchain(builder: Builder, call: Call, toolchain: UnpackedToolchain): Promise<Performed> {
  const header = await takeHeader(call.body);
  const exitCodes = exitCodesFor(builder.settings.exitCodes, call, header);
  return performWith(builder, { header, inputs: call.body, toolchain: toolchain.path, exitCodes, signal: call.signal });
}

function measure({ figures }: Builder, call: Call, { reply, steps }: Pick<Performed, 'reply'> & { readonly steps: Readonly<Record<string, number>> }): void {
  if (reply.kind !== 'Complete') return;
  figures.jobs.add(reply.output.code === 0 ? 'complete' : 'compiler');
  figures.steps(steps);
  figures.bytes.add({ kind: 'inputs' }, call.received());
  figures.bytes.add({ kind: 'outputs' }, reply.outputs.reduce((sum, [, { compressed }]) => sum + compressed.byteLength, 0));
}

/** @returns whether it is an ordinary end */
function countFailure({ figures, work }: Builder, thrown: unknown): boolean {
  figures.ends.count(isFault(thrown) ? thrown.code : 'IMPOSSIBLE');
  const outcome = outcomeOf(thrown, work.handBack.aborted);
  figures.jobs.add(outcome);
  if (outcome === 'failed') figures.trouble(causeChain(thrown).join(': '));
  return outcome === 'repeat' || outcome === 'cancelled';
}

async function inPlace(builder: Builder, call: Call, id: JobId): Promise<Reply> {
  const { toolchains, jobs } = builder;
  const job = jobs.take(id);
  let at = performance.now();
  const lap = (): number => -at + (at = performance.now());
  try {
    const free = await builder.slots.take(call.signal);
    let toolchain: UnpackedToolchain | undefined;
    try {
      const queue = lap();
      toolchain = job === undefined ? undefined : await toolchains.use(job.archiveId);
      if (toolchain === undefined) {
        builder.figures.jobs.add('unknown');
        builder.figures.ends.count('JOB_UNKNOWN');
        return okReply(runJobReplyCodec, { kind: 'JobNotFound' }, call);
      }
      const unpackToolchain = lap();
      const { reply, steps, folder } = await withToolchain(builder, call, toolchain);
      builder.figures.ends.count(endOf(reply));
      builder.inBackground(`folder of job ${id}`, folder.remove());
      const answer = okReply(runJobReplyCodec, reply, call);
      const all = { queue, toolchain: unpackToolchain, ...steps };
      measure(builder, call, { reply, steps: all });
      return { ...answer, headers: { ...answer.headers, [stepsHeader]: spell(all) } };
    } finally {
      toolchain?.release();
      free();
    }
  } finally {
    job?.release();
  }
}

/** As the promise, but no longer than that. */
const soon = (promise: Promise<void>, ms: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    promise.finally(() => clearTimeout(timer)).then(resolve, reject);
  });

/**
 * The scheduler hears Started while the toolchain and the inputs are made ready already, and Complete in every case; a job
 * that it does not know is not answered, so that the client compiles at home.
 */
export async function runJob(builder: Builder, call: Call, id: JobId): Promise<Reply> {
  const { link, log, work } = builder;
  const stop = new AbortController();
  const started = link.tell(id, 'Started').catch((cause: unknown) => {
    // Its answer decides. Its silence does not: the token of this job was signed by a scheduler of this fleet.
    if (isFault(cause, 'HTTP_TIMEOUT') || isFault(cause, 'HTTP_UNREACHABLE')) return log.warn(`scheduler not told that job ${id} starts: ${causeChain(cause).join(': ')}`);
    const fault = new Fault('JOB_STATE_INVALID', `scheduler not told that job ${id} starts`, { cause });
    stop.abort(fault);
    throw fault;
  });
  // Whoever awaits it later hears of it; until then it is not unheard.
  started.catch(() => undefined);
  try {
    const reply = await inPlace(builder, { ...call, signal: AbortSignal.any([call.signal, stop.signal, work.handBack]) }, id);
    await soon(started, patienceMs);
    return reply;
  } catch (given) {
    const ended = [stop.signal, work.handBack].find((signal) => signal.aborted);
    const thrown: unknown = isFault(given, 'CANCELLED') && ended !== undefined ? ended.reason : given;
    const ordinary = countFailure(builder, thrown);
    log[ordinary ? 'info' : 'warn'](`job ${id}: ${causeChain(thrown).join(': ')}`);
    throw thrown;
  } finally {
    const told = started.then(() => link.complete(id), () => undefined);
    builder.inBackground(`Complete of job ${id}`, told);
    await soon(told, farewellMs);
  }
}
