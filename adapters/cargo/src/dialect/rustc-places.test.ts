import { describe, expect, it } from 'vitest';
import { isLinkTemporary, lookedFor, mayBundle } from './rustc-places.js';

const asked = (compiler: string, env: Readonly<Record<string, string>> = {}) => ({ compiler, args: [], cwd: '/', env: Object.entries(env) });

it.each<readonly [string, Readonly<Record<string, string>>, readonly string[]]>([
  ['/t/bin/rustc', { CARGO_MANIFEST_DIR: '/a/b' }, []],
  ['/t/bin/clippy-driver', {}, []],
  ['/t/bin/clippy-driver', { CARGO_MANIFEST_DIR: '/a/b' }, ['/a/b/.clippy.toml', '/a/b/clippy.toml', '/a/.clippy.toml', '/a/clippy.toml', '/.clippy.toml', '/clippy.toml']],
  ['/t/bin/clippy-driver', { CARGO_MANIFEST_DIR: '/a/b', CLIPPY_CONF_DIR: '/c' }, ['/c/.clippy.toml', '/c/clippy.toml', '/.clippy.toml', '/clippy.toml']],
])('%s with %j looks for %j', (compiler, env, names) => {
  expect(lookedFor(asked(compiler, env), [])).toEqual(names);
});

describe('modules', () => {
  it.each<readonly [readonly string[], readonly string[]]>([
    [['src/lib.rs', 'src/a.rs'], ['src/lib/mod.rs', 'src/a/mod.rs']],
    [['src/a/mod.rs'], ['src/a.rs']],
    [['src/text.txt', '/out/made.rs'], ['/out/made/mod.rs']],
    [['src/a.rs', 'src/a/mod.rs'], []],
  ])('beside %j there must be no %j', (sources, names) => {
    expect(lookedFor(asked('rustc'), sources)).toEqual(names);
  });
});

it('what clippy has read is not what it looked for in vain', () => {
  const names = lookedFor(asked('clippy-driver', { CARGO_MANIFEST_DIR: '/a' }), ['/a/clippy.toml']);
  expect(names).toEqual(['/a/.clippy.toml', '/.clippy.toml', '/clippy.toml']);
});

it.each<readonly [string, boolean]>([
  ['#[link(name = "z", kind = "static")]', true],
  ['#[cfg_attr(x, link(kind="static:+whole-archive", name = "z"))]', true],
  ['#[link(name = "z")]', false],
  ['#[link(name = "z", kind = "dylib")]', false],
])('%s may bundle a library: %j', (source, expected) => {
  expect(mayBundle(source)).toBe(expected);
});

it.each<readonly [string, boolean]>([
  ['/tmp/rustcA1b2C3/symbols.o', true],
  ['/tmp/rustcA1b2C3/list', true],
  ['/t/deps/one-5f.one.1a2b-cgu.0.rcgu.o', true],
  ['/t/deps/libone.rlib', false],
  ['/usr/lib/crt1.o', false],
  ['/tmp/rustc/own.o', false],
])('%s is rustc\'s own: %j', (path, expected) => {
  expect(isLinkTemporary(path, '/t/deps')).toBe(expected);
});
