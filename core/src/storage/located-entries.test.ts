import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf, type FileState } from '../base/index.js';
import { stateAt } from './file-states.js';
import { createLocatedEntries, type LocatedBounds } from './located-entries.js';
import type { Located } from './port.js';

let dir: string;
let path: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'located-entries-'));
  path = join(dir, 'file');
  await writeFile(path, 'x');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const bounds: LocatedBounds = { most: 3, mostBytes: 1_000_000, mostStreamBytes: 100 };
const located = (streamBytes = 0): Located => {
  return { path, state: stateAt(path) as FileState, files: [], stdout: Buffer.alloc(streamBytes, 'o'), stderr: Buffer.alloc(0), compileMs: 1 };
};
const key = (at: number): ReturnType<typeof digestOf> => digestOf(`${at}`);
const known = (entries: ReturnType<typeof createLocatedEntries>): readonly number[] => [0, 1, 2, 3, 4].filter((at) => entries.recall(key(at)) !== undefined);

describe('located entries', () => {
  it('are no more than so many, those recalled least lately go', () => {
    const entries = createLocatedEntries(bounds);
    for (const at of [0, 1, 2]) entries.remember(key(at), located());
    entries.recall(key(0));
    entries.remember(key(3), located());
    expect(known(entries)).toEqual([0, 2, 3]);
  });

  it('take no more than so many bytes', () => {
    const entries = createLocatedEntries({ ...bounds, mostBytes: 2 * (256 + path.length + 100) });
    for (const at of [0, 1, 2]) entries.remember(key(at), located(100));
    expect(known(entries)).toEqual([1, 2]);
    entries.remember(key(2), located());
    entries.remember(key(2), located());
    expect(known(entries)).toEqual([1, 2]);
  });

  it('do not hold long streams, nor what such an entry was before', () => {
    const entries = createLocatedEntries(bounds);
    entries.remember(key(0), located(100));
    expect(known(entries)).toEqual([0]);
    entries.remember(key(0), located(101));
    expect(known(entries)).toEqual([]);
  });

  it.each([0, 1, 2, 3, 4])('are forgotten with the state of their file: field %d', (at) => {
    const name = (['dev', 'ino', 'size', 'mtimeNs', 'ctimeNs'] as const)[at] ?? 'dev';
    const entries = createLocatedEntries(bounds);
    const entry = located();
    entries.remember(key(0), entry);
    expect(known(entries)).toEqual([0]);
    entries.remember(key(0), { ...entry, state: { ...entry.state, [name]: entry.state[name] + 1n } });
    expect(known(entries)).toEqual([]);
  });

  it('are forgotten when told so, and when the file is gone', async () => {
    const entries = createLocatedEntries(bounds);
    for (const at of [0, 1]) entries.remember(key(at), located());
    entries.forget(key(0));
    expect(known(entries)).toEqual([1]);
    await rm(path);
    expect(known(entries)).toEqual([]);
  });
});
