// Knows: where keys, values and tables stand in a TOML text, byte for byte. Refuses to know: what they mean, and whether cargo would take them.
// Source: TOML 1.0 (toml.io); what 1.1 adds to inline tables and escapes is taken too.
import { Fault } from '@sccache-ts/core/base';

export type TomlValue =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'flag'; readonly on: boolean }
  | { readonly kind: 'list'; readonly items: readonly TomlValue[] }
  /** `end`: behind the last member, or behind the brace when there is none. */
  | { readonly kind: 'table'; readonly members: number; readonly end: number }
  /** A number or a time. */
  | { readonly kind: 'other' };

export interface TomlEntry {
  /** From the root of the document. */
  readonly path: readonly string[];
  readonly value: TomlValue;
  /** Where the key begins, and behind the value's end. */
  readonly from: number;
  readonly to: number;
  /** The header under which it stands: a number in `headers`; undefined before the first. */
  readonly under: number | undefined;
  /** True for what stands between the braces of an inline table. */
  readonly inline: boolean;
}

export interface TomlHeader {
  readonly path: readonly string[];
  /** `[[…]]` */
  readonly list: boolean;
  readonly from: number;
  readonly to: number;
}

export interface TomlText {
  readonly entries: readonly TomlEntry[];
  readonly headers: readonly TomlHeader[];
}

interface Cursor {
  readonly file: string;
  readonly text: string;
  at: number;
  readonly entries: TomlEntry[];
  readonly headers: TomlHeader[];
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

function broken(cursor: Cursor, expected: string): Fault {
  return new Fault('SETTINGS_SYNTAX', `${cursor.file}:${lineAt(cursor.text, cursor.at)}: expected ${expected}`);
}

/** What a sticky pattern finds here; the cursor then stands behind it. */
function take(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text)?.[0];
  if (found !== undefined) cursor.at += found.length;
  return found;
}

function need(cursor: Cursor, pattern: RegExp, expected: string): string {
  const found = take(cursor, pattern);
  if (found === undefined) throw broken(cursor, expected);
  return found;
}

