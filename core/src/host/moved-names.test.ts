import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { movedSince } from './moved-names.js';

let dir = '';
let since = 0;
const age = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 40));
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'moved-'));
  for (const name of ['one', 'two']) {
    mkdirSync(join(dir, name));
    writeFileSync(join(dir, name, 'a.h'), name);
  }
  symlinkSync('one', join(dir, 'link'));
  symlinkSync('one/a.h', join(dir, 'a.h'));
  await age();
  since = Date.now();
  await age();
});
afterEach(() => rmSync(dir, { recursive: true }));

const old = new Date('2001-09-09');

it.each<readonly [deed: string, name: string, does: () => void, moved: string | undefined]>([
  ['nothing', 'link/a.h', () => undefined, undefined],
  ['nothing', 'none/b.h', () => undefined, undefined],
  ['a file that comes', 'one/a.h', () => writeFileSync(join(dir, 'one/b.h'), ''), undefined],
  ['a link that is turned', 'link/a.h', () => { rmSync(join(dir, 'link')); symlinkSync('two', join(dir, 'link')); }, 'link'],
  ['the link of a file', 'a.h', () => { rmSync(join(dir, 'a.h')); symlinkSync('two/a.h', join(dir, 'a.h')); }, 'a.h'],
  ['another link', 'link/a.h', () => symlinkSync('two', join(dir, 'other')), undefined],
  ['a folder in another one\'s place', 'one/a.h', () => { renameSync(join(dir, 'one'), join(dir, 'gone')); renameSync(join(dir, 'two'), join(dir, 'one')); }, 'one'],
  ['a file that is given an old time', 'one/a.h', () => utimesSync(join(dir, 'one/a.h'), old, old), undefined],
])('sees of %s under %s what may have moved', (_, name, does, moved) => {
  does();
  expect(movedSince([join(dir, name)], since)).toBe(moved && join(dir, moved));
});
