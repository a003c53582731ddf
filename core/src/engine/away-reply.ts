// Knows: what is in a build server's reply: how the command ended, and the outputs, checked against what was asked for.
// Refuses to know: what the command was.
import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import { Fault } from '../base/index.js';
import type { OutputData, RunJobReply } from '../wire/index.js';
import type { SetOutput } from './gathering.js';
import type { AwayOutput } from './ports.js';

const inflated = promisify(inflate);
/** Far above any object file; an announced length beyond it is not believed. */
const largestOutput = 1024 * 1024 * 1024;

export const doubtful = (why: string, cause?: unknown): Fault => new Fault('RESULT_DOUBTFUL', `the build server's reply: ${why}`, { cause });

/** @throws Fault RESULT_DOUBTFUL */
export async function contentOf(name: string, data: OutputData): Promise<Uint8Array> {
  const { compressed, uncompressedLength } = data;
  if (uncompressedLength > largestOutput) throw doubtful(`${name} has ${uncompressedLength} bytes`);
  const bytes = await inflated(compressed, { maxOutputLength: Math.max(1, uncompressedLength) }).catch((cause: unknown) => {
    throw doubtful(`${name} is not the zlib stream of ${uncompressedLength} bytes that was announced`, cause);
  });
  if (bytes.byteLength !== uncompressedLength) throw doubtful(`${name} has ${bytes.byteLength} bytes, not ${uncompressedLength}`);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** @throws Fault JOB_UNKNOWN */
export function completed(reply: RunJobReply): Extract<RunJobReply, { kind: 'Complete' }> {
  if (reply.kind === 'JobNotFound') throw new Fault('JOB_UNKNOWN', 'the build server does not know the job (any more)');
  return reply;
}

/** The outputs that were sent, by remote path. @throws Fault RESULT_DOUBTFUL when one was not asked for */
export function sentOutputs({ outputs }: Extract<RunJobReply, { kind: 'Complete' }>, asked: ReadonlySet<string>): ReadonlyMap<string, OutputData> {
  const sent = new Map<string, OutputData>();
  for (const [path, data] of outputs) {
    if (!asked.has(path) || sent.has(path)) throw doubtful(`an output that was not asked for, or twice: ${JSON.stringify(path.slice(0, 200))}`);
    sent.set(path, data);
  }
  return sent;
}

/** @throws Fault RESULT_DOUBTFUL when one is missing that a successful compile leaves */
export async function takeOutputs(outputs: readonly SetOutput[], sent: ReadonlyMap<string, OutputData>): Promise<readonly AwayOutput[]> {
  const taken: AwayOutput[] = [];
  for (const { local, remote, optional } of outputs) {
    const data = sent.get(remote);
    if (data !== undefined) taken.push({ path: local, bytes: await contentOf(remote, data) });
    else if (!optional) throw doubtful(`it lacks ${remote}`);
  }
  return taken;
}

/** The name of a file that only one side has read; undefined when both have read the same ones. */
export function readByOne(here: ReadonlySet<string>, there: ReadonlySet<string>, mayBeRead: (path: string) => boolean): string | undefined {
  for (const path of there) if (!here.has(path) && !mayBeRead(path)) return path;
  for (const path of here) if (!there.has(path)) return path;
  return undefined;
}
