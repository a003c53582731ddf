// Knows: reading and writing little-endian fields in one buffer, with every length checked before it is believed.
// Refuses to know: any message; the wire rooms give the fields their meaning.
import { Fault } from './fault.js';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const utf8Encoder = new TextEncoder();

/** A cursor over received bytes. Every method throws Fault WIRE_MALFORMED rather than read past the end. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes not yet read. */
  get left(): number {
    return this.#bytes.byteLength - this.#at;
  }

  #take(count: number, what: string): number {
    if (count > this.left) {
      throw new Fault('WIRE_MALFORMED', `${what}: needs ${count} bytes at offset ${this.#at}, only ${this.left} are there`);
    }
    const from = this.#at;
    this.#at += count;
    return from;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1, 'u8'));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2, 'u16'), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4, 'u32'), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4, 'i32'), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8, 'u64'), true);
  }

  /** A u64 that must be a safe integer. */
  safeU64(): number {
    const value = this.u64();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Fault('WIRE_MALFORMED', `u64 ${value} is beyond 2^53`);
    return Number(value);
  }

  /** A u64 count of things that take at least `unit` bytes each: refused when the rest cannot hold them. */
  count(unit: number): number {
    const value = this.u64();
    if (value > BigInt(Math.floor(this.left / unit))) {
      throw new Fault('WIRE_MALFORMED', `length ${value} does not fit the ${this.left} bytes that are left`);
    }
    return Number(value);
  }

  bool(): boolean {
    const value = this.u8();
    if (value > 1) throw new Fault('WIRE_MALFORMED', `bool must be 0 or 1, not ${value}`);
    return value === 1;
  }

  /** `length` bytes as a view, not a copy; never a Buffer, whose `slice` and JSON differ from Uint8Array's. */
  bytes(length: number): Uint8Array {
    const from = this.#take(length, 'bytes');
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + from, length);
  }

  /** `length` bytes of strict UTF-8. */
  utf8(length: number): string {
    const view = this.bytes(length);
    try {
      return utf8.decode(view);
    } catch (cause) {
      throw new Fault('WIRE_MALFORMED', `string of ${length} bytes is not UTF-8`, { cause });
    }
  }
}

/** A growing buffer. Numbers out of range are a bug of the caller and throw Fault IMPOSSIBLE. */
export class ByteWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #at = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  #room(count: number): number {
    const from = this.#at;
    const end = from + count;
    if (end > this.#bytes.byteLength) {
      const grown = new Uint8Array(Math.max(end, this.#bytes.byteLength * 2));
      grown.set(this.#bytes.subarray(0, from));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.#at = end;
    return from;
  }

  #whole(value: number, low: number, high: number): void {
    if (!Number.isInteger(value) || value < low || value > high) {
      throw new Fault('IMPOSSIBLE', `${value} does not fit ${low}..${high}`);
    }
  }

  u8(value: number): this {
    this.#whole(value, 0, 0xff);
    const at = this.#room(1);
    this.#view.setUint8(at, value);
    return this;
  }

  u16(value: number): this {
    this.#whole(value, 0, 0xffff);
    const at = this.#room(2);
    this.#view.setUint16(at, value, true);
    return this;
  }

  u32(value: number): this {
    this.#whole(value, 0, 0xffff_ffff);
    const at = this.#room(4);
    this.#view.setUint32(at, value, true);
    return this;
  }

  i32(value: number): this {
    this.#whole(value, -0x8000_0000, 0x7fff_ffff);
    const at = this.#room(4);
    this.#view.setInt32(at, value, true);
    return this;
  }

  u64(value: number | bigint): this {
    if (typeof value === 'number') this.#whole(value, 0, Number.MAX_SAFE_INTEGER);
    const wide = BigInt(value);
    if (BigInt.asUintN(64, wide) !== wide) throw new Fault('IMPOSSIBLE', `${wide} does not fit 64 bits`);
    const at = this.#room(8);
    this.#view.setBigUint64(at, wide, true);
    return this;
  }

  bool(value: boolean): this {
    return this.u8(value ? 1 : 0);
  }

  bytes(value: Uint8Array): this {
    const at = this.#room(value.byteLength);
    this.#bytes.set(value, at);
    return this;
  }

  /** UTF-8 bytes without a length before them; see `utf8Bytes` for the length. */
  utf8(value: string): this {
    return this.bytes(utf8Bytes(value));
  }

  /** What has been written, as a view; the writer must not be used after. */
  done(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }
}

/** The UTF-8 encoding of `text`. */
export function utf8Bytes(text: string): Uint8Array {
  return utf8Encoder.encode(text);
}
