import { expect, it } from 'vitest';
import { rustcDialect } from './rustc.js';

it.each<readonly [string, Readonly<Record<string, string>>, readonly string[]]>([
  ['/t/bin/rustc', { CARGO_MANIFEST_DIR: '/a/b' }, []],
  ['/t/bin/clippy-driver', {}, []],
  ['/t/bin/clippy-driver', { CARGO_MANIFEST_DIR: '/a/b' }, ['/a/b/.clippy.toml', '/a/b/clippy.toml', '/a/.clippy.toml', '/a/clippy.toml', '/.clippy.toml', '/clippy.toml']],
  ['/t/bin/clippy-driver', { CARGO_MANIFEST_DIR: '/a/b', CLIPPY_CONF_DIR: '/c' }, ['/c/.clippy.toml', '/c/clippy.toml', '/.clippy.toml', '/clippy.toml']],
])('%s with %j looks for %j', (compiler, env, names) => {
  expect(rustcDialect.lookedFor({ compiler, args: [], cwd: '/', env: Object.entries(env) })).toEqual(names);
});
