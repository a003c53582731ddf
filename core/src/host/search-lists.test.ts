import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../base/index.js';
import { createSearchLists, type SearchQuestion } from './search-lists.js';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'search-lists-'));
  mkdirSync(join(dir, 'inc'));
  // A compiler that counts how often it is asked.
  writeFileSync(join(dir, 'cc'), '#!/bin/sh\necho asked >> count\nexec gcc "$@"\n');
  chmodSync(join(dir, 'cc'), 0o755);
});
afterEach(() => rmSync(dir, { recursive: true }));

const question = (more: Partial<SearchQuestion> = {}): SearchQuestion => ({
  key: digestOf('question'),
  command: { program: join(dir, 'cc'), args: ['-E', '-v', '-Iinc', '-Inone', '-x', 'c', '/dev/null'] },
  folders: ['inc', 'none'],
  cwd: dir,
  env: [['PATH', process.env['PATH'] ?? ''], ['LANG', 'de_DE.UTF-8'], ['LANGUAGE', 'de']],
  ...more,
});
const asked = (): number => readFileSync(join(dir, 'count'), 'utf8').split('\n').length - 1;

describe('createSearchLists', () => {
  it('asks once, also for two at once', async () => {
    const lists = createSearchLists();
    const [one, two] = await Promise.all([lists.of(question()), lists.of(question())]);
    expect(one).toEqual(two);
    expect(one?.angled[0]).toBe('inc');
    expect(one?.missing).toContain('none');
    await lists.of(question());
    expect(asked()).toBe(1);
  });

  it('asks again when a folder came or went', async () => {
    const lists = createSearchLists();
    await lists.of(question());
    mkdirSync(join(dir, 'none'));
    expect((await lists.of(question()))?.angled.slice(0, 2)).toEqual(['inc', 'none']);
    rmSync(join(dir, 'inc'), { recursive: true });
    expect((await lists.of(question()))?.angled[0]).toBe('none');
    expect(asked()).toBe(3);
  });

  it('asks again when a name leads to a folder that is searched already, and when it leads away from it', async () => {
    mkdirSync(join(dir, 'other'));
    const turn = (to: string): void => {
      rmSync(join(dir, 'none'), { force: true });
      symlinkSync(to, join(dir, 'none'));
    };
    const lists = createSearchLists();
    turn('other');
    expect((await lists.of(question()))?.angled.slice(0, 2)).toEqual(['inc', 'none']);
    turn('inc');
    expect((await lists.of(question()))?.angled).not.toContain('none');
    turn('other');
    expect((await lists.of(question()))?.angled.slice(0, 2)).toEqual(['inc', 'none']);
    expect(asked()).toBe(3);
  });

  it('knows no answer of a compiler that fails', async () => {
    expect(await createSearchLists().of(question({ command: { program: join(dir, 'cc'), args: ['--no-such-option'] } }))).toBeUndefined();
  });
});
