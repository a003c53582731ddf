import { describe, expect, it } from 'vitest';
import type { EnvPairs } from '@sccache-ts/core/base';
import { rustcDialect } from './rustc.js';

const rest = '--crate-name a --crate-type lib --emit=dep-info,metadata,link --out-dir o src/lib.rs';

function reasonOf(words: string, env: EnvPairs = []): string {
  const verdict = rustcDialect.parse({ compiler: '/usr/bin/rustc', args: `${words} ${rest}`.trim().split(' '), cwd: '/w', env }, () => undefined);
  return verdict.kind === 'compile' ? 'compiled' : verdict.reason;
}

describe('further files and untold inputs', () => {
  it.each<readonly [string, string]>([
    ['-C save-temps', 'save-temps'], ['-C remark=all', 'remark'], ['-C split-debuginfo=unpacked', 'split-debuginfo'],
    ['-OCincremental=/i', 'incremental'], ['-gCsave-temps', 'save-temps'],
    ['-Z self-profile-events=all', '-Z self-profile-events'], ['-Zdump-mir=all', '-Z dump-mir'], ['-Z dump_mir=all', '-Z dump-mir'], ['-Z save-analysis', '-Z save-analysis'],
    ['-Z time-passes', '-Z time-passes'], ['-Z time-llvm-passes', '-Z time-llvm-passes'], ['-Z llvm-time-trace', '-Z llvm-time-trace'], ['-Z remark-dir=/r', '-Z remark-dir'],
    ['-Z metrics-dir=/m', '-Z metrics-dir'], ['-Z profile-closures', '-Z profile-closures'], ['-Z split-dwarf-out-dir=/d', '-Z split-dwarf-out-dir'],
    ['-Z llvm-plugins=/p.so', '-Z llvm-plugins'], ['-Z codegen-backend=/b.so', '-Z codegen-backend'], ['-Z sanitizer-dataflow-abilist=/l', '-Z sanitizer-dataflow-abilist'],
    ['-Z link-only', '-Z link-only'], ['-Z offload=Host=/h', '-Z offload'], ['-Z help', '-Z help'],
    ['-C link-arg=@/words', '@file'], ['-Clink-arg=-Wl,@/words', '@file'], ['-C link-args=-v\t@/words', '@file'], ['-Z pre-link-arg=@/words', '@file'],
    ['--color=purple', '--color'], ['--', '--'], ['@none', '@file'],
  ])('%s: %s', (words, reason) => {
    expect(reasonOf(words)).toBe(reason);
  });

  it.each([
    '', '-C split-debuginfo=off', '-C llvm-args=-x86-asm-syntax=intel', '-C linker-plugin-lto', '-C embed-bitcode=no', '-C profile-generate', '-C instrument-coverage', '-Z sanitizer=address',
    '-Z threads=8', '-C link-arg=-Wl,--defsym=a@b=1', '-C link-arg=-Wl,-rpath=/x@y', '--color=auto', '--color never', '-gO', '--extern proc_macro', '--cap-lints=warn', '--remap-path-prefix=/w=/x', '--odd',
  ])('%s is compiled', (words) => {
    expect(reasonOf(words)).toBe('compiled');
  });
});

describe('targets', () => {
  const folders: EnvPairs = [['RUST_TARGET_PATH', '/specs']];
  it.each<readonly [string, EnvPairs, string]>([
    ['--target odd', [], 'compiled'],
    ['--target odd', [['RUST_TARGET_PATH', '']], 'compiled'],
    ['--target odd', folders, 'target unsure'],
    ['--target=/specs/odd.json', folders, 'compiled'],
    ['', folders, 'compiled'],
  ])('%s with %j: %s', (words, env, reason) => {
    expect(reasonOf(words, env)).toBe(reason);
  });
});

it.each<readonly [string, boolean]>([
  ['-C target-cpu=native', true], ['-OC target-cpu=native', true], ['-Z tune-cpu=native', true], ['-C target-cpu=x86-64-v3', false], ['', false],
])('%s: the processor counts %j', (words, counts) => {
  const verdict = rustcDialect.parse({ compiler: '/usr/bin/rustc', args: `${words} ${rest}`.trim().split(' '), cwd: '/w', env: [] }, () => undefined);
  expect(verdict).toMatchObject({ kind: 'compile', compilation: { nativeCpu: counts } });
});
