import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RootView, viewRoot } from './root-view-disk.js';

let folder: string;
let upper: string;
let lower: string;
let outside: string;
let view: RootView;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'root-view-'));
  [upper, lower, outside] = ['upper', 'lower', 'outside'].map((name) => join(folder, name)) as [string, string, string];
  for (const it of [upper, lower, outside]) mkdirSync(it);
  mkdirSync(join(lower, 'usr/lib'), { recursive: true });
  mkdirSync(join(lower, 'private'), { mode: 0o711 });
  writeFileSync(join(lower, 'usr/lib/old'), 'old');
  writeFileSync(join(outside, 'secret'), 'secret');
  symlinkSync('/usr/lib', join(lower, 'lib'));
  symlinkSync(outside, join(lower, 'out'));
  symlinkSync(join(outside, 'secret'), join(lower, 'stolen'));
  view = viewRoot([upper, lower]);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('viewRoot', () => {
  it('makes directories where the merged view has them', () => {
    expect(view.makeDirectory('/lib/gcc/12')).toBe(join(upper, 'usr/lib/gcc/12'));
    expect(statSync(join(upper, 'usr/lib/gcc/12')).isDirectory()).toBe(true);
    expect(readdirSync(upper)).toEqual(['usr']);
  });

  it('copies modes from below', () => {
    view.makeDirectory('/private/new');
    expect(statSync(join(upper, 'private')).mode & 0o7777).toBe(0o711);
  });

  it('makes what a link to the outside names inside', () => {
    view.makeDirectory('/out/x');
    expect(readdirSync(outside)).toEqual(['secret']);
    expect(existsSync(join(upper, outside.slice(1), 'x'))).toBe(true);
  });

  it('puts files in place of links, without following them', () => {
    const there = view.makePlace('/stolen');
    expect(there).toBe(join(upper, 'stolen'));
    symlinkSync(join(outside, 'secret'), there);
    expect(view.makePlace('stolen/')).toBe(there);
    expect(lstatSync(there, { throwIfNoEntry: false })).toBeUndefined();
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('secret');
  });

  it.each(['', '/', '/..', '/usr/.', `/usr/${'n'.repeat(300)}`, '/usr/lib', '/usr/lib/old/x', '/new/../../x'])('has no place for %j', (path) => {
    expect(() => view.makePlace(path)).toThrowError(expect.objectContaining({ code: 'ARCHIVE_HOSTILE' }));
  });

  it('opens regular files of both layers', async () => {
    writeFileSync(view.makePlace('/lib/new.o'), 'new');
    for (const name of ['new.o', 'old']) {
      const file = await view.openFile(`/lib/${name}`);
      expect(await file?.readFile('utf8')).toBe(name.slice(0, 3));
      await file?.close();
    }
  });

  it('opens nothing outside, and nothing but regular files', async () => {
    expect(await view.openFile('/stolen')).toBeUndefined();
    expect(await view.openFile('/lib/absent')).toBeUndefined();
    symlinkSync(join('..', '..', 'outside', 'secret'), join(upper, 'escape'));
    symlinkSync('/proc/self/environ', join(upper, 'environment'));
    expect(await view.openFile('/escape')).toBeUndefined();
    expect(await view.openFile('/environment')).toBeUndefined();
    execFileSync('mkfifo', [join(upper, 'fifo')]);
    for (const path of ['/usr/lib', '/fifo', '/usr/lib/old/x']) await expect(view.openFile(path)).rejects.toMatchObject({ code: 'OUTPUT_UNREADABLE' });
  });
});
