// Knows: on which line of a settings file a key stands, so that messages can say so; near enough for files that people write.
// Refuses to know: values, and whether the text is right; parsers decide that.
import type { KeyPath } from './settings-fields.js';

const spelled = (path: KeyPath): string => JSON.stringify(path);

/** Looks a path up, then its parents. */
function lookup(lines: ReadonlyMap<string, number>): (path: KeyPath) => number | undefined {
  return (path) => {
    for (let length = path.length; length > 0; length--) {
      const line = lines.get(spelled(path.slice(0, length)));
      if (line !== undefined) return line;
    }
    return undefined;
  };
}

/** `a."b.c".d` as keys; undefined when it is not a dotted key. */
function dottedKeys(dotted: string): string[] | undefined {
  const keys = dotted.match(/"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+/g);
  if (keys === null) return undefined;
  return keys.map((key) => (/^["']/.test(key) ? key.slice(1, -1) : key));
}

/** The place of `keys` when the tables that were opened last with `[[…]]` are counted in. */
function counted(keys: readonly string[], lists: ReadonlyMap<string, number>): (string | number)[] {
  const path: (string | number)[] = [];
  for (const key of keys) {
    path.push(key);
    const opened = lists.get(spelled(path));
    if (opened !== undefined) path.push(opened);
  }
  return path;
}

/** Reads headers and `key =` at the start of lines. Inside text of several lines it may be mistaken, which costs a wrong line number only. */
export function tomlLines(text: string): (path: KeyPath) => number | undefined {
  const lines = new Map<string, number>();
  const lists = new Map<string, number>();
  const note = (path: KeyPath, line: number): void => {
    if (!lines.has(spelled(path))) lines.set(spelled(path), line);
  };
  let table: (string | number)[] = [];
  for (const [at, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    const header = /^(\[\[?)\s*([^[\]]+?)\s*\]/.exec(line);
    const keys = dottedKeys(header?.[2] ?? /^([^=#[\]{]+?)\s*=/.exec(line)?.[1] ?? '');
    if (keys === undefined) continue;
    if (header === null) {
      for (let length = 1; length <= keys.length; length++) note([...table, ...keys.slice(0, length)], at + 1);
      continue;
    }
    if (header[1] === '[[') {
      const path = [...counted(keys.slice(0, -1), lists), keys.at(-1) ?? ''];
      lists.set(spelled(path), (lists.get(spelled(path)) ?? -1) + 1);
      note(path, at + 1);
    }
    table = counted(keys, lists);
    note(table, at + 1);
  }
  return lookup(lines);
}

const jsonToken = /[ \t\r\n]*(?:("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|([{}[\],:])|(true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![A-Za-z0-9_.]))/y;

type JsonStep = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or }' | ', or ]' | 'end of file';

interface JsonLevel {
  readonly list: boolean;
  /** The key or index being read. */
  at: string | number;
}

export interface JsonLines {
  readonly lineOf: (path: KeyPath) => number | undefined;
  /** Where the text stops being JSON and what should have stood there; undefined when it is JSON to the end. */
  readonly broken: { readonly offset: number; readonly expected: string } | undefined;
}

/** Walks JSON text by its tokens. */
export function jsonLines(text: string): JsonLines {
  const lines = new Map<string, number>();
  const levels: JsonLevel[] = [];
  let step: JsonStep = 'value';
  let line = 1;
  let countedTo = 0;
  const seeLine = (offset: number): number => {
    for (; countedTo < offset; countedTo++) if (text[countedTo] === '\n') line++;
    return line;
  };
  const afterValue = (): JsonStep => {
    const level = levels.at(-1);
    return level === undefined ? 'end of file' : level.list ? ', or ]' : ', or }';
  };
  const advance = (token: string): JsonStep | undefined => {
    const level = levels.at(-1);
    if (step === ':') return token === ':' ? 'value' : undefined;
    if (step.startsWith('key') && token.startsWith('"') && level !== undefined) {
      level.at = JSON.parse(token) as string;
      return ':';
    }
    if ((token === ']' && step.endsWith(']')) || (token === '}' && step.endsWith('}'))) {
      levels.pop();
      return afterValue();
    }
    if (token === ',' && step.startsWith(',') && level !== undefined) {
      if (typeof level.at === 'number') level.at += 1;
      return level.list ? 'value' : 'key';
    }
    if (!step.startsWith('value') || /^[\]},:]/.test(token)) return undefined;
    if (token === '[' || token === '{') {
      levels.push({ list: token === '[', at: token === '[' ? 0 : '' });
      return token === '[' ? 'value or ]' : 'key or }';
    }
    return afterValue();
  };
  jsonToken.lastIndex = 0;
  for (;;) {
    const from: number = jsonToken.lastIndex;
    const found = jsonToken.exec(text);
    const blank = /[^ \t\r\n]|$/g;
    blank.lastIndex = from;
    const offset = blank.exec(text)?.index ?? text.length;
    if (offset === text.length && step === 'end of file') return { lineOf: lookup(lines), broken: undefined };
    const next = found === null ? undefined : advance(found[1] ?? found[2] ?? found[3] ?? '');
    if (next === undefined) return { lineOf: lookup(lines), broken: { offset, expected: step } };
    if (step.startsWith('key') || step.startsWith('value')) {
      const path = levels.slice(0, next.startsWith('key') || next === 'value or ]' ? -1 : undefined).map((level) => level.at);
      if (!lines.has(spelled(path))) lines.set(spelled(path), seeLine(offset));
    }
    step = next;
  }
}
