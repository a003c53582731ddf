import { describe, expect, it } from 'vitest';
import type { EnvPairs } from '@sccache-ts/core/base';
import type { CrateCompilation } from '@sccache-ts/core/compilation';
import { rustcDialect } from './rustc.js';

const cargoEnv: EnvPairs = [['CARGO', '/usr/bin/cargo'], ['PATH', '/usr/bin']];
const files: Readonly<Record<string, string>> = { '/w/args': '--crate-name\nfrom file\n--emit=dep-info,link\r\nsrc/lib.rs\n@nested\n' };

const verdictOf = (args: readonly string[], env = cargoEnv) => rustcDialect.parse({ compiler: '/usr/bin/rustc', args, cwd: '/w', env }, (path) => files[path]);
const parse = (line: string, env = cargoEnv) => verdictOf(line.split(' '), env);

function compiled(line: string): CrateCompilation {
  const verdict = parse(line);
  if (verdict.kind !== 'compile') throw new Error(`declined: ${verdict.reason}`);
  return verdict.compilation;
}

const rest = '--emit=dep-info,metadata,link --out-dir /t/deps src/lib.rs';
const json = '--error-format=json --json=diagnostic-rendered-ansi,artifacts,future-incompat';
/** As cargo 1.95 says it. */
const cargoLines = {
  lib: `--crate-name memchr --edition=2021 /r/memchr-2.7.4/src/lib.rs ${json} --crate-type lib --emit=dep-info,metadata,link -C opt-level=3 -C embed-bitcode=no --cfg feature="alloc" --cfg feature="std" --check-cfg cfg(docsrs,test) --check-cfg cfg(feature,values("alloc")) -C metadata=97b2 -C extra-filename=-30f3 --out-dir /t/deps -L dependency=/t/deps --cap-lints allow`,
  bin: `--crate-name rg --edition=2021 crates/core/main.rs ${json} --crate-type bin --emit=dep-info,link -C opt-level=3 -C embed-bitcode=no -C metadata=5f -C extra-filename=-2c --out-dir /t/deps -L dependency=/t/deps --extern anyhow=/t/deps/libanyhow-1.rlib --extern bstr=/t/deps/libbstr-2.rlib -L native=/t/build/x/out`,
  script: `--crate-name build_script_build --edition=2018 /r/libc/build.rs ${json} --crate-type bin --emit=dep-info,link -C embed-bitcode=no -C metadata=a -C extra-filename=-b --out-dir /t/build/libc-b -L dependency=/t/deps --cap-lints allow`,
  macro: `--crate-name serde_derive --edition=2015 /r/serde_derive/src/lib.rs ${json} --crate-type proc-macro --emit=dep-info,link -C prefer-dynamic -C metadata=a -C extra-filename=-b --out-dir /t/deps -L dependency=/t/deps --extern syn=/t/deps/libsyn-9.rlib --extern proc_macro --cap-lints allow`,
  test: `--crate-name one --edition=2024 src/lib.rs ${json} --emit=dep-info,link -C debuginfo=2 --test -C metadata=a -C extra-filename=-b --out-dir /t/deps -L dependency=/t/deps`,
  check: `--crate-name one --edition=2024 src/main.rs ${json} --crate-type bin --emit=dep-info,metadata -C embed-bitcode=no -C metadata=a -C extra-filename=-b --out-dir /t/deps -L dependency=/t/deps`,
};

