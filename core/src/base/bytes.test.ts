import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter, utf8Bytes } from './bytes.js';

const malformed = expect.objectContaining({ code: 'WIRE_MALFORMED' }) as Error;
const impossible = expect.objectContaining({ code: 'IMPOSSIBLE' }) as Error;

describe('writer and reader', () => {
  it('agree, in little endian, however often the buffer grows', () => {
    const written = new ByteWriter(1).u8(1).u16(0x0203).u32(0x04050607).i32(-2).u64(8).u64(2n ** 64n - 1n).bool(true).utf8('é').bytes(Uint8Array.of(9)).done();
    expect(Buffer.from(written).toString('hex')).toBe('010302070605 04feffffff0800000000000000ffffffffffffffff01c3a909'.replace(' ', ''));
    const reader = new ByteReader(written);
    expect([reader.u8(), reader.u16(), reader.u32(), reader.i32(), reader.safeU64(), reader.u64(), reader.bool()]).toEqual([
      1, 0x0203, 0x04050607, -2, 8, 2n ** 64n - 1n, true,
    ]);
    expect([reader.utf8(2), reader.bytes(1), reader.left]).toEqual(['é', Uint8Array.of(9), 0]);
  });

  it('work on a part of a larger buffer and give plain views of it', () => {
    const pool = Buffer.from([7, 7, 1, 0, 42, 7]);
    const reader = new ByteReader(pool.subarray(2, 5));
    expect(reader.u16()).toBe(1);
    const view = reader.bytes(1);
    expect(Buffer.isBuffer(view)).toBe(false);
    pool[4] = 43;
    expect([...view]).toEqual([43]);
    expect(reader.left).toBe(0);
  });
});

describe('reader refuses', () => {
  it.each<[string, number[], (reader: ByteReader) => unknown]>([
    ['to read past the end', [1, 2, 3], (reader) => reader.u32()],
    ['bytes that are not there', [1], (reader) => reader.bytes(2)],
    ['a bool of 2', [2], (reader) => reader.bool()],
    ['broken UTF-8', [0xc3], (reader) => reader.utf8(1)],
    ['surrogates in UTF-8', [0xed, 0xa0, 0x80], (reader) => reader.utf8(3)],
    ['a number beyond 2^53', [0, 0, 0, 0, 0, 0, 0x20, 0], (reader) => reader.safeU64()],
    ['a count that the rest cannot hold', [2, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1], (reader) => reader.count(2)],
    ['a count of 2^64 - 1', new Array<number>(16).fill(255), (reader) => reader.count(1)],
  ])('%s', (_, bytes, read) => {
    expect(() => read(new ByteReader(Uint8Array.from(bytes)))).toThrowError(malformed);
  });

  it('nothing that fits exactly', () => {
    expect(new ByteReader(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 1, 1)).count(2)).toBe(1);
    expect(new ByteReader(new Uint8Array()).bytes(0)).toEqual(new Uint8Array());
    expect(new ByteReader(Uint8Array.of(0xef, 0xbb, 0xbf)).utf8(3)).toBe('\ufeff');
  });
});

describe('writer refuses', () => {
  it.each<[string, (writer: ByteWriter) => unknown]>([
    ['256 as u8', (writer) => writer.u8(256)],
    ['-1 as u32', (writer) => writer.u32(-1)],
    ['2^31 as i32', (writer) => writer.i32(2 ** 31)],
    ['a fraction', (writer) => writer.u16(1.5)],
    ['NaN', (writer) => writer.u64(Number.NaN)],
    ['2^53 as a number', (writer) => writer.u64(2 ** 53)],
    ['2^64', (writer) => writer.u64(2n ** 64n)],
    ['-1n', (writer) => writer.u64(-1n)],
  ])('%s', (_, write) => {
    expect(() => write(new ByteWriter())).toThrowError(impossible);
  });
});

it('utf8Bytes counts bytes, not characters', () => {
  expect(utf8Bytes('\u{1f980}').byteLength).toBe(4);
});
