import { describe, expect, it } from 'vitest';
import type { EnvPairs } from '@sccache-ts/core/base';
import { cargoPlan, type CargoPlanInput } from './cargo-plan.js';

const launcher = '/opt/tool/sccache-ts';
const plan = (env: EnvPairs, more: Partial<CargoPlanInput> = {}): ReturnType<typeof cargoPlan> => cargoPlan({ launcher, env, args: ['build'], ...more });
const [ourWrapper, off] = [['RUSTC_WRAPPER', launcher], ['CARGO_INCREMENTAL', '0']] as const;

describe('cargoPlan', () => {
  it.each<[string, EnvPairs, EnvPairs, string]>([
    ['nothing', [], [ourWrapper, off], ''],
    ['a wrapper that was turned off', [['RUSTC_WRAPPER', '']], [ourWrapper, off], ''],
    ['another setting that was turned off', [['RUSTC_WRAPPER', ''], ['CARGO_BUILD_RUSTC_WRAPPER', 'sccache']], [ourWrapper, off], ''],
    ['ours', [['RUSTC_WRAPPER', 'sccache-ts']], [off], ''],
    ['ours by path', [['RUSTC_WRAPPER', launcher]], [off], ''],
    ['ours as cargo spells its settings', [['CARGO_BUILD_RUSTC_WRAPPER', launcher]], [off], ''],
    ['another', [['RUSTC_WRAPPER', '/usr/bin/sccache']], [off], 'RUSTC_WRAPPER is "/usr/bin/sccache" and was left alone'],
    ['another setting', [['CARGO_BUILD_RUSTC_WRAPPER', 'sccache']], [off], 'CARGO_BUILD_RUSTC_WRAPPER is "sccache" and was left alone'],
    ['one that wins over another', [['CARGO_BUILD_RUSTC_WRAPPER', 'sccache'], ['RUSTC_WRAPPER', launcher]], [off], ''],
    ['a wrapper for members', [['RUSTC_WORKSPACE_WRAPPER', '/x/lint']], [ourWrapper, off], 'cargo puts sccache-ts before it, and it is part of'],
    ['a cache for members', [['RUSTC_WORKSPACE_WRAPPER', 'sccache']], [ourWrapper, off], 'two caches in a row'],
    ['ours for members', [['RUSTC_WORKSPACE_WRAPPER', launcher]], [ourWrapper, off], 'called once all the same'],
    ['no wrapper for members', [['RUSTC_WORKSPACE_WRAPPER', '']], [ourWrapper, off], ''],
    ['incremental compiles wanted', [['CARGO_INCREMENTAL', '1']], [ourWrapper], 'CARGO_INCREMENTAL is 1'],
    ['incremental compiles unwanted', [['CARGO_INCREMENTAL', '']], [ourWrapper], ''],
    ['incremental compiles wanted as a setting', [['CARGO_BUILD_INCREMENTAL', 'true']], [ourWrapper], 'CARGO_BUILD_INCREMENTAL is true'],
    ['incremental compiles wanted in one profile', [['CARGO_PROFILE_DEV_INCREMENTAL', 'true']], [ourWrapper], 'CARGO_PROFILE_DEV_INCREMENTAL is true'],
    ['incremental compiles unwanted in one profile', [['CARGO_PROFILE_DEV_INCREMENTAL', 'false']], [ourWrapper, off], ''],
  ])('%s', (_, env, set, note) => {
    const { env: given, notes } = plan(env);
    expect(given).toEqual(set);
    expect(notes).toEqual(note === '' ? [] : [expect.stringContaining(note)]);
  });

  it('does not touch what build scripts compile with, unless asked', () => {
    expect(plan([]).env.map(([name]) => name)).not.toContain('CC');
    expect(plan([], { nativeCode: true }).env).toEqual([ourWrapper, off, ['CC', `${launcher} cc`], ['CXX', `${launcher} c++`]]);
    const { env, notes } = plan([['CC', 'clang']], { nativeCode: true });
    expect(env).toEqual([ourWrapper, off, ['CXX', `${launcher} c++`]]);
    expect(notes).toEqual(['CC is "clang" and was left alone.']);
  });

  it.each<[string, EnvPairs, Partial<CargoPlanInput>, boolean]>([
    ['a target', [], { args: ['build', '--target', 'x'] }, false],
    ['a target in one word', [], { args: ['build', '--target=x'] }, false],
    ['a target in the environment', [['CARGO_BUILD_TARGET', 'x']], {}, false],
    ['the program\'s own words', [], { args: ['run', '--', '--target=x'] }, true],
    ['a launcher that shells take apart', [], { launcher: '/a b/sccache-ts' }, false],
  ])('with %s', (_, env, more, cc) => {
    const { env: given, notes } = plan(env, { nativeCode: true, ...more });
    expect(given.some(([name]) => name === 'CC')).toBe(cc);
    expect(notes.length).toBe(cc ? 0 : 1);
  });
});
