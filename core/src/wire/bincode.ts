// Knows: bincode 1.x with its default settings, as far as the messages use it. Refuses to know: the messages.
//
// Grammar (all integers little endian, fixed width, nothing between or around):
//   bool      = %x00 / %x01
//   string    = u64 byte-length, UTF-8 bytes
//   bytes     = u64 length, bytes
//   list<T>   = u64 count, T...
//   struct    = its fields in order
//   enum      = u32 variant index from 0, the variant's fields
//   address   = u32 0, 4 bytes network order, u16 port / u32 1, 16 bytes network order, u16 port
import { formatIp, parseIp, ByteReader, ByteWriter, Fault, utf8Bytes } from '../base/index.js';
import type { ServerId } from './dist-messages.js';
import { formatServerId, serverAddress } from './server-address.js';

/** One message: its bytes, and its JSON in serde's shape for those who ask for that. */
export interface Codec<T> {
  encode(value: T): Uint8Array;
  /** Bytes after the value are ignored. Byte fields are views of `bytes`. @throws Fault WIRE_MALFORMED */
  decode(bytes: Uint8Array): T;
  toJson(value: T): unknown;
}

/** One field or message inside another. */
export interface Part<T> {
  write(to: ByteWriter, value: T): void;
  read(from: ByteReader): T;
}

/** Fewest bytes a string, byte string or list can take. */
const lengthBytes = 8;

export const string: Part<string> = {
  write: (to, value) => {
    const bytes = utf8Bytes(value);
    to.u64(bytes.byteLength).bytes(bytes);
  },
  read: (from) => from.utf8(from.count(1)),
};

export const bytes: Part<Uint8Array> = {
  write: (to, value) => void to.u64(value.byteLength).bytes(value),
  read: (from) => from.bytes(from.count(1)),
};

/** @param smallest bytes that an element takes at least: the bound that a hostile count is held against */
export function list<T>(element: Part<T>, smallest: number): Part<readonly T[]> {
  return {
    write: (to, values) => {
      to.u64(values.length);
      for (const value of values) element.write(to, value);
    },
    read: (from) => {
      const count = from.count(smallest);
      const values: T[] = [];
      for (let i = 0; i < count; i++) values.push(element.read(from));
      return values;
    },
  };
}

export const strings = list(string, lengthBytes);

export const stringPairs = list<readonly [string, string]>(
  {
    write: (to, [first, second]) => {
      string.write(to, first);
      string.write(to, second);
    },
    read: (from) => [string.read(from), string.read(from)],
  },
  2 * lengthBytes,
);

/** An enum whose variants have no fields. */
export function variants<const T extends string>(names: readonly T[]): Part<T> {
  return {
    write: (to, value) => void to.u32(names.indexOf(value)),
    read: (from) => {
      const index = from.u32();
      const name = names[index];
      if (name === undefined) throw new Fault('WIRE_MALFORMED', `variant ${index} is not one of ${names.join(', ')}`);
      return name;
    },
  };
}

const addressFamily = variants(['V4', 'V6']);

export const address: Part<ServerId> = {
  write: (to, id) => {
    const { ip, port, family } = serverAddress(id);
    const raw = parseIp(ip);
    if (raw === undefined) throw new Fault('IMPOSSIBLE', `${ip} was an IP address a moment ago`);
    to.u32(family === 4 ? 0 : 1).bytes(raw).u16(port);
  },
  read: (from) => {
    const family = addressFamily.read(from);
    const ip = formatIp(from.bytes(family === 'V4' ? 4 : 16));
    return formatServerId({ ip, port: from.u16() });
  },
};

/** Makes a codec of a part and its JSON. */
export function codec<T>(part: Part<T>, toJson: (value: T) => unknown): Codec<T> {
  return {
    encode: (value) => {
      const to = new ByteWriter();
      part.write(to, value);
      return to.done();
    },
    decode: (received) => part.read(new ByteReader(received)),
    toJson,
  };
}

/** serde's JSON for bytes: an array of numbers. */
export const jsonBytes = (value: Uint8Array): number[] => Array.from(value);
