import { describe, expect, it } from 'vitest';
import type { Entry, Segments } from './root-view.js';
import { type ListedLayer, planBinds } from './sandbox-binds.js';

/** `name/` is a directory, `name -> target` a link, anything else a file. */
function layer(...lines: readonly string[]): ListedLayer {
  const entries = new Map<string, Entry & { target?: string }>();
  for (const line of lines) {
    const [path = '', target] = line.split(' -> ');
    const parts = path.replace(/\/$/, '').split('/');
    for (let depth = 1; depth < parts.length; depth++) entries.set(parts.slice(0, depth).join('/'), { kind: 'directory', mode: 0o755 });
    const entry: Entry = path.endsWith('/') ? { kind: 'directory', mode: path === 'tmp/' ? 0o1777 : 0o755 } : { kind: target === undefined ? 'file' : 'symlink', mode: 0o644 };
    entries.set(parts.join('/'), { ...entry, ...(target === undefined ? {} : { target }) });
  }
  return {
    lstat: (segments: Segments) => entries.get(segments.join('/')),
    readlink: (segments) => entries.get(segments.join('/'))?.target ?? '',
    names: (segments) => [...entries.keys()].filter((path) => path.split('/').slice(0, -1).join('/') === segments.join('/')).map((path) => path.split('/').at(-1) ?? ''),
  };
}

const sources = { upper: '/u', lower: '/l' };
const empty = layer();

describe('planBinds', () => {
  it('mounts what only the toolchain has, read-only, and makes links and empty directories anew', () => {
    const { options, directories } = planBinds(empty, layer('usr/bin/cc', 'bin -> usr/bin', 'tmp/', 'proc/', 'script'), sources);
    expect(options).toEqual(['--bind', '/u', '/', '--ro-bind', '/l/usr', '/usr', '--symlink', 'usr/bin', '/bin', '--ro-bind', '/l/script', '/script']);
    expect(directories).toEqual([{ segments: ['tmp'], mode: 0o1777 }, { segments: ['proc'], mode: 0o755 }]);
  });

  it('goes into directories that both have, and no deeper', () => {
    const { options } = planBinds(layer('usr/src/job/a.c'), layer('usr/bin/cc', 'usr/lib/x/y', 'usr/src/linux/z'), sources);
    expect(options.slice(3)).toEqual(['--ro-bind', '/l/usr/bin', '/usr/bin', '--ro-bind', '/l/usr/lib', '/usr/lib', '--ro-bind', '/l/usr/src/linux', '/usr/src/linux']);
  });

  it.each<[string, ListedLayer, ListedLayer]>([
    ['a file in place of a directory', layer('usr'), layer('usr/bin/cc')],
    ['a link in place of a directory', layer('usr -> /etc'), layer('usr/bin/cc')],
    ['a directory in place of a file', layer('cc/x'), layer('cc')],
    ['a directory in place of a link', layer('bin/x'), layer('bin -> usr/bin')],
    ['a file in place of a file', layer('usr/bin/cc'), layer('usr/bin/cc')],
  ])('leaves the job %s, and mounts nothing through it', (_, upper, lower) => {
    expect(planBinds(upper, lower, sources).options).toEqual(['--bind', '/u', '/']);
  });

  it('lets jobs write in /tmp though the toolchain has something in it', () => {
    const { options, directories } = planBinds(empty, layer('tmp/left'), sources);
    expect(directories).toEqual([{ segments: ['tmp'], mode: 0o755 }]);
    expect(options.slice(3)).toEqual(['--ro-bind', '/l/tmp/left', '/tmp/left']);
  });

  it('refuses to make thousands of mounts', () => {
    const many = layer(...Array.from({ length: 2100 }, (_, at) => `usr/lib/${at}`));
    expect(() => planBinds(layer('usr/lib/mine'), many, sources)).toThrowError(expect.objectContaining({ code: 'SANDBOX_FAILED' }));
    expect(planBinds(layer('usr/mine'), many, sources).options).toHaveLength(6);
  });
});