describe('what is compiled', () => {
  it.each<readonly [keyof typeof cargoLines, readonly string[], readonly string[], boolean]>([
    ['lib', ['lib'], ['rlib libmemchr-30f3.rlib', 'rmeta libmemchr-30f3.rmeta', 'dep-info memchr-30f3.d'], false],
    ['bin', ['bin'], ['bin rg-2c', 'dep-info rg-2c.d'], true],
    ['macro', ['proc-macro'], ['dylib libserde_derive-b.so', 'dep-info serde_derive-b.d'], true],
    ['test', ['test'], ['bin one-b', 'dep-info one-b.d'], true],
    ['check', ['bin'], ['rmeta libone-b.rmeta', 'dep-info one-b.d'], false],
  ])('%s: %j', (name, types, outputs, linked) => {
    const { crateTypes, outputs: found, linking } = compiled(cargoLines[name]);
    expect([crateTypes, found.map(({ role, path }) => `${role} ${path.replace('/t/deps/', '')}`), linking !== undefined]).toEqual([types, outputs, linked]);
  });

  it('names the files that count by content, and where others are looked for', () => {
    expect(compiled(cargoLines.bin)).toMatchObject({
      extraInputs: ['/t/deps/libanyhow-1.rlib', '/t/deps/libbstr-2.rlib'],
      searchFolders: [{ kind: 'dependency', path: '/t/deps' }, { kind: 'native', path: '/t/build/x/out' }],
      linking: { linker: undefined, target: undefined, words: [], throughCrates: false },
    });
    expect(compiled(cargoLines.macro).extraInputs).toEqual(['/t/deps/libsyn-9.rlib']);
    expect(compiled(`--crate-name a -l static:+bundle=z:zz -l static=y -l dylib=d -l x -L /n -L framework=/f ${rest}`)).toMatchObject({
      bundled: ['z', 'y'],
      searchFolders: [{ kind: 'all', path: '/n' }, { kind: 'framework', path: '/f' }],
    });
    expect(compiled(`--crate-name a --target my.json -Cprofile-use=p -Z profile_sample_use=q ${rest}`).extraInputs).toEqual(['my.json', 'p', 'q']);
    expect(compiled(`--crate-name a --extern priv,noprelude:b=/b.rmeta ${rest}`).extraInputs).toEqual(['/b.rmeta']);
  });

  it.each<readonly [string, Partial<CrateCompilation>]>([
    [`--crate-name a --crate-type=rlib,staticlib ${rest}`, { crateTypes: ['rlib', 'staticlib'], linking: undefined }],
    [`--crate-name a --crate-type lib --crate-type cdylib ${rest}`, { crateTypes: ['lib', 'cdylib'], linking: { linker: undefined, target: undefined, words: [], throughCrates: false } }],
    [`--crate-name a --crate-type lib -C target-cpu=native ${rest}`, { nativeCpu: true }],
    [`--crate-name a --crate-type lib -Ctarget_cpu=native ${rest}`, { nativeCpu: true }],
    [`--crate-name a --crate-type lib --color always ${rest}`, { colour: 'always' }],
    [`--crate-name a --crate-type lib --color=always --error-format=json ${rest}`, { colour: 'never' }],
    [`--crate-name a --crate-type lib -C split-debuginfo=off ${rest}`, { linking: undefined }],
    [`--crate-name a -C linker=clang -C link-arg=-fuse-ld=lld ${rest}`, { linking: { linker: 'clang', target: undefined, words: ['-C', 'linker=clang', '-C', 'link-arg=-fuse-ld=lld'], throughCrates: false } }],
    [`--crate-name a --crate-type lib --diagnostic-width=70 ${rest}`, { messageWidth: '70' }],
    [`--crate-name a --crate-type lib --remap-path-prefix=/w=. ${rest}`, { cwdRenamed: true }],
    [`--crate-name a --crate-type lib --remap-path-prefix /x=. --remap-path-prefix /=/r ${rest}`, { cwdRenamed: true }],
    [`--crate-name a --crate-type lib --remap-path-prefix=/w/below=. --remap-path-prefix=/wo=. ${rest}`, { cwdRenamed: false }],
    [`--crate-name a --crate-type lib --remap-path-prefix=/w=. -Zremap-path-scope=macro ${rest}`, { cwdRenamed: false }],
    [`--crate-name a --crate-type lib --remap-path-prefix=/w=. --remap-path-scope=macro ${rest}`, { cwdRenamed: false }],
    [`--crate-name a -C lto ${rest}`, { linking: { linker: undefined, target: undefined, words: ['-C', 'lto'], throughCrates: true } }],
    [`--crate-name a -C lto=off ${rest}`, { linking: { linker: undefined, target: undefined, words: ['-C', 'lto=off'], throughCrates: false } }],
    [`rustc --crate-name a --crate-type lib ${rest}`, { input: 'src/lib.rs' }],
    [`/t/bin/rustc --crate-name a --crate-type lib ${rest}`, { input: 'src/lib.rs' }],
  ])('%s', (line, expected) => {
    expect(compiled(line)).toMatchObject(expected);
  });

  it('response files hold a word a line, and name no further ones', () => {
    expect(verdictOf(['@args', '--out-dir', '/o'])).toMatchObject({ kind: 'decline', reason: 'multiple input files' });
    const { nested: _, ...without } = { nested: 0, args: files['/w/args']?.replace('@nested\n', '') ?? '' };
    const verdict = rustcDialect.parse({ compiler: '/usr/bin/rustc', args: ['@args', '--out-dir', '/o'], cwd: '/w', env: [] }, () => without.args);
    expect(verdict).toMatchObject({ kind: 'compile', compilation: { crateName: 'from file', outputs: [{ path: '/o/from file' }, { path: '/o/from file.d' }] } });
    expect(verdictOf(['@none'])).toMatchObject({ reason: '@file' });
  });
});

