// Knows: how the text of a `.cargo/config.toml` is changed so that cargo compiles through the launcher, with every other byte kept.
// Refuses to know: where the file is and who writes it.
//
// `build.incremental` and not a profile's: it holds for every profile, and CARGO_INCREMENTAL=1 still wins over it for one build. A CARGO_INCREMENTAL
// below `[env]` reaches what cargo starts, and not cargo.
import { isOurs } from '@sccache-ts/core/base';
import { entryAt, headerAt, readToml, type TomlEntry, type TomlText } from './cargo-toml.js';

export interface CargoConfigInput {
  /** For messages. */
  readonly file: string;
  /** Empty when there is no file yet. */
  readonly text: string;
  /** As it is to stand there: `sccache-ts` where PATH finds it, else an absolute path. */
  readonly launcher: string;
}

export interface CargoConfig {
  /** The same text when there is nothing to do. */
  readonly text: string;
  /** Sentences for the user: what was done, and what was left alone. */
  readonly notes: readonly string[];
}

const tableName = 'build';

/** JSON's quoting is TOML's but for one character, which TOML wants escaped. */
const spelled = (text: string): string => JSON.stringify(text).replaceAll('\u007f', '\\u007f');

const newlineOf = (text: string): string => (/\r?\n/.exec(text)?.[0] === '\r\n' ? '\r\n' : '\n');

/** Behind the end of the line that holds this offset. */
function nextLine(text: string, offset: number): number {
  const at = text.indexOf('\n', offset);
  return at < 0 ? text.length : at + 1;
}

function insertLine(text: string, after: number, line: string): string {
  const at = nextLine(text, after);
  const [before, behind, newline] = [text.slice(0, at), text.slice(at), newlineOf(text)];
  return before.endsWith('\n') ? `${before}${line}${newline}${behind}` : `${before}${newline}${line}${newline}`;
}

/** The blanks before what begins here; something else may stand there only when it is no line's beginning. */
const indentOf = (text: string, from: number): string => /[ \t]*$/.exec(text.slice(0, from))?.[0] ?? '';

function inInlineTable(text: string, table: TomlEntry, pair: string): string {
  if (table.value.kind !== 'table') return text;
  const { members, end } = table.value;
  return `${text.slice(0, end)}${members > 0 ? ', ' : ' '}${pair}${members > 0 || /\s/.test(text.charAt(end)) ? '' : ' '}${text.slice(end)}`;
}

function appendTable(text: string, pair: string): string {
  const newline = newlineOf(text);
  const before = text === '' || text === '\uFEFF' ? text : `${text}${text.endsWith('\n') ? '' : newline}${newline}`;
  return `${before}[${tableName}]${newline}${pair}${newline}`;
}

/** Sets a key of the table `build` that is not there yet. */
function withKey(text: string, read: TomlText, key: string, value: string): string {
  const pair = `${key} = ${value}`;
  const table = entryAt(read, [tableName]);
  if (table !== undefined) return inInlineTable(text, table, pair);
  const at = headerAt(read, [tableName]);
  if (at !== undefined) {
    const last = read.entries.findLast(({ under, inline }) => under === at && !inline);
    const from = last?.from ?? read.headers[at]?.from ?? 0;
    return insertLine(text, last?.to ?? read.headers[at]?.to ?? 0, `${indentOf(text, from)}${pair}`);
  }
  // Keys with dots have made the table already, and TOML lets nobody open it again.
  const dotted = read.entries.findLast(({ path: [first], under, inline }) => first === tableName && under === undefined && !inline);
  if (dotted !== undefined) return insertLine(text, dotted.to, `${indentOf(text, dotted.from)}${tableName}.${pair}`);
  return appendTable(text, pair);
}

interface Step {
  readonly text: string;
  readonly note?: string;
}

function setWrapper({ file, text, launcher }: CargoConfigInput): Step | 'another' | undefined {
  const read = readToml(file, text);
  const value = entryAt(read, [tableName, 'rustc-wrapper'])?.value;
  if (value === undefined) return { text: withKey(text, read, 'rustc-wrapper', spelled(launcher)), note: `build.rustc-wrapper is ${spelled(launcher)} now.` };
  return value.kind === 'text' && isOurs(value.text, launcher) ? undefined : 'another';
}

function setIncremental(file: string, text: string): Step {
  const read = readToml(file, text);
  const value = entryAt(read, [tableName, 'incremental'])?.value;
  if (value === undefined) return { text: withKey(text, read, 'incremental', 'false'), note: 'build.incremental is false now: incremental compiles are not cached.' };
  if (value.kind === 'flag' && !value.on) return { text };
  return { text, note: 'build.incremental was set already and was left alone: your own crates are not cached until it is false, or CARGO_INCREMENTAL is 0.' };
}

/**
 * The text with `build.rustc-wrapper` and `build.incremental` set where they were not.
 * @throws Fault SETTINGS_SYNTAX with file and line when it is no TOML
 */
export function cargoConfig(input: CargoConfigInput): CargoConfig {
  const wrapped = setWrapper(input);
  if (wrapped === 'another') {
    const value = entryAt(readToml(input.file, input.text), [tableName, 'rustc-wrapper'])?.value;
    const named = value?.kind === 'text' ? spelled(value.text) : 'no text';
    return { text: input.text, notes: [`build.rustc-wrapper is ${named} already and was left alone, and so was everything else: nothing goes through sccache-ts until that line names it.`] };
  }
  const after = setIncremental(input.file, wrapped?.text ?? input.text);
  return { text: after.text, notes: [wrapped?.note, after.note].filter((note) => note !== undefined) };
}
