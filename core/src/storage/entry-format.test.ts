import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sampleEntry } from '@sccache-ts/fixtures';
import { ByteWriter, digestOf, type Fault } from '../base/index.js';
import { decodeEntry, encodeEntry } from './entry-format.js';
import { codings, createPacking, type Packing } from './packing.js';
import type { Entry } from './port.js';

const key = digestOf('key');
const zstd = createPacking(3);
const brotli = createPacking(3, 'brotli');
const entry: Entry = {
  ...sampleEntry(500),
  files: [...sampleEntry(500).files, { role: 'd', mode: 0o600, bytes: Buffer.from('a.o: a.c\n'.repeat(100)) }],
};
const raw = (size: number): Uint8Array => sampleEntry(size).files[0]?.bytes ?? new Uint8Array(0);
/** Two bodies that begin on blocks, and small ones before, between and behind them. */
const mixed: Entry = {
  files: [
    { role: 'obj', mode: 0o644, bytes: raw(5000) },
    { role: 'd', mode: 0o600, bytes: raw(4095) },
    { role: 'dwo', mode: 0o755, bytes: raw(4096) },
    { role: 'su', mode: 0o640, bytes: raw(0) },
  ],
  stdout: Buffer.from('out'),
  stderr: Buffer.from('warning'),
  compileMs: 7,
};
/** With all bytes as text, so that a Buffer equals a Uint8Array. */
function plain(found: Entry): unknown {
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  return { ...found, files: found.files.map((file) => ({ ...file, bytes: text(file.bytes) })), stdout: text(found.stdout), stderr: text(found.stderr) };
}
async function encoded(packing: Packing | undefined = zstd, what = entry): Promise<Buffer> {
  return Buffer.concat((await encodeEntry(key, what, packing)).pieces);
}
const asTheyAre = async (what: Entry): Promise<Buffer> => Buffer.concat((await encodeEntry(key, what, undefined)).pieces);
async function decoded(bytes: Uint8Array, packing = zstd): Promise<unknown> {
  const found = await decodeEntry(key, bytes, packing);
  return found === 'unknown' ? found : plain(found.entry);
}

