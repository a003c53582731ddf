// Knows: how a settings file becomes a document: TOML, or JSON when its name ends in `.json`, and how a broken one is told.
// Refuses to know: which settings there are; the daemons check the document with base's fields.
import { readFile } from 'node:fs/promises';
import { Fault, jsonLines, type SettingsDocument, tomlLines } from '../base/index.js';

/** Far more than anybody writes by hand. */
const limit = 4 * 1024 * 1024;

/**
 * Reads and parses a settings file; undefined when there is none.
 * @throws Fault SETTINGS_UNREADABLE (it is there but cannot be read), SETTINGS_SYNTAX (`file:line:column: …`)
 */
export async function readSettingsFile(path: string): Promise<SettingsDocument | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new Fault('SETTINGS_UNREADABLE', `${path}: cannot be read: ${code ?? String(cause)}`, { cause });
  }
  if (bytes.byteLength > limit) throw new Fault('SETTINGS_UNREADABLE', `${path}: ${bytes.byteLength} bytes are too many for a settings file`);
  return parseSettingsText(path, decoded(path, bytes));
}

/** The same for text at hand. @param file for messages; JSON when it ends in `.json` @throws Fault SETTINGS_SYNTAX */
export async function parseSettingsText(file: string, text: string): Promise<SettingsDocument> {
  return file.endsWith('.json') ? parseJson(file, text) : parseToml(file, text);
}

function decoded(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Fault('SETTINGS_SYNTAX', `${path}: is not UTF-8 text`, { cause });
  }
}

function syntax(file: string, at: { readonly line: number; readonly column: number }, problem: string): Fault {
  // Without a cause: parsers quote the text around the error, and that may be a token.
  return new Fault('SETTINGS_SYNTAX', `${file}:${at.line}:${at.column}: ${problem}`);
}

function parseJson(file: string, text: string): SettingsDocument {
  const { lineOf, broken } = jsonLines(text);
  if (broken !== undefined) {
    const before = text.slice(0, broken.offset).split('\n');
    const at = { line: before.length, column: (before.at(-1) ?? '').length + 1 };
    throw syntax(file, at, `expected ${broken.expected}, found ${spelledCharacter(text[broken.offset])}`);
  }
  return { file, root: JSON.parse(text) as unknown, lineOf };
}

/** What the `toml` package throws: syntax errors carry `location`, semantic ones `line` and `column`. */
interface TomlError {
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
  readonly location?: { readonly start: { readonly line: number; readonly column: number } };
  readonly expected?: readonly { readonly type: string; readonly text?: string }[];
  readonly found?: string | null;
}

async function parseToml(file: string, text: string): Promise<SettingsDocument> {
  const { parse } = await import('toml');
  try {
    return { file, root: parse(text) as unknown, lineOf: tomlLines(text) };
  } catch (thrown) {
    const error = thrown as TomlError;
    if (error.location !== undefined) {
      throw syntax(file, error.location.start, `expected ${expectedWords(error)}, found ${spelledCharacter(error.found ?? undefined)}`);
    }
    throw syntax(file, { line: error.line ?? 1, column: error.column ?? 1 }, error.message);
  }
}

/** The grammar's own list names dozens of characters; people need the thing that was missing. */
function expectedWords(error: TomlError): string {
  const words = (error.expected ?? []).flatMap((it) => (it.type === 'literal' && it.text !== undefined ? [it.text] : []));
  const has = (word: string): boolean => words.includes(word);
  if (has('true') && has('false')) return 'a value (text in quotes, a number, true, false, a list or a table)';
  if (has('\\u') || has('\\U')) return 'the closing quote of the text';
  if (has(',') && has(']')) return '"," or "]" in the list';
  if (has(',') && has('}')) return '"," or "}" in the table';
  if (has(']')) return '"]" at the end of the table name';
  if (has('=')) return '"=" after the key';
  if (has('[')) return 'a key or a [table]';
  if (has('\n')) return 'the end of the line';
  return 'something else in TOML';
}

function spelledCharacter(character: string | undefined): string {
  if (character === undefined) return 'the end of the file';
  return character === '\n' || character === '\r' ? 'the end of the line' : JSON.stringify(character);
}
