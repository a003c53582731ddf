// Knows: that a secret may stand in a file of its own beside the settings, under its key with `_file` behind it.
// Refuses to know: which settings are secrets, and what they open.
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { invalid, type KeyPath, type SettingsDocument } from '../base/index.js';

export interface WithSecrets {
  /** As if the secrets stood in it. */
  readonly document: SettingsDocument;
  /** The files that were read; absolute. */
  readonly files: readonly string[];
}

type Table = Record<string, unknown>;

/** Keys, tokens and passwords; nothing longer is one. */
const longest = 64 * 1024;
const isTable = (value: unknown): value is Table => typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

async function readSecret(path: string, wrong: (problem: string, hint?: string) => Error): Promise<string> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw wrong(`${path} cannot be read: ${cause.code ?? cause.message}`, 'It holds the secret alone, and must be readable by who runs this program.');
  });
  if (bytes.byteLength > longest) throw wrong(`${path} has ${bytes.byteLength} bytes, more than any secret`);
  const text = bytes.toString('utf8').trim();
  if (text === '' || /[\r\n\0\ufffd]/.test(text)) throw wrong(`${path} does not hold one line of text`);
  return text;
}

/**
 * Reads the secrets that a document only names the files of. A relative name is relative to the folder of the settings.
 * @param secrets e.g. `[['server_auth', 'secret_key']]`, for which `secret_key_file` is looked for
 * @throws Fault SETTINGS_INVALID, never with a word of a secret
 */
export async function withSecretFiles(document: SettingsDocument, secrets: readonly KeyPath[]): Promise<WithSecrets> {
  const root = structuredClone(document.root);
  const files: string[] = [];
  for (const path of secrets) {
    const key = String(path.at(-1));
    const named = `${key}_file`;
    const parent = path.slice(0, -1).reduce<unknown>((at, step) => (isTable(at) ? at[step] : undefined), root);
    if (!isTable(parent) || parent[named] === undefined) continue;
    const wrong = (problem: string, hint?: string): Error => invalid({ document, path: [...path.slice(0, -1), named] }, problem, hint);
    if (parent[key] !== undefined) throw wrong(`${key} and ${named} cannot both be set`);
    if (typeof parent[named] !== 'string' || parent[named] === '') throw wrong('expected the path of a file');
    const file = resolve(dirname(document.file), parent[named]);
    parent[key] = await readSecret(file, wrong);
    Reflect.deleteProperty(parent, named);
    files.push(file);
  }
  return { document: { ...document, root, lineOf: (path) => document.lineOf(path) }, files };
}