const blank = /[ \t]*/y;
/** Blanks, ends of lines and comments. */
const gap = /(?:[ \t\r\n]|#[^\n]*)*/y;
const lineEnd = /[ \t]*(?:#[^\n]*)?(?:\r?\n|$)/y;
const simple: Readonly<Record<string, string>> = { b: '\b', t: '\t', n: '\n', f: '\f', r: '\r', e: '\u001b' };

function unescape(escape: string): string {
  const code = /^\\[xuU]([0-9A-Fa-f]+)$/.exec(escape)?.[1];
  if (code !== undefined) return Number.parseInt(code, 16) > 0x10ffff ? '\uFFFD' : String.fromCodePoint(Number.parseInt(code, 16));
  // A line's end takes the blanks after it along.
  const letter = escape.slice(1);
  return /\s/.test(letter) ? '' : (simple[letter] ?? letter);
}

const unescaped = (text: string): string => text.replaceAll(/\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[ \t]*\r?\n\s*|\S)/g, unescape);

const afterNewline = (text: string): string => text.replace(/^\r?\n/, '');

/** A text in any of the four kinds of quotes; undefined when there is none here. */
function quoted(cursor: Cursor, long: boolean): string | undefined {
  const many = long ? (take(cursor, /"""(?:[^"\\]|\\[\s\S]|"{1,2}(?!"))*"{3,5}/y) ?? take(cursor, /'''(?:[^']|'{1,2}(?!'))*'{3,5}/y)) : undefined;
  if (many !== undefined) {
    const body = afterNewline(many.slice(3, -3));
    return many.startsWith('"') ? unescaped(body) : body;
  }
  const one = take(cursor, /"(?!"")(?:[^"\\\n]|\\[^\n])*"/y) ?? take(cursor, /'(?!'')[^'\n]*'/y);
  if (one === undefined) return undefined;
  return one.startsWith('"') ? unescaped(one.slice(1, -1)) : one.slice(1, -1);
}

function keys(cursor: Cursor): string[] {
  const path: string[] = [];
  do {
    take(cursor, blank);
    path.push(quoted(cursor, false) ?? need(cursor, /[A-Za-z0-9_-]+/y, 'a key'));
    take(cursor, blank);
  } while (take(cursor, /\./y) !== undefined);
  return path;
}

interface Home {
  readonly path: readonly string[];
  readonly under: number | undefined;
}

/** Members of a list or an inline table, up to the bracket that closes it. @returns how many, and where the last one ends */
function members(cursor: Cursor, close: RegExp, member: () => void): { readonly count: number; readonly end: number } {
  let [count, end] = [0, cursor.at];
  for (;;) {
    take(cursor, gap);
    if (take(cursor, close) !== undefined) return { count, end };
    member();
    [count, end] = [count + 1, cursor.at];
    take(cursor, gap);
    if (take(cursor, /,/y) !== undefined) continue;
    need(cursor, close, '"," or the bracket that closes');
    return { count, end };
  }
}

function value(cursor: Cursor, home: Home): TomlValue {
  const text = quoted(cursor, true);
  if (text !== undefined) return { kind: 'text', text };
  if (take(cursor, /\[/y) !== undefined) {
    const items: TomlValue[] = [];
    const known = cursor.entries.length;
    members(cursor, /\]/y, () => void items.push(value(cursor, home)));
    // What stands in tables within lists has no path of its own.
    cursor.entries.length = known;
    return { kind: 'list', items };
  }
  if (take(cursor, /\{/y) !== undefined) {
    const { count, end } = members(cursor, /\}/y, () => pair(cursor, home, true));
    return { kind: 'table', members: count, end };
  }
  const word = need(cursor, /\d{4}-\d\d-\d\d \d\d:[^\s,\]}#]*|[^\s,\]}#="'[{]+/y, 'a value');
  return word === 'true' || word === 'false' ? { kind: 'flag', on: word === 'true' } : { kind: 'other' };
}

function pair(cursor: Cursor, home: Home, inline: boolean): void {
  const from = cursor.at;
  const path = [...home.path, ...keys(cursor)];
  need(cursor, /=/y, '"=" after the key');
  take(cursor, blank);
  // Before its members, as in the text.
  const at = cursor.entries.length;
  const read = value(cursor, { path, under: home.under });
  cursor.entries.splice(at, 0, { path, value: read, from, to: cursor.at, under: home.under, inline });
}

function header(cursor: Cursor): Home {
  const from = cursor.at;
  const list = need(cursor, /\[\[?/y, 'a table') === '[[';
  const path = keys(cursor);
  need(cursor, list ? /\]\]/y : /\]/y, '"]" at the end of the table name');
  cursor.headers.push({ path, list, from, to: cursor.at });
  return { path, under: cursor.headers.length - 1 };
}

/** @throws Fault SETTINGS_SYNTAX with file and line */
export function readToml(file: string, text: string): TomlText {
  const cursor: Cursor = { file, text, at: text.startsWith('\uFEFF') ? 1 : 0, entries: [], headers: [] };
  let home: Home = { path: [], under: undefined };
  for (;;) {
    take(cursor, gap);
    if (cursor.at === text.length) return { entries: cursor.entries, headers: cursor.headers };
    if (text[cursor.at] === '[') home = header(cursor);
    else pair(cursor, home, false);
    need(cursor, lineEnd, 'the end of the line');
  }
}

const isSame = (one: readonly string[], other: readonly string[]): boolean => one.length === other.length && one.every((key, at) => key === other[at]);

/** The entry with this path. */
export function entryAt({ entries }: TomlText, path: readonly string[]): TomlEntry | undefined {
  return entries.find((entry) => isSame(entry.path, path));
}

/** The `[table]` with this path. */
export function headerAt({ headers }: TomlText, path: readonly string[]): number | undefined {
  const at = headers.findIndex((it) => !it.list && isSame(it.path, path));
  return at < 0 ? undefined : at;
}