describe('what is left to the compiler', () => {
  it.each<readonly [string, string, string]>([
    ['-vV', 'not-compile', '-vV'],
    ['--version', 'not-compile', '--version'],
    ['-V', 'not-compile', '-V'],
    ['--help', 'not-compile', '--help'],
    ['--explain E0001', 'not-compile', '--explain'],
    ['--print cfg', 'not-compile', '--print'],
    ['--print=sysroot', 'not-compile', '--print'],
    ['--unpretty=expanded src/lib.rs', 'not-compile', '--unpretty'],
    ['-Zunpretty=hir src/lib.rs', 'not-compile', '-Z unpretty'],
    ['-C help', 'not-compile', '-C help'],
    ['- --crate-name ___ --print=file-names --crate-type bin', 'not-cacheable', '-'],
    [`--crate-name a --emit=dep-info --out-dir o src/lib.rs`, 'not-compile', '--emit'],
    ['--crate-name a --out-dir o src/lib.rs', 'not-cacheable', 'missing emit'],
    [`--crate-name a --emit=link ${rest}`, 'not-cacheable', 'more than one --emit'],
    ['--crate-name a --emit=asm,dep-info --out-dir o src/lib.rs', 'not-cacheable', 'unsupported --emit'],
    ['--crate-name a --emit=dep-info,link=x --out-dir o src/lib.rs', 'not-cacheable', 'unsupported --emit'],
    ['--crate-name a --emit=link --out-dir o src/lib.rs', 'not-cacheable', 'no dep-info'],
    ['--emit=dep-info,link --out-dir o src/lib.rs', 'not-cacheable', 'missing crate_name'],
    ['--crate-name a --emit=dep-info,link src/lib.rs', 'not-cacheable', 'missing output_dir'],
    ['--crate-name a --emit=dep-info,link --out-dir o', 'not-cacheable', 'missing input'],
    [`--crate-name a other.rs ${rest}`, 'not-cacheable', 'multiple input files'],
    [`--crate-name a -o x ${rest}`, 'not-cacheable', '-o'],
    [`--crate-name a --sysroot /s ${rest}`, 'not-cacheable', '--sysroot'],
    [`--crate-name a -C incremental=/i ${rest}`, 'not-cacheable', 'incremental'],
    [`--crate-name a -Cincremental=/i ${rest}`, 'not-cacheable', 'incremental'],
    [`--crate-name a -C save-temps ${rest}`, 'not-cacheable', 'save-temps'],
    [`--crate-name a -C split-debuginfo=packed ${rest}`, 'not-cacheable', 'split-debuginfo'],
    [`--crate-name a -Z self-profile=/p ${rest}`, 'not-cacheable', '-Z self-profile'],
    [`--crate-name a -C extra-filename ${rest}`, 'not-cacheable', 'extra-filename'],
    [`--crate-name a --crate-type odd ${rest}`, 'not-cacheable', 'crate-type'],
    [`--crate-name a --extern b ${rest}`, 'not-cacheable', '--extern without a path'],
    ['--crate-name', 'not-cacheable', 'argument parse'],
  ])('%s: %s, %s', (line, why, reason) => {
    expect(parse(line)).toEqual({ kind: 'decline', why, reason });
  });
});

