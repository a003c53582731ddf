// Knows: one job on a build server: inputs in, command run, outputs out. Refuses to know: who asks, by which token, and the
// scheduler; and how a sandbox is made.
import type { Readable } from 'node:stream';
import { Fault, isFault } from '../base/index.js';
import {
  collectOutputs, type JobFolder, type JobFolders, makeJobDirectories, overLimit, type Sandbox, type SandboxEnd, type SandboxLimits, unpackInputs, type UnpackLimits,
} from '../host/index.js';
import type { RunJobHeader, RunJobReply } from '../wire/index.js';
import { noRoom, starvedSign } from './perform-starved.js';

export interface PerformLimits extends SandboxLimits {
  readonly inputs: UnpackLimits;
  /** Of all outputs together, not compressed. */
  readonly outputBytes: number;
  readonly outputs: number;
}

/** Longer than clients wait, larger than compilers write: what is beyond is an accident or an attack. */
export const performLimits: PerformLimits = {
  inputs: { maxBytes: 4 * 1024 ** 3, maxEntries: 200_000 },
  timeMs: 20 * 60_000,
  streamBytes: 64 * 1024 ** 2,
  cpuSeconds: 80 * 60,
  memoryBytes: 16 * 1024 ** 3,
  processes: 1000,
  diskBytes: 8 * 1024 ** 3,
  files: 300_000,
  outputBytes: 1024 ** 3,
  outputs: 1000,
};

/**
 * How a failed command's exit code travels. `plain`: our clients, sccache's on Windows, and from 0.19 on everywhere.
 * `wait-status`: sccache's Unix clients up to 0.18 take the number for the raw status of wait(2). `home`: to a client that
 * cannot be told apart neither is safe (1 becomes "killed by signal 1" there, 256 success here), so it is made to repeat the
 * compile at home, where code and diagnostics are exact.
 */
export type ExitCodes = 'plain' | 'wait-status' | 'home';

export interface PerformJob {
  readonly header: RunJobHeader;
  /** The zlib stream of the inputs' tar. Read as far as needed, never destroyed. */
  readonly inputs: Readable;
  /** The unpacked toolchain's folder. */
  readonly toolchain: string;
  /** Whence the job's folder is taken. */
  readonly folders: Pick<JobFolders, 'take'>;
  readonly exitCodes: ExitCodes;
  readonly limits: PerformLimits;
  readonly signal: AbortSignal;
  /** Takes the removal of a failed job's folder off the caller's hands, so that the client hears of the fault at once; else it is awaited. */
  readonly later?: (removal: Promise<void>) => void;
}

/** Where the time went, in milliseconds. */
export interface PerformSteps {
  readonly unpack: number;
  /** Mount, sandbox and command. */
  readonly run: number;
  readonly collect: number;
  readonly compress: number;
}

export interface Performed {
  readonly reply: RunJobReply;
  readonly steps: PerformSteps;
  /** The folder is empty of processes; removing it may take its time. */
  readonly folder: JobFolder;
}

/**
 * The number for the wire. In a wait status the core dump flag goes along: it does not change what old clients understand,
 * and it keeps new ones, which look at the lowest byte, from taking the failure for a success.
 * @throws Fault RESULT_DOUBTFUL
 */
export function codeOnWire(code: number, exitCodes: ExitCodes): number {
  if (code === 0 || exitCodes === 'plain') return code;
  if (exitCodes === 'wait-status') return (code << 8) | 0x80;
  throw new Fault('RESULT_DOUBTFUL', `the command exited with ${code}: to be repeated at home, where code and diagnostics are exact`);
}

/** Which limit a job has come to whose folder is a disk: what it left there may be cut short, and what it said may be wrong. */
function overRoom({ disk }: JobFolder, limits: SandboxLimits): Fault | undefined {
  const full = disk?.look().full;
  return full === undefined ? undefined : overLimit(full, limits);
}

/** Compilers that find no room take away what they have begun, so that there is room again. */
function checkStarved(end: SandboxEnd, { disk }: JobFolder, limits: SandboxLimits): void {
  const sign = end.code === 0 ? undefined : starvedSign(end.stderr);
  if (sign === noRoom && disk !== undefined) throw overLimit('diskBytes', limits);
  if (sign !== undefined) throw new Fault('SANDBOX_FAILED', `the compiler ran out of something on this machine: ${JSON.stringify(sign)}`);
}

async function inFolder(sandbox: Sandbox, job: PerformJob, folder: JobFolder): Promise<Performed> {
  const { header, limits, signal } = job;
  let at = performance.now();
  const lap = (): number => -at + (at = performance.now());
  await unpackInputs(job.inputs, folder.root, { upper: folder.upper, limits: limits.inputs, signal });
  makeJobDirectories(folder.root, header);
  const unpack = lap();
  const end = await sandbox.run({ folder: folder.path, disk: folder.disk, lower: job.toolchain, command: header.command, limits, signal });
  const over = overRoom(folder, limits);
  if (over !== undefined) throw over;
  checkStarved(end, folder, limits);
  const code = codeOnWire(end.code, job.exitCodes);
  const run = lap();
  const { outputs, readMs, compressMs } = await collectOutputs(folder.root, header, limits.outputBytes);
  const output = { code, stdout: end.stdout, stderr: end.stderr };
  return { reply: { kind: 'Complete', output, outputs }, steps: { unpack, run, collect: readMs, compress: compressMs }, folder };
}

/**
 * A command that exits non-zero is a reply, if the client can be told. Its folder is left for the caller to remove; after a fault it is gone, or going.
 * @throws Fault ARCHIVE_MALFORMED, ARCHIVE_HOSTILE, WIRE_MALFORMED, STORAGE_FAILED, SANDBOX_FAILED, JOB_OVER_…,
 * OUTPUT_UNREADABLE, RESULT_DOUBTFUL, CANCELLED: after all of them the client compiles at home
 */
export async function perform(sandbox: Sandbox, job: PerformJob): Promise<Performed> {
  const { outputs } = job.header;
  if (outputs.length > job.limits.outputs) throw new Fault('WIRE_MALFORMED', `run_job asks for ${outputs.length} outputs; at most ${job.limits.outputs} are returned`);
  const folder = await job.folders.take(job.toolchain);
  try {
    return await inFolder(sandbox, job, folder);
  } catch (thrown) {
    const over = isFault(thrown, 'CANCELLED') ? undefined : overRoom(folder, job.limits);
    const removal = folder.remove();
    if (job.later === undefined) await removal;
    else job.later(removal);
    throw over ?? thrown;
  }
}
