import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { land, type Landing, pickUp } from './land.js';

const bytes = (path: string, text: string): Landing => ({ path, from: { kind: 'bytes', bytes: Buffer.from(text) }, executable: false });

describe('land', () => {
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'land-'));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true, force: true });
  });

  it('puts bytes and finished files in place with the mode the umask leaves', async () => {
    const temporary = join(dir, 'finished');
    writeFileSync(temporary, 'deps', { mode: 0o644 });
    await land(
      [
        bytes(join(dir, 'a.o'), 'object'),
        { path: join(dir, 'a.d'), from: { kind: 'file', path: temporary }, executable: false },
        { path: join(dir, 'tool'), from: { kind: 'bytes', bytes: Buffer.from('x') }, executable: true },
      ],
      0o027,
    );
    expect(readFileSync(join(dir, 'a.o'), 'utf8')).toBe('object');
    expect(readFileSync(join(dir, 'a.d'), 'utf8')).toBe('deps');
    expect(statSync(join(dir, 'a.o')).mode & 0o777).toBe(0o640);
    expect(statSync(join(dir, 'tool')).mode & 0o777).toBe(0o750);
    expect(readdirSync(dir).sort()).toEqual(['a.d', 'a.o', 'tool']);
  });

  it('leaves nothing behind when one of them cannot be placed', async () => {
    mkdirSync(join(dir, 'b.o'));
    await expect(land([bytes(join(dir, 'a.o'), '1'), bytes(join(dir, 'b.o'), '2')], 0o022)).rejects.toMatchObject({
      code: 'OUTPUT_UNREADABLE',
    });
    expect(readdirSync(dir)).toEqual(['b.o']);
  });

  it('leaves nothing behind when the folder is missing', async () => {
    await expect(land([bytes(join(dir, 'a.o'), '1'), bytes(join(dir, 'no/b.o'), '2')], 0o022)).rejects.toThrow('ENOENT');
    expect(readdirSync(dir)).toEqual([]);
  });

  it('replaces a link instead of writing through it', async () => {
    writeFileSync(join(dir, 'precious'), 'keep');
    symlinkSync(join(dir, 'precious'), join(dir, 'a.o'));
    await land([bytes(join(dir, 'a.o'), 'object')], 0o022);
    expect(readFileSync(join(dir, 'precious'), 'utf8')).toBe('keep');
    expect(readFileSync(join(dir, 'a.o'), 'utf8')).toBe('object');
  });

  it('leaves to the compiler what is to be written into', async () => {
    const old = join(dir, 'a.o');
    writeFileSync(old, '', { mode: 0o600 });
    await expect(land([bytes(old, 'object')], 0o022)).rejects.toMatchObject({ code: 'OUTPUT_UNREADABLE' });
    expect(statSync(old)).toMatchObject({ size: 0 });
    rmSync(old);
    symlinkSync('elsewhere', old);
    await expect(land([bytes(old, 'object')], 0o022)).rejects.toMatchObject({ code: 'OUTPUT_UNREADABLE' });
    rmSync(old);
    writeFileSync(old, '', { mode: 0o644 });
    chmodSync(old, 0o644);
    await land([bytes(old, 'object')], 0o022);
    expect(readFileSync(old, 'utf8')).toBe('object');
  });

  it('keeps the permissions of an old dependency file', async () => {
    const old = join(dir, 'a.d');
    const temporary = join(dir, 'finished');
    writeFileSync(old, 'old', { mode: 0o600 });
    writeFileSync(temporary, 'deps', { mode: 0o644 });
    await land([{ path: old, from: { kind: 'file', path: temporary }, executable: false }], 0o022);
    expect(readFileSync(old, 'utf8')).toBe('deps');
    expect(statSync(old).mode & 0o777).toBe(0o600);
  });

  it('writes nothing for /dev/null', async () => {
    await land([bytes('/dev/null', 'object')], 0o022);
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });
});

describe('pickUp', () => {
  it('tells a missing file from one that is no file, and never hangs on a pipe', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'pick-'));
    execFileSync('mkfifo', [join(dir, 'pipe')]);
    expect(await pickUp(join(dir, 'none'))).toBeUndefined();
    await expect(pickUp(join(dir, 'pipe'))).rejects.toMatchObject({ code: 'OUTPUT_UNREADABLE' });
    await expect(pickUp(dir)).rejects.toMatchObject({ code: 'OUTPUT_UNREADABLE' });
    rmSync(dir, { recursive: true });
  });
});
