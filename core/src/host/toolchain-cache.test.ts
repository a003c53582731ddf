import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { blake3 } from '@napi-rs/blake-hash';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mountSmallDisk } from '../../../fixtures/src/kit/needs.js';
import { archiveIdFromHash } from '../wire/index.js';
import { temporaryPrefix } from './files.js';
import { createToolchainCache } from './toolchain-cache.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'toolchain-cache-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const archive = (letter: string, length = 100): Buffer => Buffer.alloc(length, letter);
const idOf = (bytes: Uint8Array): string => archiveIdFromHash(blake3(bytes));
const pathIn = (id: string): string => join(dir, id.slice(0, 1), id.slice(1, 2), id);
const stream = (bytes: Buffer): Readable => Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]);
const filesIn = (): string[] => readdirSync(dir, { recursive: true, withFileTypes: true }).filter((it) => it.isFile()).map((it) => it.name);

function clock(): { now: () => number; tick: () => void } {
  let at = Date.UTC(2026, 0, 1);
  return { now: () => at, tick: () => void (at += 60_000) };
}

describe('createToolchainCache', () => {
  it('stores an archive under its id and finds it again after a restart', async () => {
    const bytes = archive('a');
    const cache = await createToolchainCache({ dir, maxBytes: 1000 });
    expect(cache.has(idOf(bytes))).toBe(false);
    expect(await cache.insert(idOf(bytes), stream(bytes))).toBe('stored');
    expect(await cache.pathOf(idOf(bytes))).toBe(pathIn(idOf(bytes)));
    expect(cache.bytes).toBe(100);
    const again = await createToolchainCache({ dir, maxBytes: 1000 });
    expect(again.has(idOf(bytes))).toBe(true);
    expect(again.bytes).toBe(100);
  });

  it('takes a finished file away', async () => {
    const bytes = archive('a');
    const file = join(dir, 'packaged');
    writeFileSync(file, bytes);
    const cache = await createToolchainCache({ dir, maxBytes: 1000 });
    expect(await cache.insert(idOf(bytes), { file })).toBe('stored');
    expect(filesIn()).toEqual([idOf(bytes)]);
  });

  it('deletes what is not what its name says', async () => {
    const cache = await createToolchainCache({ dir, maxBytes: 1000 });
    expect(await cache.insert(idOf(archive('a')), stream(archive('b')))).toBe('wrong-digest');
    expect(filesIn()).toEqual([]);
    expect(cache.has(idOf(archive('a')))).toBe(false);
  });

  it('refuses what is too large, without destroying the stream that it comes from', async () => {
    const cache = await createToolchainCache({ dir, maxBytes: 50 });
    const source = new PassThrough();
    source.write(archive('a', 40));
    source.write(archive('a', 40));
    expect(await cache.insert(idOf(archive('a', 80)), source)).toBe('too-large');
    expect(source.destroyed).toBe(false);
    expect(filesIn()).toEqual([]);
  });

  it('throws out the least recently used, by the time in the file system, but nothing that is held', async () => {
    const { now, tick } = clock();
    const cache = await createToolchainCache({ dir, maxBytes: 250, now });
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((letter) => archive(letter)) as [Buffer, Buffer, Buffer, Buffer];
    await cache.insert(idOf(a), stream(a));
    tick();
    await cache.insert(idOf(b), stream(b));
    tick();
    await cache.pathOf(idOf(a));
    expect(statSync(pathIn(idOf(a))).mtimeMs).toBe(now());
    await cache.insert(idOf(c), stream(c));
    expect([a, b, c].map((it) => cache.has(idOf(it)))).toEqual([true, false, true]);
    const release = cache.hold(idOf(a));
    tick();
    await cache.insert(idOf(d), stream(d));
    expect([a, c, d].map((it) => cache.has(idOf(it)))).toEqual([true, false, true]);
    release();
    release();
    tick();
    await cache.insert(idOf(c), stream(c));
    expect([a, c, d].map((it) => cache.has(idOf(it)))).toEqual([false, true, true]);
    expect(cache.bytes).toBe(200);
  });

  it('clears left-overs and shrinks to a smaller limit at start', async () => {
    const old = archive('o');
    const young = archive('y');
    for (const [bytes, seconds] of [[old, 1000], [young, 2000]] as const) {
      mkdirSync(join(pathIn(idOf(bytes)), '..'), { recursive: true });
      writeFileSync(pathIn(idOf(bytes)), bytes);
      utimesSync(pathIn(idOf(bytes)), seconds, seconds);
    }
    writeFileSync(join(pathIn(idOf(old)), '..', `${temporaryPrefix}x`), 'half');
    const cache = await createToolchainCache({ dir, maxBytes: 150 });
    expect(filesIn()).toEqual([idOf(young)]);
    expect(cache.count).toBe(1);
  });

  it('keeps nothing of an upload that broke off', async () => {
    const cache = await createToolchainCache({ dir, maxBytes: 1000 });
    const source = new PassThrough();
    const inserting = cache.insert(idOf(archive('a')), source);
    source.write('half');
    setTimeout(() => source.destroy(new Error('connection reset')), 20);
    await expect(inserting).rejects.toThrow('connection reset');
    expect(filesIn()).toEqual([]);
    const quiet = new PassThrough();
    const second = cache.insert(idOf(archive('a')), quiet);
    setTimeout(() => quiet.destroy(), 20);
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(filesIn()).toEqual([]);
  });

  it('stops reading when the same archive has been stored meanwhile', async () => {
    const bytes = archive('a');
    const cache = await createToolchainCache({ dir, maxBytes: 1000 });
    const slow = new PassThrough();
    const inserting = cache.insert(idOf(bytes), slow);
    slow.write(bytes.subarray(0, 10));
    expect(await cache.insert(idOf(bytes), stream(bytes))).toBe('stored');
    slow.write(bytes.subarray(10, 20));
    expect(await inserting).toBe('stored');
    expect(slow.destroyed).toBe(false);
    expect(filesIn()).toEqual([idOf(bytes)]);
    expect(cache.bytes).toBe(100);
  });

  it('notices a file that somebody else removed', async () => {
    const bytes = archive('a');
    const cache = await createToolchainCache({ dir, maxBytes: 1000 });
    await cache.insert(idOf(bytes), stream(bytes));
    rmSync(pathIn(idOf(bytes)));
    expect(await cache.pathOf(idOf(bytes))).toBeUndefined();
    expect(cache.has(idOf(bytes))).toBe(false);
    expect(cache.bytes).toBe(0);
  });

  it('never makes a path of something that is no id', async () => {
    const cache = await createToolchainCache({ dir, maxBytes: 1000 });
    await expect(cache.insert('../../etc/passwd', stream(archive('a')))).rejects.toMatchObject({ code: 'WIRE_MALFORMED' });
    expect(existsSync(join(dir, '..', 'etc'))).toBe(false);
  });

  it('refuses what does not fit on the disk, and works on', async (context) => {
    const disk = join(dir, 'disk');
    mkdirSync(disk);
    const unmount = mountSmallDisk(disk, 1024 * 1024);
    if (typeof unmount === 'string') {
      context.skip(unmount);
      return;
    }
    try {
      const cache = await createToolchainCache({ dir: disk, maxBytes: 100_000_000 });
      const big = archive('b', 3_000_000);
      expect(await cache.insert(idOf(big), stream(big))).toBe('disk-full');
      expect(cache.bytes).toBe(0);
      const small = archive('s');
      expect(await cache.insert(idOf(small), stream(small))).toBe('stored');
    } finally {
      unmount();
    }
  });

  it('is a fault where no folder can be', async () => {
    writeFileSync(join(dir, 'file'), '');
    await expect(createToolchainCache({ dir: join(dir, 'file', 'tc'), maxBytes: 1 })).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  });
});