describe('the key', () => {
  const keyOf = (line: string, env: EnvPairs = cargoEnv, colours = false): string => JSON.stringify(rustcDialect.keyParts(compiled(line), env, { colours }));
  const base = `--crate-name a --crate-type lib --cfg x --cfg y -C opt-level=1 --extern b=/one/libb.rmeta -L dependency=/one ${rest}`;

  it.each<readonly [string, (line: string) => string]>([
    ['the order of cfgs', (line) => line.replace('--cfg x --cfg y', '--cfg y --cfg x')],
    ['where crates lie', (line) => line.replaceAll('/one', '/two')],
    ['where outputs go', (line) => line.replace('/t/deps', '/u/deps')],
    ['the width of a terminal', (line) => `--diagnostic-width=70 ${line}`],
    ['two ways of spelling', (line) => line.replace('-C opt-level=1', '-Copt-level=1')],
  ])('does not depend on %s', (_, change) => {
    expect(keyOf(change(base))).toBe(keyOf(base));
  });

  it.each<readonly [string, (line: string) => string]>([
    ['a cfg', (line) => line.replace('--cfg y', '--cfg z')],
    ['an option', (line) => line.replace('opt-level=1', 'opt-level=2')],
    ['the name under which a crate is known', (line) => line.replace('b=/one', 'c=/one')],
    ['what is emitted', (line) => line.replace('metadata,link', 'metadata')],
    ['lints', (line) => `-Wunused ${line}`],
    // Warnings of cfgs that are not known are replayed.
    ['what cfgs are known', (line) => `--check-cfg cfg(z) ${line}`],
    ['the crate', (line) => line.replace('--crate-name a', '--crate-name b')],
    ['the source', (line) => line.replace('src/lib.rs', 'src/other.rs')],
  ])('depends on %s', (_, change) => {
    expect(keyOf(change(base))).not.toBe(keyOf(base));
  });

  it.each<readonly [string, boolean]>([
    ['CARGO_PKG_VERSION', true], ['CARGO_MANIFEST_DIR', true], ['CARGO_CFG_UNIX', true], ['OUT_DIR', true], ['RUSTC_BOOTSTRAP', true], ['CLIPPY_ARGS', true],
    ['CARGO_MAKEFLAGS', false], ['CARGO_BUILD_JOBS', false], ['CARGO_REGISTRIES_X_TOKEN', false], ['CARGO_REGISTRY_TOKEN', false], ['CARGO_ENCODED_RUSTFLAGS', false],
    ['CARGO_TERM_COLOR', false], ['CARGO_INCREMENTAL', false], ['CARGO_HOME', false], ['RUSTC_WRAPPER', false], ['RUSTC_LOG', false], ['TERM', false], ['PATH', false],
  ])('of variable %s: %j', (name, counts) => {
    expect(keyOf(base, [...cargoEnv, [name, 'x']]) !== keyOf(base)).toBe(counts);
  });

  it('knows whether colours are shown where the terminal decides', () => {
    expect(keyOf(base, cargoEnv, true)).not.toBe(keyOf(base));
    expect(keyOf(`--error-format=json ${base}`, cargoEnv, true)).toBe(keyOf(`--error-format=json ${base}`));
  });
});

it('the command is the caller\'s own, but for colours and what the linker is asked', () => {
  const compilation = compiled(`--crate-name a ${rest}`);
  expect(rustcDialect.compileCommand(compilation, 'rustc', { colours: false })).toEqual({ program: 'rustc', args: `--crate-name a ${rest}`.split(' ') });
  expect(rustcDialect.compileCommand(compilation, 'rustc', { colours: true, linkArgument: '-Wl,x' }).args.slice(-2)).toEqual(['-Clink-arg=-Wl,x', '--color=always']);
});
