import { describe, expect, it } from 'vitest';
import { cargoSettings, type CargoSettings, profileNames, profileSetting, setting, textOf, variableOf, wordsOf } from './cargo-settings.js';

const settings = (more: { env?: CargoSettings['env']; near?: string; far?: string; manifest?: string }): CargoSettings =>
  cargoSettings({
    env: more.env ?? [],
    configs: [{ file: 'near', text: more.near ?? '' }, { file: 'far', text: more.far ?? '' }],
    manifest: { file: 'Cargo.toml', text: more.manifest ?? '' },
  });

const wrapper = ['build', 'rustc-wrapper'];
const [near, far] = ['\n[build]\nrustc-wrapper = "near"\n', 'build.rustc-wrapper = "far"\n'];

describe('setting', () => {
  it.each<[string, Parameters<typeof settings>[0], string | undefined, string | undefined]>([
    ['nobody', {}, undefined, undefined],
    ['a far file', { far }, 'far', 'far:1'],
    ['a near file', { near, far }, 'near', 'near:3'],
    ['a variable', { near, env: [['CARGO_BUILD_RUSTC_WRAPPER', 'env']] }, 'env', 'CARGO_BUILD_RUSTC_WRAPPER'],
    ['the short variable', { near, env: [['CARGO_BUILD_RUSTC_WRAPPER', 'env'], ['RUSTC_WRAPPER', 'short']] }, 'short', 'RUSTC_WRAPPER'],
    ['an empty variable', { near, env: [['RUSTC_WRAPPER', '']] }, undefined, 'RUSTC_WRAPPER'],
  ])('by %s', (_, more, text, where) => {
    const said = setting(settings(more), wrapper, 'RUSTC_WRAPPER');
    expect([textOf(said), said?.where]).toEqual([text, where]);
  });

  it('of profiles: variables, then files, then the manifest', () => {
    const manifest = '[profile.dev]\nincremental = true\n[profile.slow-one]\ninherits = "release"\n';
    const value = (more: Parameters<typeof settings>[0]): unknown => profileSetting(settings({ manifest, ...more }), 'dev', 'incremental');
    expect(value({})).toEqual({ value: { kind: 'flag', on: true }, where: 'Cargo.toml:2' });
    expect(value({ far: 'profile.dev.incremental = false' })).toEqual({ value: { kind: 'flag', on: false }, where: 'far:1' });
    expect(value({ env: [['CARGO_PROFILE_DEV_INCREMENTAL', 'false']] })).toEqual({ value: { kind: 'flag', on: false }, where: 'CARGO_PROFILE_DEV_INCREMENTAL' });
    expect(profileNames(settings({ manifest, far: 'profile = { quick = { debug = 1 } }' }))).toEqual(['dev', 'release', 'quick', 'slow-one']);
    expect(variableOf(['profile', 'slow-one', 'incremental'])).toBe('CARGO_PROFILE_SLOW_ONE_INCREMENTAL');
  });

  it('of words: a list, or a text with blanks', () => {
    expect(wordsOf({ where: '', value: { kind: 'text', text: ' -C  a ' } })).toEqual(['-C', 'a']);
    expect(wordsOf({ where: '', value: { kind: 'list', items: [{ kind: 'text', text: '-C a' }, { kind: 'other' }] } })).toEqual(['-C a']);
    expect(wordsOf({ where: '', value: { kind: 'other' } })).toEqual([]);
  });
});
