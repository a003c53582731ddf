import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sampleEntry } from '@sccache-ts/fixtures';
import { ByteWriter, digestOf } from '../base/index.js';
import { decodeEntry, encodeEntry } from './entry-format.js';
import { codings, createPacking } from './packing.js';
import type { Entry } from './port.js';

const key = digestOf('key');
const zstd = createPacking(3);
const brotli = createPacking(3, 'brotli');
const entry: Entry = {
  ...sampleEntry(500),
  files: [...sampleEntry(500).files, { role: 'd', mode: 0o600, bytes: Buffer.from('a.o: a.c\n'.repeat(100)) }],
};
/** With all bytes as text, so that a Buffer equals a Uint8Array. */
function plain(found: Entry | 'unknown'): unknown {
  if (found === 'unknown') return found;
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  return { ...found, files: found.files.map((file) => ({ ...file, bytes: text(file.bytes) })), stdout: text(found.stdout), stderr: text(found.stderr) };
}
const encoded = async (packing = zstd): Promise<Buffer> => Buffer.concat(await encodeEntry(key, entry, packing));

describe('the entry format', () => {
  it.each([['zstd', zstd], ['brotli', brotli]])('is read back when packed by %s', async (_name, packing) => {
    expect(plain(await decodeEntry(key, await encoded(packing), packing))).toEqual(plain(entry));
  });

  it('packs what is worth it', async () => {
    const plain = entry.files.reduce((sum, file) => sum + file.bytes.byteLength, 0);
    expect((await encoded()).byteLength).toBeLessThan(plain);
  });

  it('says so when it meets a coding that this machine lacks', async () => {
    expect(await decodeEntry(key, await encoded(zstd), brotli)).toBe('unknown');
    expect(await decodeEntry(key, await encoded(brotli), zstd)).not.toBe('unknown');
  });

  it('is refused when any single byte differs', async () => {
    const whole = await encoded();
    for (let at = 0; at < whole.byteLength; at++) {
      const broken = Buffer.from(whole);
      broken[at] = (broken[at] ?? 0) ^ 0x41;
      await expect(decodeEntry(key, broken, zstd), `byte ${at}`).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
    }
  });

  it('is refused when cut off anywhere, or followed by anything', async () => {
    const whole = await encoded();
    for (let length = 0; length < whole.byteLength; length += 3) {
      await expect(decodeEntry(key, whole.subarray(0, length), zstd), `${length} bytes`).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
    }
    await expect(decodeEntry(key, Buffer.concat([whole, Buffer.of(0)]), zstd)).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
  });

  it('is refused under another key', async () => {
    await expect(decodeEntry(digestOf('other'), await encoded(), zstd)).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
  });

  it('refuses roles given twice', async () => {
    const [file] = entry.files;
    if (file === undefined) throw new Error('the sample has a file');
    await expect(encodeEntry(key, { ...entry, files: [file, file] }, zstd)).rejects.toMatchObject({ code: 'IMPOSSIBLE' });
  });

  interface Claim {
    readonly coding: number;
    readonly rawLength: number;
    readonly body: Uint8Array;
  }

  /** A file with right checksums and a lie in it. */
  function forged(claim: Claim, count = 3): Buffer {
    const table = new ByteWriter().u32(0).u32(count);
    for (const [at, body] of [Buffer.alloc(0), Buffer.alloc(0), claim.body].entries()) {
      const role = Buffer.from(at < 2 ? '' : 'obj');
      table.u16(role.byteLength).bytes(role).u32(0o644).u8(at < 2 ? 0 : claim.coding).u64(at < 2 ? 0 : claim.rawLength);
      table.u64(body.byteLength).bytes(createHash('sha256').update(body).digest());
    }
    const written = table.done();
    const check = createHash('sha256').update(key).update(written).digest();
    const head = new ByteWriter().bytes(Buffer.from('7363637473' + '0d0a1a', 'hex')).u32(1).u32(written.byteLength).bytes(check).done();
    return Buffer.concat([head, written, claim.body]);
  }

  it('accepts an honest forgery', async () => {
    const honest = forged({ coding: codings.raw, rawLength: 3, body: Buffer.from('abc') });
    const found = await decodeEntry(key, honest, zstd);
    expect(found !== 'unknown' && Buffer.from(found.files[0]?.bytes ?? []).toString()).toBe('abc');
  });

  it.each<[string, () => Promise<Buffer>]>([
    ['a zstd bomb', async () => forged({ coding: codings.zstd, rawLength: 10, body: (await zstd.pack(Buffer.alloc(200_000_000))).bytes })],
    ['a brotli bomb', async () => forged({ coding: codings.brotli, rawLength: 10, body: (await brotli.pack(Buffer.alloc(50_000_000))).bytes })],
    ['two zstd frames', async () => {
      const { bytes } = await zstd.pack(Buffer.alloc(1000));
      return forged({ coding: codings.zstd, rawLength: 2000, body: Buffer.concat([bytes, bytes]) });
    }],
    ['a wrong raw length', () => Promise.resolve(forged({ coding: codings.raw, rawLength: 4, body: Buffer.from('abc') }))],
    ['an unknown coding', () => Promise.resolve(forged({ coding: 7, rawLength: 3, body: Buffer.from('abc') }))],
    ['an absurd raw length', () => Promise.resolve(forged({ coding: codings.brotli, rawLength: Number.MAX_SAFE_INTEGER, body: Buffer.from('abc') }))],
    ['an absurd count', () => Promise.resolve(forged({ coding: 0, rawLength: 3, body: Buffer.from('abc') }, 0xffff_ffff))],
    ['too few members', () => Promise.resolve(forged({ coding: 0, rawLength: 3, body: Buffer.from('abc') }, 1))],
  ])('refuses %s with right checksums', async (_name, make) => {
    await expect(decodeEntry(key, await make(), zstd)).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
  });
});
