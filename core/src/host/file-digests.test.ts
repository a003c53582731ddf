import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../base/index.js';
import { createFileDigests } from './file-digests.js';
import { readBigDigest, readSmallDigest } from './read-digest.js';

describe('createFileDigests', () => {
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'digests-'));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true, force: true });
  });
  const aged = 1_000;

  it('gives the digest of the content, undefined for what is no file', async () => {
    writeFileSync(join(dir, 'a'), 'alpha');
    const snapshot = await createFileDigests(() => Date.now() + aged).take([join(dir, 'a'), join(dir, 'none'), dir]);
    expect(snapshot.digests).toEqual([digestOf('alpha'), undefined, undefined]);
    expect(await snapshot.stillSame()).toBe(true);
  });

  it('notices a rewrite that keeps size and mtime', async () => {
    const path = join(dir, 'a');
    writeFileSync(path, 'alpha');
    const { atime, mtime } = statSync(path);
    const digests = createFileDigests(() => Date.now() + aged);
    const before = await digests.take([path]);
    writeFileSync(path, 'gamma');
    utimesSync(path, atime, mtime);
    expect(await before.stillSame()).toBe(false);
    expect((await digests.take([path])).digests).toEqual([digestOf('gamma')]);
  });

  it('notices that a file appeared or vanished', async () => {
    const path = join(dir, 'late');
    const digests = createFileDigests(() => Date.now() + aged);
    const before = await digests.take([path]);
    writeFileSync(path, 'x');
    expect(await before.stillSame()).toBe(false);
    const after = await digests.take([path]);
    rmSync(path);
    expect(await after.stillSame()).toBe(false);
  });

  it('reads a file again that changed within the last tick', async () => {
    const path = join(dir, 'young');
    writeFileSync(path, 'x');
    const changed = statSync(path).ctimeMs;
    const snapshot = await createFileDigests(() => changed + 1).take([path]);
    expect(snapshot.digests).toEqual([digestOf('x')]);
    expect(await snapshot.stillSame()).toBe(true);
    writeFileSync(path, 'y');
    expect(await snapshot.stillSame()).toBe(false);
  });

  it.each([0, 1, 262_143, 262_144, 262_145, 3_000_000])('gives the digest of %i bytes, and shows small contents that it reads', async (size) => {
    const content = Buffer.alloc(size, 'content');
    writeFileSync(join(dir, 'a'), content);
    const digests = createFileDigests(() => Date.now() + aged);
    const shown: string[] = [];
    const listen = (digest: string, bytes: Uint8Array): void => void shown.push(`${digest} ${Buffer.from(bytes).equals(content)}`);
    for (let turn = 0; turn < 2; turn += 1) expect((await digests.take([join(dir, 'a')], listen)).digests).toEqual([digestOf(content)]);
    expect(shown).toEqual(size <= 262_144 ? [`${digestOf(content)} true`] : []);
  });

  it('keeps many files apart, big ones among them', async () => {
    const contents = Array.from({ length: 100 }, (_, at) => Buffer.alloc(at % 7 === 0 ? 300_000 + at : at, `${at}`));
    const paths = contents.map((content, at) => {
      writeFileSync(join(dir, `f${at}`), content);
      return join(dir, `f${at}`);
    });
    const { digests } = await createFileDigests(Date.now).take(paths);
    expect(digests).toEqual(contents.map((content) => digestOf(content)));
  });

  it('does not wait for a FIFO that came in place of a file', async ({ skip }) => {
    const fifo = join(dir, 'fifo');
    skip(spawnSync('mkfifo', [fifo]).status !== 0, 'no mkfifo');
    expect(readSmallDigest(fifo)).toBe(undefined);
    expect(await readBigDigest(fifo)).toBe(undefined);
  });

  it('tells when the youngest file changed', async () => {
    writeFileSync(join(dir, 'a'), 'x');
    writeFileSync(join(dir, 'b'), 'y');
    const snapshot = await createFileDigests(() => Date.now() + aged).take([join(dir, 'a'), join(dir, 'b')]);
    expect(snapshot.newestChangeMs).toBe(Math.floor(statSync(join(dir, 'b')).ctimeMs));
  });
});
