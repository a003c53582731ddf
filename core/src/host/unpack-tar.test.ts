import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { deflateSync, gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../base/index.js';
import { archiveIdFromHash } from '../wire/index.js';
import { hashFile } from './hash-file.js';
import { viewRoot } from './root-view-disk.js';
import { createToolchainCache } from './toolchain-cache.js';
import { createUnpackedToolchains } from './toolchain-unpack-store.js';
import { unpackToolchain } from './toolchain-unpack.js';
import { unpackInputs } from './unpack-inputs.js';

type Item = Partial<Header> & { name: string; content?: string };

async function tar(...items: readonly Item[]): Promise<Buffer> {
  const packer = pack();
  for (const { content, ...header } of items) packer.entry(header, content ?? '');
  packer.finalize();
  return buffer(packer as unknown as Readable);
}

/** A bare header with any type letter, checksum right. */
function rawEntry(name: string, type: string, fields: { size?: number; link?: string; magic?: string } = {}): Buffer {
  const block = Buffer.alloc(512);
  block.write(name, 0, 'latin1');
  block.write('0100644\0', 100);
  block.write('0000000\0', 108);
  block.write('0000000\0', 116);
  block.write(`${(fields.size ?? 0).toString(8).padStart(11, '0')}\0`, 124);
  block.write('00000000000\0', 136);
  block.write(' '.repeat(8), 148);
  block.write(type, 156);
  block.write(fields.link ?? '', 157);
  block.write(fields.magic ?? 'ustar\x0000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
const end = Buffer.alloc(1024);

let folder: string;
let upper: string;
let lower: string;
let outside: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unpack-'));
  [upper, lower, outside] = ['upper', 'lower', 'outside'].map((name) => join(folder, name)) as [string, string, string];
  for (const it of [upper, lower, outside]) mkdirSync(it);
  mkdirSync(join(lower, 'usr/lib'), { recursive: true });
  symlinkSync('/usr/lib', join(lower, 'lib'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const limits = { maxBytes: 10_000_000, maxEntries: 1000 };
const inputs = (bytes: Buffer, options: { limits?: typeof limits; signal?: AbortSignal } = {}) =>
  unpackInputs(Readable.from([bytes]), viewRoot([upper, lower]), { upper, limits, ...options });
const everything = (): string[] => readdirSync(upper, { recursive: true, encoding: 'utf8' }).sort();

describe('unpackInputs', () => {
  it('writes files where the merged view has their directories, with mode and time', async () => {
    const content = await tar(
      { name: 'lib/new/x.i', content: 'text', mode: 0o104755, mtime: new Date(1_153_704_088_000), uid: 77, gid: 77 },
      { name: '/abs/y.i', content: 'absolute' },
      { name: 'home/dir', type: 'directory', mode: 0o555 },
      { name: 'home/dir/z.i', content: 'z', mode: 0o640 },
    );
    expect(await inputs(deflateSync(content))).toEqual({ bytes: 13, entries: 4 });
    expect(readFileSync(join(upper, 'usr/lib/new/x.i'), 'utf8')).toBe('text');
    const { mode, mtimeMs, uid } = statSync(join(upper, 'usr/lib/new/x.i'));
    expect([mode & 0o7777, mtimeMs, uid]).toEqual([0o755, 1_153_704_088_000, process.getuid?.()]);
    expect(readFileSync(join(upper, 'abs/y.i'), 'utf8')).toBe('absolute');
    expect(statSync(join(upper, 'home/dir/z.i')).mode & 0o7777).toBe(0o640);
  });

  it('reads large files, long names and both magics', async () => {
    const long = `${'d'.repeat(120)}/${'e'.repeat(120)}/${'f'.repeat(90)}`;
    const big = 'x'.repeat(3_000_000);
    await inputs(deflateSync(await tar({ name: 'big', content: big }, { name: long, content: 'ustar' })));
    expect(readFileSync(join(upper, 'big'), 'utf8')).toBe(big);
    expect(readFileSync(join(upper, long), 'utf8')).toBe('ustar');
    const source = join(folder, 'source');
    mkdirSync(join(source, long, '..'), { recursive: true });
    writeFileSync(join(source, long), 'gnu');
    await inputs(deflateSync(execFileSync('tar', ['--format=gnu', '-C', source, '-c', long])));
    expect(readFileSync(join(upper, long), 'utf8')).toBe('gnu');
  });

  it('replaces what an earlier entry put there', async () => {
    await inputs(deflateSync(await tar({ name: 'a', type: 'symlink', linkname: outside }, { name: 'a', content: 'file' }, { name: 'a', content: 'again' })));
    expect(lstatSync(join(upper, 'a')).isFile()).toBe(true);
    expect(readFileSync(join(upper, 'a'), 'utf8')).toBe('again');
    expect(readdirSync(outside)).toEqual([]);
  });

  it('keeps links verbatim, and follows them inside only', async () => {
    await inputs(deflateSync(await tar({ name: 'out', type: 'symlink', linkname: outside }, { name: 'out/file', content: 'caught' })));
    expect(readlinkSync(join(upper, 'out'))).toBe(outside);
    expect(readdirSync(outside)).toEqual([]);
    expect(readFileSync(join(upper, outside.slice(1), 'file'), 'utf8')).toBe('caught');
  });

  it.each<[string, Buffer | Promise<Buffer>]>([
    ['".." at the start', tar({ name: '../outside/x', content: 'x' })],
    ['".." in the middle', tar({ name: 'a/../../outside/x', content: 'x' })],
    ['a hard link', tar({ name: 'x', type: 'link', linkname: '/etc/passwd' })],
    ['a character device', tar({ name: 'null', type: 'character-device', devmajor: 1, devminor: 3 })],
    ['a block device', tar({ name: 'sda', type: 'block-device', devmajor: 8, devminor: 0 })],
    ['a fifo', tar({ name: 'fifo', type: 'fifo' })],
    ['an old sparse file', Buffer.concat([rawEntry('sparse', 'S', { magic: 'ustar  \0' }), end])],
    ['an unknown kind', Buffer.concat([rawEntry('what', 'Z'), end])],
    ['a file below a file', tar({ name: 'a', content: 'x' }, { name: 'a/b', content: 'x' })],
    ['a file in place of a directory', tar({ name: 'usr/lib', content: 'x' })],
    ['a link in place of a directory', tar({ name: 'usr', type: 'symlink', linkname: '/etc' })],
    ['links in a circle', tar({ name: 'a', type: 'symlink', linkname: 'b' }, { name: 'b', type: 'symlink', linkname: 'a' }, { name: 'a/x', content: 'x' })],
    ['an empty name', Buffer.concat([rawEntry('', '0'), end])],
    ['a huge entry', Buffer.concat([rawEntry('huge', '0', { size: 0o77777777777 }), end])],
  ])('refuses %s', async (_, archive) => {
    await expect(inputs(deflateSync(await archive))).rejects.toMatchObject({ code: 'ARCHIVE_HOSTILE' });
    expect(readdirSync(outside)).toEqual([]);
    expect(everything().filter((name) => !['a', 'b', 'usr'].includes(name))).toEqual([]);
  });

  it('stops a bomb at the limits', async () => {
    const zeros = Buffer.concat([rawEntry('bomb', '0', { size: 9_000_000 }), Buffer.alloc(9_000_448), rawEntry('bomb2', '0', { size: 9_000_000 }), Buffer.alloc(9_000_448), end]);
    await expect(inputs(deflateSync(zeros))).rejects.toMatchObject({ code: 'ARCHIVE_HOSTILE' });
    expect(statSync(join(upper, 'bomb')).size).toBe(9_000_000);
    expect(existsSync(join(upper, 'bomb2'))).toBe(false);
    const many = await tar(...Array.from({ length: 20 }, (_, at) => ({ name: `f${at}`, content: '' })));
    await expect(inputs(deflateSync(many), { limits: { maxBytes: 1, maxEntries: 10 } })).rejects.toMatchObject({ code: 'ARCHIVE_HOSTILE' });
    expect(everything().filter((name) => name.startsWith('f'))).toHaveLength(10);
  });

  it.each<[string, (tar: Buffer) => Buffer]>([
    ['no zlib stream', (it) => it],
    ['a zlib stream that breaks off', (it) => deflateSync(it).subarray(0, 60)],
    ['a tar that breaks off', (it) => deflateSync(it.subarray(0, 700))],
    ['an empty body', () => Buffer.alloc(0)],
    ['a wrong checksum', (it) => deflateSync(Buffer.concat([it.subarray(0, 3), Buffer.from('!'), it.subarray(4)]))],
  ])('is a fault with %s', async (_, spoil) => {
    const archive = await tar({ name: 'some-file', content: 'text '.repeat(50) + Math.random().toString().repeat(20) });
    await expect(inputs(spoil(archive))).rejects.toMatchObject({ code: 'ARCHIVE_MALFORMED' });
  });

  it('does not mind bytes after the zlib stream', async () => {
    const archive = deflateSync(await tar({ name: 'a', content: 'a' }));
    await inputs(Buffer.concat([archive, Buffer.from('whatever')]));
    expect(readFileSync(join(upper, 'a'), 'utf8')).toBe('a');
  });

  it('ends when the sender goes away or nobody waits, without destroying the stream', async () => {
    const half = deflateSync(await tar({ name: 'a', content: Math.random().toString().repeat(5000) })).subarray(0, 90);
    const gone = new PassThrough();
    const first = unpackInputs(gone, viewRoot([upper, lower]), { upper, limits });
    gone.write(half);
    setTimeout(() => gone.destroy(), 20);
    await expect(first).rejects.toMatchObject({ code: 'ARCHIVE_MALFORMED' });
    const slow = new PassThrough();
    const stop = new AbortController();
    const second = unpackInputs(slow, viewRoot([upper, lower]), { upper, limits, signal: stop.signal });
    slow.write(half);
    setTimeout(() => stop.abort(), 20);
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(slow.destroyed).toBe(false);
  });
});

describe('unpackToolchain', () => {
  const unpack = (bytes: Buffer) => {
    writeFileSync(join(folder, 'archive'), bytes);
    return unpackToolchain(join(folder, 'archive'), join(folder, 'toolchain'), limits);
  };
  const inside = (...names: string[]): string => join(folder, 'toolchain', ...names);

  it('unpacks the tiny toolchain and makes room for what the sandbox needs', async () => {
    await unpack(readFileSync(new URL('../../../fixtures/vectors/tiny-toolchain.tar.gz', import.meta.url)));
    expect(statSync(inside('usr/bin/cc')).mode & 0o7777).toBe(0o755);
    expect(statSync(inside('tmp')).mode & 0o7777).toBe(0o1777);
    expect(readdirSync(inside()).sort()).toEqual(['dev', 'proc', 'tmp', 'usr']);
  });

  it('keeps absolute links, drops setuid, makes hard links inside', async () => {
    await unpack(
      gzipSync(
        await tar(
          { name: 'usr/bin/cc', content: 'cc', mode: 0o104755 },
          { name: 'usr/bin/gcc', type: 'link', linkname: 'usr/bin/cc' },
          { name: 'lib', type: 'symlink', linkname: '/usr/lib' },
          { name: 'lib/libc.so', content: 'libc' },
        ),
      ),
    );
    expect(statSync(inside('usr/bin/cc')).mode & 0o7777).toBe(0o755);
    expect(statSync(inside('usr/bin/gcc')).ino).toBe(statSync(inside('usr/bin/cc')).ino);
    expect(readlinkSync(inside('lib'))).toBe('/usr/lib');
    expect(readFileSync(inside('usr/lib/libc.so'), 'utf8')).toBe('libc');
  });

  it.each<[string, Item[]]>([
    ['a hard link to the host', [{ name: 'x', type: 'link', linkname: '/etc/passwd' }]],
    ['a hard link through ".."', [{ name: 'x', type: 'link', linkname: '../../etc/passwd' }]],
    ['a hard link to a link', [{ name: 's', type: 'symlink', linkname: '/etc/passwd' }, { name: 'x', type: 'link', linkname: 's' }]],
    ['a hard link through a link', [{ name: 's', type: 'symlink', linkname: '/etc' }, { name: 'x', type: 'link', linkname: 's/passwd' }]],
    ['a link in place of /proc', [{ name: 'proc', type: 'symlink', linkname: '/usr' }]],
    ['a file in place of /dev', [{ name: 'dev', content: '' }]],
    ['a device', [{ name: 'null', type: 'character-device', devmajor: 1, devminor: 3 }]],
  ])('refuses %s and leaves nothing behind', async (_, items) => {
    await expect(unpack(gzipSync(await tar(...items)))).rejects.toMatchObject({ code: 'TOOLCHAIN_UNPACKABLE', cause: { code: 'ARCHIVE_HOSTILE' } });
    expect(readdirSync(folder).sort()).toEqual(['archive', 'lower', 'outside', 'upper']);
  });

  it.each<[string, Buffer]>([
    ['plain text', Buffer.from('not an archive')],
    ['a cut archive', gzipSync(Buffer.alloc(5000, 'x')).subarray(0, 30)],
    ['gzipped nonsense', gzipSync(Buffer.alloc(5000, 'x'))],
  ])('refuses %s', async (_, bytes) => {
    await expect(unpack(bytes)).rejects.toMatchObject({ code: 'TOOLCHAIN_UNPACKABLE' });
    expect(existsSync(inside())).toBe(false);
  });
});

describe('createUnpackedToolchains', () => {
  async function store(maxBytes: number, contents: readonly Buffer[]) {
    const cache = await createToolchainCache({ dir: join(folder, 'tc'), maxBytes: 1_000_000 });
    const ids: string[] = [];
    for (const [at, bytes] of contents.entries()) {
      const file = join(folder, `archive${at}`);
      writeFileSync(file, bytes);
      const id = archiveIdFromHash(await hashFile(file));
      await cache.insert(id, { file });
      ids.push(id);
    }
    const unpacked = await createUnpackedToolchains({ dir: join(folder, 'unpacked'), cache, maxBytes, limits, log: silentLog });
    return { cache, ids, unpacked };
  }
  const sized = async (letter: string): Promise<Buffer> => gzipSync(await tar({ name: letter, content: letter.repeat(1000) }));

  it('unpacks once for many', async () => {
    const { ids: [id = ''], unpacked } = await store(10_000, [await sized('a')]);
    const [first, second] = await Promise.all([unpacked.use(id), unpacked.use(id)]);
    expect(first?.path).toBe(second?.path);
    expect(readFileSync(join(first?.path ?? '', 'a'), 'utf8')).toHaveLength(1000);
    expect(unpacked.bytes).toBe(1000);
  });

  const noXz = spawnSync('xz', ['--version']).status === 0 ? undefined : 'xz is not installed';
  if (noXz !== undefined) process.stderr.write(`skipped: an archive that a program would have to read: ${noXz}\n`);
  it.skipIf(noXz !== undefined)('throws away what a program would have to read', async () => {
    const { stdout } = spawnSync('xz', ['-c'], { input: await tar({ name: 'a', content: 'a' }) });
    const { cache, ids: [id = ''], unpacked } = await store(10_000, [stdout]);
    await expect(unpacked.use(id)).rejects.toMatchObject({ code: 'TOOLCHAIN_UNPACKABLE' });
    expect([cache.has(id), readdirSync(join(folder, 'unpacked'))]).toEqual([false, []]);
    expect(await unpacked.use(id)).toBe(undefined);
  });

  it('throws out the least recently used, but none in use, and unpacks it again when asked', async () => {
    const { ids: [a = '', b = '', c = ''], unpacked } = await store(2500, [await sized('a'), await sized('b'), await sized('c')]);
    const first = await unpacked.use(a);
    (await unpacked.use(b))?.release();
    (await unpacked.use(c))?.release();
    await expect.poll(() => readdirSync(join(folder, 'unpacked')).sort()).toEqual([a, c].sort());
    first?.release();
    const again = await unpacked.use(b);
    expect(readFileSync(join(again?.path ?? '', 'b'), 'utf8')).toHaveLength(1000);
    await expect.poll(() => readdirSync(join(folder, 'unpacked')).sort()).toEqual([b, c].sort());
  });

  it('removes an archive that cannot be unpacked, and knows nothing of one that is not there', async () => {
    const { cache, ids: [id = ''], unpacked } = await store(1000, [gzipSync('nonsense')]);
    await expect(unpacked.use(id)).rejects.toMatchObject({ code: 'TOOLCHAIN_UNPACKABLE' });
    expect(cache.has(id)).toBe(false);
    expect(await unpacked.use(id)).toBeUndefined();
    expect(await unpacked.use('0'.repeat(64))).toBeUndefined();
    expect(unpacked.bytes).toBe(0);
  });
});
