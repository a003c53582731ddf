import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
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

describe('landing ranges of a file', () => {
  let dir = '';
  let source = '';
  const content = Buffer.from(Array.from({ length: 2_500_000 }, (_, index) => index * 7 + (index >> 8)));
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'land-'));
    source = join(dir, 'entry');
    writeFileSync(source, content);
  });
  afterEach(() => {
    rmSync(dir, { recursive: true, force: true });
  });
  const range = (name: string, offset: number, length: number): Landing => {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(source, { bigint: true });
    const state = { dev, ino, size, mtimeNs, ctimeNs };
    return { path: join(dir, name), from: { kind: 'range', path: source, state, offset, length }, executable: false };
  };

  it('gives each its bytes and its mode', async () => {
    const ranges = [[0, 2_500_000], [1, 2_000_000], [4096, 10], [2_499_999, 1], [2_500_000, 0]] as const;
    await land(ranges.map(([offset, length], at) => ({ ...range(`${at}`, offset, length), executable: at === 0 })), 0o027);
    for (const [at, [offset, length]] of ranges.entries()) {
      expect([at, readFileSync(join(dir, `${at}`)).equals(content.subarray(offset, offset + length))]).toEqual([at, true]);
      expect(statSync(join(dir, `${at}`)).mode & 0o777).toBe(at === 0 ? 0o750 : 0o640);
    }
  });
  it('writes into an old dependency file as compilers do, and replaces any other', async () => {
    for (const name of ['a.d', 'a.o']) writeFileSync(join(dir, name), 'old', { mode: 0o600 });
    await land([{ ...range('a.d', 0, 5), writtenInto: true }, range('a.o', 0, 5)], 0o022);
    expect(['a.d', 'a.o'].map((name) => statSync(join(dir, name)).mode & 0o777)).toEqual([0o600, 0o644]);
  });
  it('leaves nothing when the file has changed or is too short', async () => {
    await expect(land([range('a.o', 0, 5), range('b.o', 2_499_999, 2)], 0o022)).rejects.toMatchObject({ code: 'OUTPUT_UNREADABLE' });
    const before = range('a.o', 0, 5);
    appendFileSync(source, 'more');
    await expect(land([before], 0o022)).rejects.toMatchObject({ code: 'OUTPUT_UNREADABLE' });
    expect(readdirSync(dir)).toEqual(['entry']);
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
