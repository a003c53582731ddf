// Knows: how the files that a job has made are read and compressed, within bounds.
// Refuses to know: why they were wanted.
import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { createDeflate, deflate } from 'node:zlib';
import { Fault } from '../base/index.js';
import type { OutputData, RunJobHeader } from '../wire/index.js';
import type { RootView } from './root-view-disk.js';
import { outputPath } from './sandbox-folder.js';

export interface CollectedOutputs {
  readonly outputs: readonly (readonly [path: string, data: OutputData])[];
  readonly readMs: number;
  readonly compressMs: number;
}

/** As the reference does: on a fast network, time counts more than bytes. */
const level = { level: 1 } as const;
/** Up to this size a file is read whole, and compressed in one go. */
const smallFile = 4 * 1024 * 1024;
const deflated = promisify(deflate) as (bytes: Uint8Array, options: typeof level) => Promise<Buffer>;

async function compressStream(file: FileHandle, maxBytes: number, path: string): Promise<OutputData> {
  const compressor = createDeflate(level);
  let length = 0;
  const source = file.createReadStream({ autoClose: false, highWaterMark: 256 * 1024, start: 0 });
  source.on('data', (chunk) => {
    length += chunk.length;
    if (length > maxBytes) source.destroy(tooLarge(path, maxBytes));
  });
  source.on('error', (cause) => compressor.destroy(cause));
  const chunks: Buffer[] = [];
  for await (const chunk of source.pipe(compressor) as AsyncIterable<Buffer>) chunks.push(chunk);
  return { compressed: Buffer.concat(chunks), uncompressedLength: length };
}

const tooLarge = (path: string, maxBytes: number): Fault =>
  new Fault('JOB_OVER_OUTPUT', `output ${JSON.stringify(path)} brings the outputs above the ${maxBytes} bytes that are returned (job_output on the build server)`);

/**
 * Reads the requested outputs in order; those that are not there are left out.
 * @param maxBytes of all outputs together, not compressed
 * @throws Fault OUTPUT_UNREADABLE when one is no regular file, JOB_OVER_OUTPUT
 */
export async function collectOutputs(root: RootView, header: RunJobHeader, maxBytes: number): Promise<CollectedOutputs> {
  const outputs: [string, OutputData][] = [];
  let left = maxBytes;
  let [readMs, compressMs] = [0, 0];
  for (const path of header.outputs) {
    let at = performance.now();
    const lap = (): number => -at + (at = performance.now());
    const file = await root.openFile(outputPath(header, path));
    if (file === undefined) continue;
    try {
      const { size } = await file.stat();
      if (size > left) throw tooLarge(path, maxBytes);
      const bytes = size <= smallFile ? await file.readFile() : undefined;
      readMs += lap();
      const data = bytes === undefined ? await compressStream(file, left, path) : { compressed: await deflated(bytes, level), uncompressedLength: bytes.byteLength };
      compressMs += lap();
      left -= data.uncompressedLength;
      outputs.push([path, data]);
    } finally {
      await file.close();
    }
  }
  return { outputs, readMs, compressMs };
}