describe('the entry format', () => {
  it.each([['zstd', zstd], ['brotli', brotli]])('is read back when packed by %s', async (_name, packing) => {
    expect(await decoded(await encoded(packing), packing)).toEqual(plain(entry));
    expect(await decoded(await encoded(packing, mixed), packing)).toEqual(plain(mixed));
  });

  it.each([['small', entry], ['big', mixed], ['packed for good', { ...entry, packed: true }]])('is read back when its bodies are as they are: %s', async (_name, what) => {
    expect(await decoded(await asTheyAre(what))).toEqual(plain(what));
  });

  it('packs what is worth it', async () => {
    const plain = entry.files.reduce((sum, file) => sum + file.bytes.byteLength, 0);
    expect((await encoded()).byteLength).toBeLessThan(plain);
  });

  it('says so when it meets a coding that this machine lacks', async () => {
    expect(await decodeEntry(key, await encoded(zstd), brotli)).toBe('unknown');
    expect(await decodeEntry(key, await encoded(brotli), zstd)).not.toBe('unknown');
  });

  it('tells where bodies lie, big ones in blocks of their own, the file to the end of the last', async () => {
    const whole = await asTheyAre(mixed);
    const found = await decodeEntry(key, whole, zstd);
    const places = found === 'unknown' ? undefined : found.places;
    expect(places).toEqual((await encodeEntry(key, mixed, undefined)).places);
    for (const [at, { bytes, role, mode }] of mixed.files.entries()) {
      const { offset, length } = places?.[at] ?? { offset: -1, length: -1 };
      expect(places?.[at]).toMatchObject({ role, mode, length: bytes.byteLength });
      expect(Buffer.compare(whole.subarray(offset, offset + length), bytes)).toBe(0);
      if (length >= 4096) expect([offset % 4096, whole.byteLength >= offset + Math.ceil(length / 4096) * 4096]).toEqual([0, true]);
      else expect(offset + length).toBeLessThan(places?.[0]?.offset ?? 0);
    }
    expect(whole.byteLength).toBe(8192 + 8192 + 4096);
  });

  it('wastes nothing on small and packed bodies', async () => {
    expect((await asTheyAre(entry)).byteLength).toBeLessThan(4096);
    const text = { ...mixed, files: [{ role: 'd', mode: 0o644, bytes: Buffer.alloc(100_000, 'a.o: a.c\n') }] };
    const found = await decodeEntry(key, await encoded(zstd, text), zstd);
    expect(found).toMatchObject({ places: undefined });
    expect((await encoded(zstd, text)).byteLength).toBeLessThan(4096);
  });

  it.each<[string, () => Promise<Buffer>]>([
    ['packed', () => encoded()],
    ['small', () => asTheyAre(entry)],
    ['with gaps', () => asTheyAre(mixed)],
  ])('is refused when any single byte differs: %s', async (_name, make) => {
    const whole = await make();
    const answers = new Map<unknown, number>();
    for (let at = 0; at < whole.byteLength; at++) {
      const broken = Buffer.from(whole);
      broken[at] = (broken[at] ?? 0) ^ 0x41;
      const answer = await decodeEntry(key, broken, zstd).then(() => `accepted byte ${at}`, (thrown: Fault) => thrown.code);
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    }
    expect([...answers]).toEqual([['STORAGE_CORRUPT', whole.byteLength]]);
  });

  it('is refused for what is in a gap alone', async () => {
    const whole = await asTheyAre(mixed);
    const broken = Buffer.from(whole);
    broken[8192 + 8191] = 1;
    await expect(decodeEntry(key, broken, zstd)).rejects.toThrow('has something in its gaps');
  });

  it.each<[string, () => Promise<Buffer>]>([['packed', () => encoded()], ['with gaps', () => asTheyAre(mixed)]])('is refused when cut off anywhere, or followed by anything: %s', async (_name, make) => {
    const whole = await make();
    for (let length = 0; length < whole.byteLength; length += 3) {
      await expect(decodeEntry(key, whole.subarray(0, length), zstd), `${length} bytes`).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
    }
    for (const more of [1, 4096]) {
      await expect(decodeEntry(key, Buffer.concat([whole, Buffer.alloc(more)]), zstd)).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
    }
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
    readonly version?: number;
    readonly packed?: number;
  }

  /** A file with right checksums and a lie in it. */
  function forged(claim: Claim, count = 3): Buffer {
    const table = new ByteWriter().u32(0).u8(claim.packed ?? 0).u32(count);
    for (const [at, body] of [Buffer.alloc(0), Buffer.alloc(0), claim.body].entries()) {
      const role = Buffer.from(at < 2 ? '' : 'obj');
      table.u16(role.byteLength).bytes(role).u32(0o644).u8(at < 2 ? 0 : claim.coding).u64(at < 2 ? 0 : claim.rawLength);
      table.u64(body.byteLength).bytes(createHash('sha256').update(body).digest());
    }
    const written = table.done();
    const check = createHash('sha256').update(key).update(written).digest();
    const head = new ByteWriter().bytes(Buffer.from('7363637473' + '0d0a1a', 'hex')).u32(claim.version ?? 2).u32(written.byteLength).bytes(check).done();
    return Buffer.concat([head, written, claim.body]);
  }

  it('accepts an honest forgery', async () => {
    const honest = forged({ coding: codings.raw, rawLength: 3, body: Buffer.from('abc') });
    const found = await decodeEntry(key, honest, zstd);
    expect(found !== 'unknown' && Buffer.from(found.entry.files[0]?.bytes ?? []).toString()).toBe('abc');
  });

  it.each<[string, () => Promise<Buffer>]>([
    ['a zstd bomb', async () => forged({ coding: codings.zstd, rawLength: 10, body: (await zstd.pack(Buffer.alloc(200_000_000))).bytes })],
    ['a brotli bomb', async () => forged({ coding: codings.brotli, rawLength: 10, body: (await brotli.pack(Buffer.alloc(50_000_000))).bytes })],
    ['two zstd frames', async () => {
      const { bytes } = await zstd.pack(Buffer.alloc(1000));
      return forged({ coding: codings.zstd, rawLength: 2000, body: Buffer.concat([bytes, bytes]) });
    }],
    ['a wrong raw length', () => Promise.resolve(forged({ coding: codings.raw, rawLength: 4, body: Buffer.from('abc') }))],
    ['another version', () => Promise.resolve(forged({ coding: codings.raw, rawLength: 3, body: Buffer.from('abc'), version: 1 }))],
    ['an odd truth', () => Promise.resolve(forged({ coding: codings.raw, rawLength: 3, body: Buffer.from('abc'), packed: 2 }))],
    ['a big body that does not begin on a block', () => Promise.resolve(forged({ coding: codings.raw, rawLength: 4096, body: Buffer.alloc(4096) }))],
    ['an unknown coding', () => Promise.resolve(forged({ coding: 7, rawLength: 3, body: Buffer.from('abc') }))],
    ['an absurd raw length', () => Promise.resolve(forged({ coding: codings.brotli, rawLength: Number.MAX_SAFE_INTEGER, body: Buffer.from('abc') }))],
    ['an absurd count', () => Promise.resolve(forged({ coding: 0, rawLength: 3, body: Buffer.from('abc') }, 0xffff_ffff))],
    ['too few members', () => Promise.resolve(forged({ coding: 0, rawLength: 3, body: Buffer.from('abc') }, 1))],
  ])('refuses %s with right checksums', async (_name, make) => {
    await expect(decodeEntry(key, await make(), zstd)).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
  });
});
