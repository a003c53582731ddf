import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { putProgram } from './put-program.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'put-program-'));
  writeFileSync(join(folder, 'from'), 'new', { mode: 0o644 });
  writeFileSync(join(folder, 'to'), 'old');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (unfit: (copy: string) => Promise<string | undefined>): Promise<string | undefined> => putProgram({ from: join(folder, 'from'), to: join(folder, 'to'), unfit });

it('takes the place of a file, as a program and a file of its own', async () => {
  const seen: (string | number)[] = [];
  const reason = await put((copy) => Promise.resolve(void seen.push(readFileSync(copy, 'utf8'), statSync(copy).mode & 0o777, copy.slice(-3))));
  expect([reason, seen]).toEqual([undefined, ['new', 0o755, '/to']]);
  expect([readFileSync(join(folder, 'to'), 'utf8'), statSync(join(folder, 'to')).mode & 0o777, statSync(join(folder, 'to')).nlink]).toEqual(['new', 0o755, 1]);
  expect(readdirSync(folder).sort()).toEqual(['from', 'to']);
});

it.each([
  ['is unfit', () => Promise.resolve('for another machine'), 'for another machine'],
  ['cannot be tried', () => Promise.reject(new Error('tried in vain')), 'Error: tried in vain'],
] as const)('stays away when it %s', async (_, unfit, told) => {
  expect(await put(unfit).catch(String)).toBe(told);
  expect(readFileSync(join(folder, 'to'), 'utf8')).toBe('old');
  expect(readdirSync(folder).sort()).toEqual(['from', 'to']);
});

it('leaves everything as it was when there is nothing to put', async () => {
  await expect(putProgram({ from: join(folder, 'nothing'), to: join(folder, 'to'), unfit: () => Promise.resolve(undefined) })).rejects.toThrow(/ENOENT/);
  expect(readdirSync(folder).sort()).toEqual(['from', 'to']);
});
