import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArchiveCoding, archiveCodingOf, openArchive, repackArchive } from './archive-decoding.js';
import { tarEnd, tarHeader } from './toolchain-tar.js';
import { unpackToolchain } from './toolchain-unpack.js';

const folder = mkdtempSync(join(tmpdir(), 'decoding-'));
afterAll(() => rmSync(folder, { recursive: true }));
const searchPath = process.env['PATH'] ?? '';
const content = Buffer.from('int x;\n'.repeat(20_000));
const tar = Buffer.concat([
  tarHeader({ kind: 'file', name: 'usr/bin/cc', mode: 0o755, mtime: 1, size: content.byteLength }),
  content,
  Buffer.alloc((512 - (content.byteLength % 512)) % 512),
  tarEnd,
]);
const path = (name: string): string => join(folder, name);
const all = async (name: string, maxBytes = 1e8): Promise<Buffer> => {
  const { tar: stream, close } = await openArchive(path(name), { searchPath, maxBytes });
  try {
    return await buffer(stream);
  } finally {
    close();
  }
};
const left = (): readonly string[] => readdirSync(folder).filter((name) => name.includes('tmp-'));

const programs = ['xz', 'bzip2', 'zstd'] as const;
const missing = programs.filter((program) => spawnSync(program, ['--version']).status !== 0);
for (const program of missing) process.stderr.write(`skipped: archives compressed with ${program}: it is not installed\n`);
const codings: readonly ArchiveCoding[] = (['none', 'gzip', ...programs] as const).filter((coding) => !missing.includes(coding as 'xz'));

beforeAll(() => {
  writeFileSync(path('a.none'), tar);
  writeFileSync(path('a.gzip'), gzipSync(tar));
  for (const program of programs) writeFileSync(path(`a.${program}`), spawnSync(program, ['-c'], { input: tar }).stdout ?? '');
});

describe.each(codings)('an archive compressed with %s', (coding) => {
  it('is known by its first bytes and read as the same tar', async () => {
    expect(await archiveCodingOf(path(`a.${coding}`))).toBe(coding);
    expect((await all(`a.${coding}`)).equals(tar)).toBe(true);
  });

  it('becomes one that is compressed with gzip, or nothing', async () => {
    await repackArchive(path(`a.${coding}`), path('out.tar.gz'), { searchPath, maxBytes: 1e8 });
    expect(gunzipSync(readFileSync(path('out.tar.gz'))).equals(tar)).toBe(true);
    rmSync(path('out.tar.gz'));
    await expect(repackArchive(path(`a.${coding}`), path('out.tar.gz'), { searchPath, maxBytes: tar.byteLength - 1 })).rejects.toMatchObject({ code: 'ARCHIVE_HOSTILE' });
    await expect(repackArchive(path(`a.${coding}`), path('out.tar.gz'), { searchPath, maxBytes: 1e8, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect([existsSync(path('out.tar.gz')), left()]).toEqual([false, []]);
  });

  it('is unpacked', async () => {
    await unpackToolchain(path(`a.${coding}`), path(`root-${coding}`), { maxBytes: 1e6, maxEntries: 10, searchPath });
    expect(readFileSync(path(`root-${coding}/usr/bin/cc`)).equals(content)).toBe(true);
  });

  it('is unpacked without running any program, or not at all', async () => {
    const work = unpackToolchain(path(`a.${coding}`), path(`bare-${coding}`), { maxBytes: 1e6, maxEntries: 10 });
    if (coding === 'gzip' || coding === 'none') await work;
    else await expect(work).rejects.toMatchObject({ code: 'TOOLCHAIN_UNPACKABLE', cause: { message: expect.stringContaining(`is compressed with ${coding}; only gzip and plain tars`) as unknown } });
    expect(existsSync(path(`bare-${coding}/usr/bin/cc`))).toBe(coding === 'gzip' || coding === 'none');
  });

  // Half of what is not compressed is a tar that ends early, which is the tar reader's.
  if (coding !== 'none') it('is malformed when half of it is missing', async () => {
    writeFileSync(path('half'), readFileSync(path(`a.${coding}`)).subarray(0, 60));
    await expect(repackArchive(path('half'), path('out.tar.gz'), { searchPath, maxBytes: 1e8 })).rejects.toMatchObject({ code: 'ARCHIVE_MALFORMED' });
    await expect(unpackToolchain(path('half'), path('root'), { maxBytes: 1e6, maxEntries: 10, searchPath })).rejects.toMatchObject({ code: 'TOOLCHAIN_UNPACKABLE' });
    expect([existsSync(path('root')), left()]).toEqual([false, []]);
  });
});

describe('what is no archive', () => {
  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['zeros', Buffer.alloc(2048)],
    ['text', Buffer.from('#!/bin/sh\n'.repeat(200))],
    ['a tar with a header that was changed', Buffer.from(tar).fill(0x41, 0, 3)],
  ])('%s', async (_name, bytes) => {
    writeFileSync(path('none'), bytes);
    expect(await archiveCodingOf(path('none'))).toBe(undefined);
    await expect(openArchive(path('none'), { searchPath, maxBytes: 1e8 })).rejects.toMatchObject({ code: 'ARCHIVE_MALFORMED' });
  });

  it('a name that leads nowhere', async () => {
    await expect(openArchive(path('nowhere'), { searchPath, maxBytes: 1e8 })).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  });
});

it.skipIf(missing.includes('xz'))('a bomb is stopped while it unpacks', async () => {
  // A tar of one announced small file and many zeros behind its end.
  const bomb = spawnSync('sh', ['-c', `{ cat '${path('a.none')}'; head -c 60000000 /dev/zero; } | xz -0 -c > '${path('bomb')}'`]);
  expect(bomb.status).toBe(0);
  const from = performance.now();
  await expect(unpackToolchain(path('bomb'), path('root'), { maxBytes: 1e6, maxEntries: 10, searchPath })).rejects.toMatchObject({ code: 'TOOLCHAIN_UNPACKABLE' });
  expect(performance.now() - from).toBeLessThan(5_000);
  expect(existsSync(path('root'))).toBe(false);
});
