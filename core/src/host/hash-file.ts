// Knows: the BLAKE3 of a file, computed in a thread of its own so that no listener ever waits for it.
// Refuses to know: what the digest is for (core/wire spells archive ids).
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { Fault } from '../base/index.js';

/**
 * The thread's program. It is text because a thread needs a program by itself, and this one must be found alike from
 * sources, from a build and from a bundle. The native library is used where it loads, WebAssembly elsewhere.
 */
const program = `
const { parentPort, workerData } = require('node:worker_threads');
const { openSync, readSync, closeSync } = require('node:fs');
async function hasher() {
  try {
    const { Blake3Hasher } = require(workerData.native);
    const hash = new Blake3Hasher();
    return { update: (bytes) => hash.update(bytes), digest: () => hash.digestBuffer() };
  } catch {
    const hash = await require(workerData.wasm).createBLAKE3();
    return { update: (bytes) => hash.update(bytes), digest: () => hash.digest('binary') };
  }
}
async function main() {
  const hash = await hasher();
  const file = openSync(workerData.path, 'r');
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) hash.update(buffer.subarray(0, read));
  closeSync(file);
  parentPort.postMessage(Uint8Array.from(hash.digest()));
}
main().catch((cause) => { throw cause; });
`;

const require = createRequire(import.meta.url);

function resolved(name: string): string {
  try {
    return require.resolve(name);
  } catch {
    // An optional platform package may be absent; the thread then takes the other library.
    return name;
  }
}

/**
 * BLAKE3-256, 32 bytes.
 * @throws Fault STORAGE_FAILED when the file cannot be read, CANCELLED
 */
export function hashFile(path: string, signal?: AbortSignal): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(new Fault('CANCELLED', `hashing ${path}: cancelled before it began`));
      return;
    }
    const worker = new Worker(program, {
      eval: true,
      env: {},
      workerData: { path, native: resolved('@napi-rs/blake-hash'), wasm: resolved('hash-wasm') },
    });
    const stop = (): void => {
      reject(new Fault('CANCELLED', `hashing ${path}: cancelled`));
      void worker.terminate();
    };
    signal?.addEventListener('abort', stop, { once: true });
    worker.on('message', (digest: Uint8Array) => resolve(digest));
    worker.on('error', (cause) => reject(new Fault('STORAGE_FAILED', `hashing ${path}: ${cause.message}`, { cause })));
    worker.on('exit', (code) => {
      signal?.removeEventListener('abort', stop);
      reject(new Fault('STORAGE_FAILED', `hashing ${path}: the thread ended with ${code} and without a digest`));
    });
  });
}
