import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deflateSync, inflateSync } from 'node:zlib';
import { isFault } from '../base/index.js';
import { adler32, adler32Joined, archiveOf, createMemberCache, type MemberRequest, plainMember } from './inputs-archive.js';

const folder = mkdtempSync(join(tmpdir(), 'sts-inputs-'));
beforeAll(() => {
  mkdirSync(join(folder, 'd'));
  writeFileSync(join(folder, 'a.h'), 'alpha\n'.repeat(300));
  writeFileSync(join(folder, 'd/b.h'), '');
  writeFileSync(join(folder, 'c.h'), Buffer.alloc(70_000, 'gamma delta '));
  for (const name of ['a.h', 'd/b.h', 'c.h']) utimesSync(join(folder, name), 1_000_000, 1_500_000);
});
afterAll(() => rmSync(folder, { recursive: true }));

const request = (name: string, remote = `/far/${name}`): MemberRequest => ({
  path: join(folder, name),
  remote,
  stat: statSync(join(folder, name), { bigint: true }),
});
const sumOf = (bytes: Uint8Array): number => deflateSync(bytes).readUInt32BE(deflateSync(bytes).length - 4);

describe('adler32', () => {
  it.each([0, 1, 5_551, 5_552, 5_553, 65_521, 200_000])('of %i bytes is zlib\'s, and so is the joined one', (length) => {
    const bytes = Buffer.alloc(length, '\xff\xfe\x01ab', 'latin1');
    expect(adler32(bytes)).toBe(sumOf(bytes));
    for (const cut of [0, 1, Math.floor(length / 3), length]) {
      const [first, second] = [bytes.subarray(0, cut), bytes.subarray(cut)];
      expect(adler32Joined(adler32(first), adler32(second), second.length)).toBe(sumOf(bytes));
    }
  });
});

describe('archives of kept members', () => {
  it('are a zlib stream that tar unpacks, times and names kept', async () => {
    const cache = createMemberCache({ maxBytes: 1e6, watch: () => undefined });
    const long = `/far/${'deep/'.repeat(40)}long.h`;
    const members = await Promise.all([
      plainMember('/far/empty'),
      cache.fileMember(request('a.h')),
      cache.fileMember(request('d/b.h')),
      cache.fileMember(request('c.h', long)),
      plainMember('/link', '/far'),
    ]);
    const tar = inflateSync(Buffer.concat(archiveOf(members)));
    const listed = spawnSync('tar', ['tvf', '-', '--full-time', '--utc'], { input: tar, encoding: 'utf8' });
    expect(listed.stderr).toBe('');
    const lines = listed.stdout.trim().split('\n').map((line) => line.replace(/\s+/g, ' '));
    expect(lines).toEqual([
      'drwxr-xr-x 0/0 0 1970-01-01 00:00:00 far/empty/',
      '-rw-r--r-- 0/0 1800 1970-01-18 08:40:00 far/a.h',
      '-rw-r--r-- 0/0 0 1970-01-18 08:40:00 far/d/b.h',
      `-rw-r--r-- 0/0 70000 1970-01-18 08:40:00 ${long.slice(1)}`,
      'lrwxrwxrwx 0/0 0 1970-01-01 00:00:00 link -> /far',
    ]);
    const content = spawnSync('tar', ['xOf', '-', 'far/a.h'], { input: tar, encoding: 'utf8' }).stdout;
    expect(content).toBe('alpha\n'.repeat(300));
  });

  it('read a file once, and again when it has changed', async () => {
    let looks = 0;
    await new Promise((resolve) => setTimeout(resolve, 100));
    const cache = createMemberCache({ maxBytes: 1e6, watch: () => ++looks });
    await Promise.all([cache.fileMember(request('a.h')), cache.fileMember(request('a.h'))]);
    await cache.fileMember(request('a.h'));
    expect(looks).toBe(1);
    utimesSync(join(folder, 'a.h'), 1_000_000, 1_500_001);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await cache.fileMember(request('a.h'));
    expect(looks).toBe(2);
  });

  it('refuse a file that is another one than was looked at', async () => {
    const cache = createMemberCache({ maxBytes: 1e6, watch: () => undefined });
    const before = request('c.h');
    writeFileSync(join(folder, 'c.h'), Buffer.alloc(70_000, 'other text '));
    const thrown = await cache.fileMember(before).catch((it: unknown) => it);
    expect(isFault(thrown, 'RESULT_DOUBTFUL')).toBe(true);
  });

  it('stay within their bound', async () => {
    const cache = createMemberCache({ maxBytes: 4_000, watch: () => undefined });
    for (let i = 0; i < 20; i++) {
      writeFileSync(join(folder, `r${i}.h`), Buffer.from(Array.from({ length: 1_000 }, () => Math.floor(Math.random() * 256))));
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (let i = 0; i < 20; i++) await cache.fileMember(request(`r${i}.h`));
    expect(cache.bytes).toBeLessThanOrEqual(4_000);
    expect(cache.bytes).toBeGreaterThan(1_000);
  });
});
