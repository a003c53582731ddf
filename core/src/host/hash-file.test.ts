import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blake3 } from '@napi-rs/blake-hash';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { archiveIdFromHash } from '../wire/index.js';
import { hashFile } from './hash-file.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hash-file-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('hashFile', () => {
  it('gives the id that sccache gives an empty file', async () => {
    writeFileSync(join(folder, 'empty'), '');
    const id = archiveIdFromHash(await hashFile(join(folder, 'empty')));
    expect(id.startsWith('fa31949b')).toBe(true);
  });

  it('reads files longer than its buffer', async () => {
    const bytes = Buffer.alloc(3 * 1024 * 1024 + 17, 'sccache-ts');
    writeFileSync(join(folder, 'long'), bytes);
    expect(Buffer.from(await hashFile(join(folder, 'long')))).toEqual(blake3(bytes));
  });

  it('leaves the event loop free', async () => {
    writeFileSync(join(folder, 'big'), Buffer.alloc(64 * 1024 * 1024, 7));
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 1);
    await hashFile(join(folder, 'big'));
    clearInterval(timer);
    expect(longest).toBeGreaterThan(0);
    expect(longest).toBeLessThan(500);
  });

  it('is a fault when the file is not there, or when nobody waits any more', async () => {
    await expect(hashFile(join(folder, 'absent'))).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await expect(hashFile(join(folder, 'big'), AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
    const stop = new AbortController();
    const hashing = hashFile(join(folder, 'big'), stop.signal);
    stop.abort();
    await expect(hashing).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
