import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFault } from '../base/index.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withSecretFiles } from './secret-files.js';
import { parseSettingsText } from './settings-file.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secret-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

const read = async (text: string) => withSecretFiles(await parseSettingsText(join(folder, 'x.conf'), text), [['a', 'token'], ['b', 'c', 'key']]);

it('puts secrets where they would stand, names from the settings’ folder on', async () => {
  await writeFile(join(folder, 'one'), '  s3cret with spaces \n');
  await writeFile(join(folder, 'two'), 'k');
  const { document, files } = await read(`[a]\ntoken_file = "one"\n[b.c]\nkey_file = "${folder}/two"\nother = 1\n`);
  expect(document.root).toEqual({ a: { token: 's3cret with spaces' }, b: { c: { key: 'k', other: 1 } } });
  expect(files).toEqual([join(folder, 'one'), join(folder, 'two')]);
  expect(document.lineOf(['b', 'c', 'other'])).toBe(5);
});

it.each(['', 'a = 1\n', '[a]\ntoken = "t"\n', '[[a]]\ntoken_file = "one"\n'])('leaves %j as it is', async (text) => {
  const { document, files } = await read(text);
  expect([document.root, files]).toEqual([(await parseSettingsText('x', text)).root, []]);
});

describe('refuses', () => {
  const refusal = async (text: string): Promise<string> => {
    const thrown: unknown = await read(text).catch((cause: unknown) => cause);
    return isFault(thrown, 'SETTINGS_INVALID') ? thrown.message : String(thrown);
  };
  it.each<[string, string | undefined, string]>([
    ['[a]\ntoken_file = "one"\n', undefined, ':2: a.token_file: FOLDER/one cannot be read: ENOENT'],
    ['[a]\ntoken_file = "."\n', undefined, ':2: a.token_file: FOLDER cannot be read: EISDIR'],
    ['[a]\ntoken_file = "one"\n', ' \n', 'FOLDER/one does not hold one line of text'],
    ['[a]\ntoken_file = "one"\n', 'hidden\nlines\n', 'FOLDER/one does not hold one line of text'],
    ['[a]\ntoken_file = "one"\n', 'x'.repeat(64 * 1024 + 1), 'more than any secret'],
    ['[a]\ntoken_file = "one"\ntoken = "hidden"\n', 'hidden', ':2: a.token_file: token and token_file cannot both be set'],
    ['[a]\ntoken_file = 3\n', undefined, ':2: a.token_file: expected the path of a file'],
  ])('%j with %j', async (text, content, expected) => {
    if (content !== undefined) await writeFile(join(folder, 'one'), content);
    const told = await refusal(text);
    expect(told).toContain(expected.replace('FOLDER', folder));
    expect(told).not.toContain('hidden');
  });
});
