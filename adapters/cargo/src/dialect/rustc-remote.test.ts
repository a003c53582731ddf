import { describe, expect, it } from 'vitest';
import type { CrateCompilation } from '@sccache-ts/core/compilation';
import { rustcDialect } from './rustc.js';

describe('what a build server is told of the environment', () => {
  const both = { asked: ['ASKED_TOKEN', 'TMPDIR'], macros: true };
  it.each<readonly [name: string, plain: boolean, withMacros: boolean]>([
    ['PATH', true, true],
    ['OUT_DIR', true, true],
    ['CARGO', true, true],
    ['CARGO_MANIFEST_DIR', true, true],
    ['CARGO_PKG_AUTHORS', true, true],
    ['CARGO_FEATURE_TOKEN', true, true],
    ['SOURCE_DATE_EPOCH', true, true],
    // Macros may ask for anything.
    ['HOME', false, true],
    ['LANG', false, true],
    ['DATABASE_URL', false, true],
    ['TARGET', false, true],
    // Nobody serves a jobserver there, and no folder of ours is there.
    ['CARGO_MAKEFLAGS', false, false],
    ['MAKEFLAGS', false, false],
    ['TMPDIR', false, false],
    ['RUSTC_WRAPPER', false, false],
    ['RUSTC_WORKSPACE_WRAPPER', false, false],
    ['SCCACHE_DIR', false, false],
    // Secrets stay here, unless the source itself asks for one.
    ['SCCACHE_DIST_TOKEN', false, false],
    ['CARGO_REGISTRY_TOKEN', false, false],
    ['CARGO_REGISTRIES_MINE_TOKEN', false, false],
    ['GITHUB_TOKEN', false, false],
    ['AWS_SECRET_ACCESS_KEY', false, false],
    ['AWS_ACCESS_KEY_ID', false, false],
    ['NPM_AUTH', false, false],
    ['MY_PASSWORD', false, false],
    ['SSH_AUTH_SOCK', false, false],
    ['LD_PRELOAD', false, false],
    ['ASKED_TOKEN', false, true],
  ])('%s', (name, plain, withMacros) => {
    const isTold = (read: { asked: readonly string[]; macros: boolean }): boolean => rustcDialect.remoteEnv([[name, 'value']], read).length > 0;
    expect([isTold({ asked: [], macros: false }), isTold(both)]).toEqual([plain, withMacros]);
  });

  it('what the source asks for goes along without macros as well', () => {
    expect(rustcDialect.remoteEnv([['A_KEY', 'x'], ['B', 'y']], { asked: ['A_KEY'], macros: false })).toEqual([['A_KEY', 'x']]);
  });
});

it.each<readonly [words: string, expected: string]>([
  ['--crate-name a --emit=dep-info,metadata,link --out-dir o a.rs', '--crate-name a --emit=dep-info=/p/x.d --out-dir o a.rs'],
  ['--emit dep-info,link --cfg emit --out-dir o -gCopt-level=1 a.rs', '--emit=dep-info=/p/x.d --cfg emit --out-dir o -g -Copt-level=1 a.rs'],
])('asks for the list alone: %s', (words, expected) => {
  expect(rustcDialect.listCommand({ words: words.split(' ') } as unknown as CrateCompilation, 'rustc', '/p/x.d')).toEqual({ program: 'rustc', args: expected.split(' ') });
});
