import { describe, expect, it } from 'vitest';
import type { EnvPairs } from '@sccache-ts/core/base';
import { cargoConfig } from './cargo-config.js';
import { cargoDoctor, type CargoDoctorInput } from './cargo-doctor.js';
import { cargoPlan } from './cargo-plan.js';

const launcher = '/opt/tool/sccache-ts';
const well: EnvPairs = [['RUSTC_WRAPPER', 'sccache-ts'], ['CARGO_INCREMENTAL', '0']];

interface Project {
  readonly env?: EnvPairs;
  readonly config?: string;
  readonly manifest?: string;
  readonly lock?: string;
}

const inputOf = ({ env = well, config, manifest, lock }: Project): CargoDoctorInput => ({
  launcher,
  env,
  manifest: manifest === undefined ? undefined : { file: 'Cargo.toml', text: manifest },
  lock: lock === undefined ? undefined : { file: 'Cargo.lock', text: lock },
  configs: config === undefined ? [] : [{ file: '.cargo/config.toml', text: config }],
});
const doctor = (project: Project): readonly string[] => cargoDoctor(inputOf(project)).map(({ lost, sentence }) => `${lost}: ${sentence}`);
const flags = (words: string): Project => ({ env: [...well, ['RUSTFLAGS', words]] });

describe('cargoDoctor', () => {
  it.each<[string, Project]>([
    ['what a plan has set', { env: cargoPlan({ launcher, env: [], args: [] }).env }],
    ['what init has written', { env: [], config: cargoConfig({ file: 'f', text: '', launcher }).text, manifest: '[profile.dev]\nincremental = true\n' }],
    ['a profile that is off', { env: [['RUSTC_WRAPPER', launcher]], manifest: '[profile.dev]\nincremental = false\n' }],
    ['a profile that inherits that', { env: [['RUSTC_WRAPPER', launcher]], manifest: '[profile.dev]\nincremental = false\n[profile.x]\ninherits = "dev"\n' }],
    ['ordinary flags', flags('-C opt-level=2 -Dwarnings --cfg x -C link-arg=-fuse-ld=lld -C linker=clang-16')],
    ['flags that a variable silences', { env: [...well, ['RUSTFLAGS', '']], config: '[build]\nrustflags = "-C save-temps"\n' }],
    ['a linker that is one', { config: '[target.x86_64-unknown-linux-gnu]\nlinker = "/usr/bin/x86_64-linux-gnu-gcc-12"\n' }],
    ['C code that is cached', { env: [...well, ['CC', '/x/sccache-ts cc']], lock: 'name = "cc"\n' }],
    ['no C code', { lock: '[[package]]\nname = "ccc"\n' }],
    ['debug information in one piece', { manifest: '[profile.dev]\nsplit-debuginfo = "off"\n' }],
  ])('finds nothing in %s', (_, project) => expect(doctor(project)).toEqual([]));

  it.each<[string, Project, string]>([
    ['no wrapper', { env: [['CARGO_INCREMENTAL', '0']] }, 'all: No wrapper is named'],
    ['a wrapper turned off', { env: [['CARGO_INCREMENTAL', '0'], ['RUSTC_WRAPPER', '']], config: '[build]\nrustc-wrapper = "sccache-ts"\n' }, 'all: RUSTC_WRAPPER is empty'],
    ['another wrapper', { env: [['CARGO_INCREMENTAL', '0']], config: '\n[build]\nrustc-wrapper = "sccache"\n' }, 'all: .cargo/config.toml:3 names the wrapper "sccache"'],
    ['another compiler', { env: [...well, ['RUSTC', '/x/my-rust']] }, 'all: RUSTC names the compiler "/x/my-rust"'],
    ['a cache for members', { env: [...well, ['RUSTC_WORKSPACE_WRAPPER', 'sccache']] }, 'some: RUSTC_WORKSPACE_WRAPPER names "sccache", another cache'],
    ['a wrapper for members', { config: '[build]\nrustc-workspace-wrapper = "lint"\n' }, 'nothing: .cargo/config.toml:2 names "lint"'],
    ['CARGO_INCREMENTAL', { env: [['RUSTC_WRAPPER', launcher], ['CARGO_INCREMENTAL', '1']] }, 'some: CARGO_INCREMENTAL is 1'],
    ['the default', { env: [['RUSTC_WRAPPER', launcher]] }, "some: Profile dev compiles your own crates incrementally (cargo's default)"],
    ['incremental for all', { env: [['RUSTC_WRAPPER', launcher]], config: 'build.incremental = true\n', manifest: '[profile.dev]\nincremental = false\n' }, 'some: .cargo/config.toml:1 turns incremental'],
    ['a profile', { env: [['RUSTC_WRAPPER', launcher]], manifest: '[profile]\nrelease = { incremental = true }\ndev.incremental = false\n' }, 'some: Profile release compiles your own crates incrementally (Cargo.toml:2)'],
    ['split debug information', { manifest: '[profile.release]\nsplit-debuginfo = "packed"\n' }, 'some: Cargo.toml:2 sets split-debuginfo to "packed" in profile release'],
    ['temporaries', flags('-C save-temps'), 'all: The flags of RUSTFLAGS keep every crate from the cache (save-temps)'],
    ['incremental by flag', { env: [...well, ['CARGO_ENCODED_RUSTFLAGS', '-C\u001fincremental=/x']] }, 'all: The flags of CARGO_ENCODED_RUSTFLAGS keep every crate from the cache (incremental)'],
    ['flags of a file', { config: '[target.\'cfg(unix)\']\nrustflags = ["-Z", "self-profile"]\n' }, 'all: The flags of .cargo/config.toml:2 keep every crate from the cache (-Z self-profile)'],
    ['the processor', { config: '[build]\nrustflags = ["-C", "target-cpu=native"]\n' }, "nothing: The flags of .cargo/config.toml:2 compile for this machine's processor"],
    ['the processor, by cargo\'s variable', { env: [...well, ['CARGO_BUILD_RUSTFLAGS', '-Ctarget-cpu=native']] }, "nothing: The flags of CARGO_BUILD_RUSTFLAGS compile for this machine's processor"],
    ['a linker by flag', flags('-C linker=rust-lld'), 'some: RUSTFLAGS names the linker "rust-lld"'],
    ['a linker in one word', flags('-Clinker=/x/wild'), 'some: RUSTFLAGS names the linker "/x/wild"'],
    ['a linker of a target', { env: [...well, ['CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER', 'ld.lld']] }, 'some: CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER names the linker "ld.lld"'],
    ['a linker in a file', { config: '[target.x]\nlinker = "rust-lld"\n' }, 'some: .cargo/config.toml:2 names the linker "rust-lld"'],
    ['gold', flags('-C link-arg=-fuse-ld=gold'), 'some: The flags of RUSTFLAGS choose the linker gold'],
    ['a target', { config: '[build]\ntarget = "aarch64-unknown-linux-gnu"\n' }, 'some: .cargo/config.toml:2 names the target "aarch64-unknown-linux-gnu"'],
    ['a target looked for', { env: [...well, ['RUST_TARGET_PATH', '/t'], ['CARGO_BUILD_TARGET', 'odd']] }, 'all: CARGO_BUILD_TARGET names the target "odd", and RUST_TARGET_PATH'],
    ['C code', { lock: '[[package]]\nname = "cc"\n\n[[package]]\nname = "cmake"\n' }, 'some: Cargo.lock has cc and cmake'],
    ['a file that is broken', { config: '[build]\njobs\n' }, 'all: .cargo/config.toml:2: expected "="'],
  ])('finds %s', (_, project, sentence) => expect(doctor(project)).toEqual([expect.stringContaining(sentence)]));

  it('tells of members that alone are cached', () => {
    expect(doctor({ env: [['CARGO_INCREMENTAL', '0'], ['RUSTC_WORKSPACE_WRAPPER', 'sccache-ts']] })).toEqual([
      expect.stringContaining('No wrapper is named'), expect.stringContaining('for your own crates only'),
    ]);
  });

  it('begins with the worst, and says what to do', () => {
    const all = cargoDoctor(inputOf({ env: [['RUSTFLAGS', '-C target-cpu=native']], lock: 'name = "cc"\n' }));
    expect(all.map(({ lost }) => lost)).toEqual(['all', 'some', 'some', 'nothing']);
    for (const { sentence } of all) expect(sentence).toMatch(/^[A-Z.].*\.$/s);
  });

  it('is not led astray by profiles that inherit in a circle', () => {
    expect(doctor({ env: [['RUSTC_WRAPPER', launcher], ['CARGO_PROFILE_DEV_INCREMENTAL', 'false']], manifest: '[profile.a]\ninherits = "b"\n[profile.b]\ninherits = "a"\n' })).toEqual([]);
  });
});
