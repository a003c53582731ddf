import { describe, expect, it } from 'vitest';
import { isFault } from './fault.js';
import {
  anything, boolean, decodeSettings, type Field, integer, list, parsed, parsedSecret, parseSize, secret, type SettingsDocument, size, socketAddress, text, word,
} from './settings-fields.js';
import { oneOf, optional, required, table } from './settings-tables.js';

const document = (root: unknown): SettingsDocument => ({ file: 'config', root, lineOf: (path) => (path.length > 0 ? path.length * 10 : undefined) });

function faultOf(field: Field<unknown>, value: unknown): { code: string; message: string; hint: string | undefined } {
  try {
    decodeSettings(document({ key: value }), table({ key: required(field) }));
  } catch (thrown) {
    if (isFault(thrown)) return { code: thrown.code, message: thrown.message, hint: thrown.hint };
    throw thrown;
  }
  throw new Error(`${JSON.stringify(value)} was accepted`);
}

const even: Field<number> = parsed('an even digit', (it) => (/^[02468]$/.test(it) ? Number(it) : undefined));
const hushed: Field<number> = parsedSecret('four digits', (it) => (/^\d{4}$/.test(it) ? Number(it) : undefined));
const auth = oneOf({ token: table({ token: required(secret) }), none: table({}) });

describe('single values', () => {
  it.each<[string, Field<unknown>, unknown, unknown]>([
    ['text', text, '', ''],
    ['secret', secret, 'x', 'x'],
    ['boolean', boolean, false, false],
    ['integer', integer(), 0, 0],
    ['integer in range', integer(1, 65535), 65535, 65535],
    ['size', size, 4096, 4096],
    ['size as text', size, '5G', 5 * 1024 ** 3],
    ['size as digits', size, '17', 17],
    ['size in lower case', size, '2k', 2048],
    ['word', word(['READ_ONLY', 'READ_WRITE']), 'READ_ONLY', 'READ_ONLY'],
    ['address', socketAddress, '[::1]:80', { host: '::1', port: 80, family: 6 }],
    ['list', list(integer()), [1, 2], [1, 2]],
    ['parsed', even, '4', 4],
    ['anything', anything, { a: [null] }, { a: [null] }],
    ['one of', auth, { type: 'token', token: 't' }, { kind: 'token', token: 't' }],
    ['one of without keys', auth, { type: 'none' }, { kind: 'none' }],
  ])('%s', (_name, field, value, expected) => {
    expect(decodeSettings(document({ key: value }), table({ key: required(field) }))).toEqual({ key: expected });
  });

  it.each<[string, Field<unknown>, unknown, string]>([
    ['text', text, 1, 'config:10: key: expected text in quotes, found 1'],
    ['long text in place of a number', integer(), 'x'.repeat(99), `config:10: key: expected a whole number of at least 0, found "${'x'.repeat(60)}…"`],
    ['boolean', boolean, 'yes', 'config:10: key: expected true or false, found "yes"'],
    ['fraction', integer(), 1.5, 'config:10: key: expected a whole number of at least 0, found 1.5'],
    ['range', integer(1, 9), 10, 'config:10: key: expected a whole number of at least 1 and at most 9, found 10'],
    ['size', size, '5X', 'config:10: key: expected a size in bytes, or text like "5G" (K, M, G, T), found "5X"'],
    ['negative size', size, -1, 'config:10: key: expected a size in bytes, or text like "5G" (K, M, G, T), found -1'],
    ['word', word(['A', 'B']), 'a', 'config:10: key: expected "A" or "B", found "a"'],
    ['address', socketAddress, 'localhost:80', 'config:10: key: expected an IP address and port like "192.168.1.1:10501" or "[::1]:10501", found "localhost:80"'],
    ['list', list(text), 'a', 'config:10: key: expected a list, found "a"'],
    ['list entry', list(text), ['a', 2], 'config:20: key[1]: expected text in quotes, found 2'],
    ['date', text, new Date(0), 'config:10: key: expected text in quotes, found a date'],
    ['missing', text, undefined, 'config:10: key: is missing'],
    ['null', text, null, 'config:10: key: is missing'],
    ['table', auth, [], 'config:10: key: expected a table of keys, found a single value'],
    ['type missing', auth, {}, 'config:20: key.type: is missing; it is one of token, none'],
    ['type wrong', auth, { type: 'tokn' }, 'config:20: key.type: expected one of token, none, found "tokn"'],
    ['type inherited', auth, { type: 'constructor' }, 'config:20: key.type: expected one of token, none, found "constructor"'],
  ])('refuses: %s', (_name, field, value, message) => {
    expect(faultOf(field, value)).toMatchObject({ code: 'SETTINGS_INVALID', message });
  });

  it.each<[string, Field<unknown>, unknown]>([
    ['secret', secret, 12345],
    ['parsed secret', hushed, '12345'],
    ['secret in a table', auth, { type: 'token', token: 12345 }],
  ])('never shows a %s', (_name, field, value) => {
    const fault = faultOf(field, value);
    expect(fault.code).toBe('SETTINGS_INVALID');
    expect(JSON.stringify(fault)).not.toContain('12345');
  });
});

describe('tables', () => {
  const fields = table({ dir: required(text), size: optional(size, 7), note: optional(text), inner: optional(table({ on: optional(boolean, true) }), { on: true }) });

  it('fills in what is left out', () => {
    expect(decodeSettings(document({ dir: 'd' }), fields)).toEqual({ dir: 'd', size: 7, note: undefined, inner: { on: true } });
    expect(decodeSettings(document({ dir: 'd', size: null, inner: {} }), fields)).toEqual({ dir: 'd', size: 7, note: undefined, inner: { on: true } });
  });

  it.each<[string, unknown, string, string]>([
    ['near', { dir: 'd', siez: 1 }, 'config:10: unknown key siez', 'did you mean size?'],
    ['far', { dir: 'd', colour: 1 }, 'config:10: unknown key colour', 'known at the top of the file: dir, inner, note, size'],
    ['nested', { dir: 'd', inner: { onn: 1 } }, 'config:20: unknown key inner.onn', 'did you mean on?'],
    ['inherited name', { dir: 'd', toString: 1 }, 'config:10: unknown key toString', 'known at the top of the file: dir, inner, note, size'],
  ])('unknown key, %s', (_name, root, message, hint) => {
    try {
      decodeSettings(document(root), fields);
      expect.unreachable();
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: 'SETTINGS_UNKNOWN_KEY', message, hint });
    }
  });

  it('names the file when the whole of it is wrong', () => {
    expect(() => decodeSettings(document([]), fields)).toThrow('config: the file: expected a table of keys');
  });
});

describe('parseSize', () => {
  it.each([['1T', 1024 ** 4], ['1g', 1024 ** 3], ['0', 0], ['9007199254740991', Number.MAX_SAFE_INTEGER]])('%s', (words, bytes) => {
    expect(parseSize(words)).toBe(bytes);
  });
  it.each(['', 'G', '1.5G', '-1', '1GB', ' 1G', '9007199254740992', '99999999T'])('refuses %j', (words) => {
    expect(parseSize(words)).toBeUndefined();
  });
});
