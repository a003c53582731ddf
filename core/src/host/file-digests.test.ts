import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../base/index.js';
import { createFileDigests } from './file-digests.js';

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

  it('tells when the youngest file changed', async () => {
    writeFileSync(join(dir, 'a'), 'x');
    writeFileSync(join(dir, 'b'), 'y');
    const snapshot = await createFileDigests(() => Date.now() + aged).take([join(dir, 'a'), join(dir, 'b')]);
    expect(snapshot.newestChangeMs).toBe(Math.floor(statSync(join(dir, 'b')).ctimeMs));
  });
});
