import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSettingsFile } from './settings-file.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'settings-file-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function written(name: string, text: string | Uint8Array): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, text);
  return path;
}

describe('readSettingsFile', () => {
  it('reads TOML with a byte order mark and CRLF', async () => {
    const document = await readSettingsFile(await written('config', '\ufeff[dist]\r\nscheduler_url = "http://h"\r\n[[dist.toolchains]]\r\ntype = "no_dist"\r\n'));
    expect(document?.root).toEqual({ dist: { scheduler_url: 'http://h', toolchains: [{ type: 'no_dist' }] } });
    expect(document?.lineOf(['dist', 'toolchains', 0, 'type'])).toBe(4);
  });

  it('reads JSON when the name says so', async () => {
    const document = await readSettingsFile(await written('config.json', '{\n"a": 1}'));
    expect(document?.root).toEqual({ a: 1 });
    expect(document?.lineOf(['a'])).toBe(2);
  });

  it('knows no file', async () => {
    expect(await readSettingsFile(join(dir, 'absent'))).toBeUndefined();
    expect(await readSettingsFile(join(await written('plain', ''), 'below'))).toBeUndefined();
  });

  it('tells an unreadable file from none', async () => {
    await expect(readSettingsFile(dir)).rejects.toMatchObject({ code: 'SETTINGS_UNREADABLE' });
  });

  it('tells a forbidden file from none', async ({ skip }) => {
    if (process.getuid?.() === 0) skip('root may read every file');
    const path = await written('forbidden', 'a = 1');
    await chmod(path, 0);
    await expect(readSettingsFile(path)).rejects.toMatchObject({ code: 'SETTINGS_UNREADABLE' });
  });

  it.each([
    ['a = \n', '1:5: expected a value (text in quotes, a number, true, false, a list or a table), found the end of the line'],
    ['\na = tru', '2:5: expected a value (text in quotes, a number, true, false, a list or a table), found "t"'],
    ['[dist\nx = 1', '1:6: expected "]" at the end of the table name, found the end of the line'],
    ['a = "x\n', '1:7: expected the closing quote of the text, found the end of the line'],
    ['x = [1,2', '1:9: expected "," or "]" in the list, found the end of the file'],
    ['a b = 1', '1:3: expected "=" after the key, found "b"'],
    ['= 1', '1:1: expected a key or a [table], found "="'],
    ['a = 1 b = 2', '1:7: expected the end of the line, found "b"'],
    ['a = 1\na = 2', "2:1: Cannot redefine existing key 'a'."],
    ['a = 99999999999999999999', '1:5: Integer literal is outside the 64-bit signed integer range required by TOML.'],
  ])('says where %j is broken', async (text, message) => {
    const path = await written('broken', text);
    await expect(readSettingsFile(path)).rejects.toMatchObject({ code: 'SETTINGS_SYNTAX', message: `${path}:${message}` });
  });

  it.each([
    ['{"a": 1,\n}', '2:1: expected key, found "}"'],
    ['{"token": "hush" x}', '1:18: expected , or }, found "x"'],
    ['{', '1:2: expected key or }, found the end of the file'],
  ])('says where the JSON %j is broken, without quoting it', async (text, message) => {
    const path = await written('broken.json', text);
    const fault = await readSettingsFile(path).catch((thrown: unknown) => thrown);
    expect(fault).toMatchObject({ code: 'SETTINGS_SYNTAX', message: `${path}:${message}` });
    expect(String(fault)).not.toContain('hush');
  });

  it('refuses what is not text', async () => {
    await expect(readSettingsFile(await written('binary', Uint8Array.of(0x61, 0xff)))).rejects.toMatchObject({ code: 'SETTINGS_SYNTAX' });
  });
});
