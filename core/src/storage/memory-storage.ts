// Knows: entries in memory. Refuses to know: limits; it is for tests and for short-lived processes.
import type { CacheKey } from '../base/index.js';
import type { Entry, Storage } from './port.js';

const copied = (entry: Entry): Entry => ({
  ...entry,
  files: entry.files.map((file) => ({ ...file, bytes: file.bytes.slice() })),
  stdout: entry.stdout.slice(),
  stderr: entry.stderr.slice(),
});

export function createMemoryStorage(): Storage {
  const entries = new Map<CacheKey, Entry>();
  const sizeOf = (entry: Entry): number => entry.files.reduce((sum, file) => sum + file.bytes.byteLength, entry.stdout.byteLength + entry.stderr.byteLength);
  return {
    get: (key) => {
      const entry = entries.get(key);
      return Promise.resolve(entry && copied(entry));
    },
    put: (key, entry) => {
      entries.set(key, copied(entry));
      return Promise.resolve();
    },
    status: () => {
      const size = [...entries.values()].reduce((sum, entry) => sum + sizeOf(entry), 0);
      return Promise.resolve({ location: 'Memory', size, maxSize: undefined });
    },
    close: () => Promise.resolve(),
  };
}
