import { describe, expect, it } from 'vitest';
import { baseFolder, baseOf } from './base-folder.js';

const shown = (text: string | undefined): string | undefined => text?.replaceAll('\u0001', '@');

describe('baseFolder', () => {
  const base = baseFolder('/home/u/one/');

  it.each([
    ['/home/u/one', '@'],
    ['/home/u/one/inc', '@/inc'],
    ['-I/home/u/one/inc', '-I@/inc'],
    ['-isystem\0/home/u/one/inc', '-isystem\0@/inc'],
    ['-DROOT="/home/u/one"', '-DROOT="@"'],
    ['-ffile-prefix-map=/home/u/one=/home/u/one', '-ffile-prefix-map=@=@'],
    ['/x/home/u/one/inc', '/x/home/u/one/inc'],
    ['/home/u/oneself', '/home/u/oneself'],
    ['-I/home/u/one.two', '-I/home/u/one.two'],
    ['one', 'one'],
    ['/home/u/one:/usr:/home/u/one/x', '@:/usr:@/x'],
  ])('%j is %j', (word, expected) => {
    expect(shown(base.strip(word))).toBe(expected);
  });

  it.each(['/home/u/one/a.h', '/home/u/one', '/usr/include/a.h', 'a.h', '../a.h'])('gives back %s', (name) => {
    expect(base.restoreName(base.stripName(name))).toBe(name);
  });

  it('makes the names of two checkouts one', () => {
    const other = baseFolder('/srv/two');
    expect(other.path).toBe('/srv/two/');
    expect(other.restoreName(base.stripName('/home/u/one/a.h'))).toBe('/srv/two/a.h');
  });

  it.each([undefined, '', '/'])('%j is none', (path) => {
    const nothing = baseFolder(path);
    expect([nothing.path, nothing.strip('/a'), nothing.stripName('/a'), nothing.restoreName('/a')]).toEqual(['', '/a', '/a', '/a']);
    expect(nothing.restoreName(base.stripName('/home/u/one/a.h'))).toBeUndefined();
  });
});

describe('baseOf', () => {
  it.each([
    ['/a/b', '/a/b/'],
    ['/a/b/c/d', '/a/b/c/'],
    ['/a/bc', '/a/'],
    ['/x', undefined],
  ])('of %s is %s', (cwd, expected) => {
    expect(baseOf(['/a/', '/a/b/', '/a/b/c/', '/y/'], cwd)).toBe(expected);
  });
});
