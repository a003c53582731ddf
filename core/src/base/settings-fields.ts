// Knows: how one value of a settings file is checked and named when it is wrong.
// Refuses to know: files, TOML, JSON, and which settings there are; tables of fields are put together by the daemons.
import { Fault } from './fault.js';
import { type SocketAddress, parseSocketAddress } from './socket-address.js';

/** Keys from the top of the file to a value; numbers count the entries of a list from 0. */
export type KeyPath = readonly (string | number)[];

/** A parsed settings file. */
export interface SettingsDocument {
  /** For messages. */
  readonly file: string;
  readonly root: unknown;
  /** The line, from 1, where the value or its nearest parent stands; undefined when unknown. */
  lineOf(path: KeyPath): number | undefined;
}

/** Where the value being read stands. */
export interface Place {
  readonly document: SettingsDocument;
  readonly path: KeyPath;
}

/** Turns a parsed value into a typed one, or throws Fault SETTINGS_UNKNOWN_KEY or SETTINGS_INVALID. */
export type Field<T> = (value: unknown, place: Place) => T;

export type FieldValue<F> = F extends Field<infer T> ? T : never;

/** `dist.toolchains[1].archive` */
export function spellPath(path: KeyPath): string {
  return path.map((key, at) => (typeof key === 'number' ? `[${key}]` : at === 0 ? key : `.${key}`)).join('');
}

/** `/etc/x.conf:12` */
export function spellPlace({ document, path }: Place): string {
  const line = document.lineOf(path);
  return line === undefined ? document.file : `${document.file}:${line}`;
}

export function invalid(place: Place, problem: string, hint?: string): Fault {
  const key = place.path.length === 0 ? 'the file' : spellPath(place.path);
  return new Fault('SETTINGS_INVALID', `${spellPlace(place)}: ${key}: ${problem}`, hint === undefined ? {} : { hint });
}

function described(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Date) return 'a date';
  return typeof value === 'object' ? 'a table' : String(value);
}

const wrong = (place: Place, expected: string, value: unknown): Fault => invalid(place, `expected ${expected}, found ${described(value)}`);

export const text: Field<string> = (value, place) => {
  if (typeof value !== 'string') throw wrong(place, 'text in quotes', value);
  return value;
};

/** Text that no message ever shows. */
export const secret: Field<string> = (value, place) => {
  if (typeof value !== 'string') throw invalid(place, 'expected text in quotes, found something else');
  if (value === '') throw invalid(place, 'expected text in quotes, found an empty one');
  return value;
};

export const boolean: Field<boolean> = (value, place) => {
  if (typeof value !== 'boolean') throw wrong(place, 'true or false', value);
  return value;
};

/** A whole number in `least..most`. */
export const integer = (least = 0, most = Number.MAX_SAFE_INTEGER): Field<number> => (value, place) => {
  const upper = most === Number.MAX_SAFE_INTEGER ? '' : ` and at most ${most}`;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least || value > most) {
    throw wrong(place, `a whole number of at least ${least}${upper}`, value);
  }
  return value;
};

const units = ['', 'K', 'M', 'G', 'T'];

/** Bytes from `5G`, `300m`, `4096`: powers of 1024. Undefined when it is not a size. */
export function parseSize(words: string): number | undefined {
  const found = /^([0-9]{1,16})([KMGT]?)$/i.exec(words);
  if (found === null) return undefined;
  const bytes = Number(found[1]) * 1024 ** units.indexOf((found[2] ?? '').toUpperCase());
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Bytes, as a whole number or as text with one of K M G T behind it. */
export const size: Field<number> = (value, place) => {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  const bytes = typeof value === 'string' ? parseSize(value) : undefined;
  if (bytes === undefined) throw wrong(place, 'a size in bytes, or text like "5G" (K, M, G, T)', value);
  return bytes;
};

/** One of a few words, spelled exactly so. */
export const word = <const W extends readonly string[]>(words: W): Field<W[number]> => (value, place) => {
  if (typeof value !== 'string' || !words.includes(value)) throw wrong(place, words.map((it) => JSON.stringify(it)).join(' or '), value);
  return value;
};

/** Text that `parse` understands; `expected` says what that is in words that fit after "expected". */
export const parsed = <T>(expected: string, parse: (value: string) => T | undefined): Field<T> => (value, place) => {
  const result = typeof value === 'string' ? parse(value) : undefined;
  if (result === undefined) throw wrong(place, expected, value);
  return result;
};

/** Same, for text that no message may show. */
export const parsedSecret = <T>(expected: string, parse: (value: string) => T | undefined): Field<T> => (value, place) => {
  const result = parse(secret(value, place));
  if (result === undefined) throw invalid(place, `expected ${expected} (the value is not shown)`);
  return result;
};

/** IP address and port; no names, because certificates and server ids are made of it. */
export const socketAddress: Field<SocketAddress> = parsed('an IP address and port like "192.168.1.1:10501" or "[::1]:10501"', parseSocketAddress);

export const list = <T>(of: Field<T>): Field<readonly T[]> => (value, place) => {
  if (!Array.isArray(value)) throw wrong(place, 'a list', value);
  return value.map((item, at) => of(item, { ...place, path: [...place.path, at] }));
};

/** Whatever stands there, unread: for keys that another program understands. */
export const anything: Field<unknown> = (value) => value;

/** Reads a whole document. */
export function decodeSettings<T>(document: SettingsDocument, field: Field<T>): T {
  return field(document.root, { document, path: [] });
}
