// Knows: when what a build server sent may stand for a compile at home. Refuses to know: how it came here.
import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import { Fault } from '../base/index.js';
import type { InputSet } from './input-set.js';
import type { AwayJob, AwayOutput } from './ports.js';
import type { OutputData, RunJobReply } from '../wire/index.js';
import { parseDependencies } from './dependency-file.js';

const inflated = promisify(inflate);
/** Far above any object file; an announced length beyond it is not believed. */
const largestOutput = 1024 * 1024 * 1024;

export type Verified =
  | { readonly kind: 'good'; readonly outputs: readonly AwayOutput[] }
  /** The compile is to be repeated here, where its diagnostics belong. */
  | { readonly kind: 'repeat'; readonly reason: string };

export interface Expected {
  readonly job: AwayJob;
  readonly set: InputSet;
  /** Where the build server was asked to write its dependency file. */
  readonly dependencyPath: string;
}

const doubtful = (why: string, cause?: unknown): Fault => new Fault('RESULT_DOUBTFUL', `the build server's reply: ${why}`, { cause });

async function contentOf(name: string, data: OutputData): Promise<Uint8Array> {
  const { compressed, uncompressedLength } = data;
  if (uncompressedLength > largestOutput) throw doubtful(`${name} has ${uncompressedLength} bytes`);
  const bytes = await inflated(compressed, { maxOutputLength: Math.max(1, uncompressedLength) }).catch((cause: unknown) => {
    throw doubtful(`${name} is not the zlib stream of ${uncompressedLength} bytes that was announced`, cause);
  });
  if (bytes.byteLength !== uncompressedLength) throw doubtful(`${name} has ${bytes.byteLength} bytes, not ${uncompressedLength}`);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Lists that belong to clang itself and lie in its archive; it names them as dependencies, though no preprocessor enters them. */
const clangOwn = /\/clang\/[^/]+\/share\/[^/]+$/;

/** The name of a file that only one side has read; undefined when both have read the same ones. */
function difference({ job, set }: Expected, dependencies: readonly string[]): string | undefined {
  const { compilation } = job;
  const mine = new Set([compilation.input, ...job.files].map(set.remote));
  // Clang lists them, gcc does not.
  const mayBeRead = new Set([...compilation.extraInputs.map(set.remote), ...set.asked]);
  const theirs = new Set(dependencies.map(set.remote));
  for (const path of theirs) if (!mine.has(path) && !mayBeRead.has(path) && !clangOwn.test(path)) return path;
  for (const path of mine) if (!theirs.has(path)) return path;
  return undefined;
}

/** @throws Fault RESULT_DOUBTFUL when the reply contradicts itself or lacks what a successful compile leaves; JOB_UNKNOWN */
export async function verify(reply: RunJobReply, expected: Expected): Promise<Verified> {
  if (reply.kind === 'JobNotFound') throw new Fault('JOB_UNKNOWN', 'the build server does not know the job (any more)');
  const { job, set, dependencyPath } = expected;
  const { code, stdout, stderr } = reply.output;
  if (code !== 0) return { kind: 'repeat', reason: `the compiler exited with ${code}` };
  if (stdout.byteLength + stderr.byteLength > 0) return { kind: 'repeat', reason: 'the compiler wrote diagnostics' };

  const asked = new Set([dependencyPath, ...set.outputs.map((output) => output.remote)]);
  const sent = new Map<string, OutputData>();
  for (const [path, data] of reply.outputs) {
    if (!asked.has(path) || sent.has(path)) throw doubtful(`an output that was not asked for, or twice: ${JSON.stringify(path.slice(0, 200))}`);
    sent.set(path, data);
  }
  const dependencies = sent.get(dependencyPath);
  if (dependencies !== undefined) {
    const names = parseDependencies(Buffer.from(await contentOf(dependencyPath, dependencies)).toString());
    if (names === undefined) throw doubtful('its dependency file has no rule');
    const different = difference(expected, names);
    if (different !== undefined) return { kind: 'repeat', reason: `only one side has read ${different}` };
  } else if (job.compilation.needsPreprocessing) {
    throw doubtful('it lacks the list of files that were read');
  }

  const outputs: AwayOutput[] = [];
  for (const { local, remote, optional } of set.outputs) {
    const data = sent.get(remote);
    if (data !== undefined) outputs.push({ path: local, bytes: await contentOf(remote, data) });
    else if (!optional) throw doubtful(`it lacks ${remote}`);
  }
  return { kind: 'good', outputs };
}
