import { describe, expect, it } from 'vitest';
import { type Entry, type Layer, resolveInRoot } from './root-view.js';

/** A tree as text: `a/` is a directory, `a -> b` a link, `!a` a whiteout, anything else a file. Parents are implied. */
function layer(...lines: readonly string[]): Layer {
  const entries = new Map<string, Entry>();
  const targets = new Map<string, string>();
  const put = (path: string, kind: Entry['kind']): void => {
    const parts = path.split('/');
    for (let i = 1; i < parts.length; i++) entries.set(parts.slice(0, i).join('/'), { kind: 'directory', mode: 0o755 });
    entries.set(path, { kind, mode: kind === 'directory' ? 0o755 : 0o644 });
  };
  for (const line of lines) {
    const [name = '', target] = line.split(' -> ');
    if (target !== undefined) {
      put(name, 'symlink');
      targets.set(name, target);
    } else if (line.startsWith('!')) put(line.slice(1), 'whiteout');
    else if (line.endsWith('/')) put(line.slice(0, -1), 'directory');
    else put(line, 'file');
  }
  return {
    lstat: (segments) => {
      const parent = segments.slice(0, -1).join('/');
      if (parent !== '' && entries.get(parent)?.kind !== 'directory') throw new Error(`asked for ${segments.join('/')}, whose parent is no directory here`);
      return entries.get(segments.join('/'));
    },
    readlink: (segments) => targets.get(segments.join('/')) ?? '',
  };
}

/** `found 1 usr/lib/x`, `missing usr|new/x` with a bar after what exists, `blocked …`. */
function where(layers: readonly Layer[], path: string, last: 'follow' | 'keep' = 'follow'): string {
  const place = resolveInRoot(layers, path, last);
  if (place.kind === 'found') return `found ${place.layer} ${place.segments.join('/')}`;
  if (place.kind === 'blocked') return `blocked: ${place.why}`;
  return `missing ${place.segments.slice(0, place.existing).join('/')}|${place.segments.slice(place.existing).join('/')}`;
}

describe('resolveInRoot in one layer', () => {
  const root = layer(
    'usr/lib/gcc/cc1', 'lib -> /usr/lib', 'up -> ../../../../../..', 'usr/bin/cc -> ../lib/gcc/cc1', 'self -> self', 'ping -> pong', 'pong -> ping',
    'host -> /etc/passwd', 'tmp/', 'file', 'dangling -> /nowhere/at/all', 'chain1 -> chain2', 'chain2 -> /chain3', 'chain3 -> usr', 'empty -> ',
  );
  it.each([
    ['/usr/lib/gcc/cc1', 'found 0 usr/lib/gcc/cc1'],
    ['usr//lib/./gcc/cc1', 'found 0 usr/lib/gcc/cc1'],
    ['/', 'found 0 '],
    ['', 'found 0 '],
    ['/tmp/', 'found 0 tmp'],
    ['/lib/gcc/cc1', 'found 0 usr/lib/gcc/cc1'],
    ['/lib', 'found 0 usr/lib'],
    ['/lib/../bin/cc', 'found 0 usr/lib/gcc/cc1'],
    ['/chain1/lib', 'found 0 usr/lib'],
    ['/up/usr/lib', 'found 0 usr/lib'],
    ['/../../../etc/passwd', 'missing |etc/passwd'],
    ['/up/etc/passwd', 'missing |etc/passwd'],
    ['/host', 'missing |etc/passwd'],
    ['/lib/new/x.o', 'missing usr/lib|new/x.o'],
    ['/dangling', 'missing |nowhere/at/all'],
    ['/dangling/x', 'missing |nowhere/at/all/x'],
    ['/new/./x//', 'missing |new/x'],
    ['/new/../file', 'blocked: goes up from a name that is not there'],
    ['/file/x', 'blocked: leads through /file, which is no directory'],
    ['/self', 'blocked: leads through more than 40 symlinks'],
    ['/ping/x', 'blocked: leads through more than 40 symlinks'],
    ['/empty', 'found 0 '],
    [`/${'n'.repeat(256)}`, 'blocked: holds a name that no file can have'],
    [`/new/${'n'.repeat(256)}`, 'blocked: holds a name that no file can have'],
    ['/a\0b', 'blocked: holds a name that no file can have'],
    ['x/'.repeat(3000), 'blocked: is longer than 4096 characters'],
  ])('%s: %s', (path, expected) => {
    expect(where([root], path)).toBe(expected);
  });

  it('keeps a last link when asked to, but follows those before it', () => {
    expect(where([root], '/lib', 'keep')).toBe('found 0 lib');
    expect(where([root], '/lib/', 'keep')).toBe('found 0 lib');
    expect(where([root], '/chain1/bin/cc', 'keep')).toBe('found 0 usr/bin/cc');
  });
});

describe('resolveInRoot in layers', () => {
  it.each<[string, string, string[], string[], string]>([
    ['takes the upper of two files', '/a/x', ['a/x'], ['a/x'], 'found 0 a/x'],
    ['looks through a shared directory', '/a/y', ['a/x'], ['a/y'], 'found 1 a/y'],
    ['follows a lower link to an upper directory', '/lib/new.o', ['usr/lib/new.o'], ['lib -> /usr/lib', 'usr/lib/old'], 'found 0 usr/lib/new.o'],
    ['sees what is deleted above as missing', '/a/x', ['!a/x'], ['a/x'], 'missing a|x'],
    ['sees nothing below a deleted directory', '/a/x', ['!a'], ['a/x'], 'missing |a/x'],
    ['does not look below an upper file', '/a/x', ['a'], ['a/x'], 'blocked: leads through /a, which is no directory'],
    ['does not look behind an upper directory where the lower has a link', '/lib/passwd', ['lib/'], ['lib -> /etc', 'etc/passwd'], 'missing lib|passwd'],
    ['does not look behind an upper directory where the lower has a file', '/a/x', ['a/'], ['a'], 'missing a|x'],
    ['takes an upper link before a lower directory', '/a/x', ['a -> /b', 'b/x'], ['a/x'], 'found 0 b/x'],
    ['comes back to the lower layer after going up', '/a/../c', ['a/x'], ['c'], 'found 1 c'],
  ])('%s', (...[, path, upper, lower, expected]) => {
    expect(where([layer(...upper), layer(...lower)], path)).toBe(expected);
  });

  it('does not let a directory come through a hidden middle', () => {
    expect(where([layer('a/'), layer('!a'), layer('a/x')], '/a/x')).toBe('missing a|x');
    expect(where([layer('a/'), layer('a -> /b'), layer('a/x')], '/a/x')).toBe('missing a|x');
  });
});
