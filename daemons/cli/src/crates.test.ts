// Crates with the real rustc through the engine: what may change between two compiles of one command line, and what comes of it. Whatever that
// is, outputs, words and ends are those of the bare compiler.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as nap } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rustcDialect } from '@sccache-ts/adapter-cargo';
import type { EnvPairs } from '@sccache-ts/core/base';
import { clangDialect, gccDialect } from '@sccache-ts/core/compilation';
import { type Answer, compile, type CompileReport, createCompilers, createLinks, createRecall, createSettling, createSourceMemo, type EnginePorts, type Front, type Recall } from '@sccache-ts/core/engine';
import { createCompilerProbe, createCrateProbe, createFileDigests, createFolderViews, createPathTable, createSearchLists, land, readResponseFile } from '@sccache-ts/core/host';
import { createDiskStorage, type Storage } from '@sccache-ts/core/storage';

const sysroot = spawnSync('rustc', ['--print', 'sysroot']).stdout?.toString().trim() ?? '';
const rustc = join(sysroot, 'bin/rustc');
const missing = sysroot === '' || !existsSync(rustc) ? 'no rustc here' : undefined;

let dir = '';
let storage: Storage;
let recall: Recall;
let ports: EnginePorts;
let runs = 0;

const baseEnv: EnvPairs = [['PATH', '/usr/bin:/bin'], ['HOME', '/nonexistent'], ['CARGO', '/usr/bin/cargo']];
const digests = createFileDigests(Date.now);
const probe = createCompilerProbe({ digests });
const crates = { dialect: rustcDialect, probe: createCrateProbe({ digests }) };
const compilers = createCompilers({ dialects: { gcc: gccDialect, clang: clangDialect }, probe, crates, nowMs: Date.now });
const links = createLinks(compilers);

function write(name: string, text: string): void {
  mkdirSync(dirname(join(dir, name)), { recursive: true });
  writeFileSync(join(dir, name), text);
}

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'crates-')));
  storage = createDiskStorage({ dir: join(dir, '.cache'), maxBytes: 1 << 30 });
  recall = createRecall(createPathTable(), Date.now);
  runs = 0;
  const near = { views: createFolderViews(Date.now), searchLists: createSearchLists(), sources: createSourceMemo(), settling: createSettling(), ignoreTimeMacros: false };
  ports = { compilers, digests, storage, distribution: undefined, readResponseFile, near, links, direct: true, recall, basedirs: [], nowMs: Date.now };
  mkdirSync(join(dir, 'deps'));
});
afterEach(async () => {
  await storage.close();
  rmSync(dir, { recursive: true });
});

interface Result {
  readonly code: number | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Names and contents, and whether they can be executed. */
  readonly files: Readonly<Record<string, string>>;
}

/** Everything that stands in the output folder. */
function outputs(): Result['files'] {
  return Object.fromEntries(readdirSync(join(dir, 'out')).sort().map((name) => {
    const path = join(dir, 'out', name);
    return [`${name} ${(statSync(path).mode & 0o111) !== 0}`, readFileSync(path).toString('latin1')];
  }));
}

function clear(): void {
  rmSync(join(dir, 'out'), { recursive: true, force: true });
  mkdirSync(join(dir, 'out'));
}

const common = ['--error-format=json', '--json=diagnostic-rendered-ansi,artifacts,future-incompat'];

function run(program: string, args: readonly string[], env: EnvPairs): Omit<Result, 'files'> {
  const done = spawnSync(program, args, { cwd: dir, env: Object.fromEntries(env), maxBuffer: 1 << 26 });
  // A link that fails is told with the names of folders that are there for its time only.
  return { code: done.status, stdout: done.stdout.toString(), stderr: done.stderr.toString().replaceAll(/\/rustc[A-Za-z0-9]{6}\//g, '/rustc/') };
}

const idleFront: Front = { signal: new AbortController().signal, colour: false, umask: 0o022, run: () => Promise.reject(new Error('nothing is to be run')) };

/** One compile as launcher and daemon would do it, always equal to the bare compiler's. */
async function ours(args: readonly string[], more: EnvPairs = []): Promise<CompileReport> {
  const env = [...baseEnv.filter(([name]) => !more.some((pair) => pair[0] === name)), ...more];
  clear();
  const expected = { ...run(rustc, args, env), files: outputs() };
  clear();
  let shown = { stdout: '', stderr: '' };
  const front: Front = {
    signal: new AbortController().signal,
    colour: false,
    umask: 0o022,
    run: (command, { how }) => {
      runs += 1;
      const { code, stdout, stderr } = run(command.program, command.args, env);
      if (how === 'live') shown = { stdout, stderr };
      return Promise.resolve({ code: code ?? undefined, signal: undefined, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr), wallMs: 1 });
    },
  };
  const finish = async (answer: Answer): Promise<Result> => {
    if (answer.kind === 'become') return { ...run(rustc, args, env), files: outputs() };
    if (answer.land !== undefined) {
      const { source: path, state, pieces } = answer.land;
      await land(pieces.map(({ place, offset, length, ...how }) => ({ path: place, from: { kind: 'range', path, state, offset, length }, ...how })), 0o022);
    }
    const said = { stdout: shown.stdout + Buffer.from(answer.stdout).toString(), stderr: shown.stderr + Buffer.from(answer.stderr).toString() };
    return { code: answer.end.code, ...said, files: outputs() };
  };
  const request = { compiler: rustc, args, cwd: dir, env };
  const recalled = recall.find({ ...request, umask: 0o022, colour: false });
  if (recalled !== undefined) {
    expect(await finish(recalled.answer)).toEqual(expected);
    return recalled.report;
  }
  const outcome = await compile(request, front, ports);
  expect(await finish(outcome.answer)).toEqual(expected);
  return outcome.settle();
}

const verdict = ({ outcome, hitBy, stored, reason }: CompileReport): string => [outcome, hitBy, stored, reason].filter((word) => word !== undefined).join(' ');
/** Files must be a little old before their state proves anything. */
const age = (): Promise<void> => nap(60);
const crate = (name: string, type: string, emit: string, ...rest: readonly string[]): readonly string[] => [
  '--crate-name', name, '--edition=2021', `src/${name}.rs`, ...common, '--crate-type', type, `--emit=${emit}`, '-C', 'opt-level=1',
  '-C', 'metadata=5f0c', '-C', 'extra-filename=-5f0c', '--out-dir', `${dir}/out`, '-L', `dependency=${dir}/deps`, ...rest,
];
const library = (...rest: readonly string[]): readonly string[] => crate('one', 'lib', 'dep-info,metadata,link', ...rest);

/** Written again with the same size and the same time. */
function rewrite(name: string, text: string): void {
  const { atime, mtime } = statSync(join(dir, name));
  write(name, text);
  utimesSync(join(dir, name), atime, mtime);
}

function project(): void {
  write('src/one.rs', 'mod part;\npub fn one() -> (&\'static str, Option<&\'static str>) { (part::TEXT, part::NAME) }\n');
  write('src/part.rs', 'pub const TEXT: &str = include_str!("text.txt");\npub const NAME: Option<&str> = option_env!("ODD_NAME");\n');
  write('src/text.txt', 'first');
}

describe.skipIf(missing !== undefined)('a library', () => {
  beforeEach(async () => {
    project();
    await age();
  });

  it('is answered from memory and by manifest, and no process is started', async () => {
    expect(verdict(await ours(library()))).toBe('miss stored');
    await age();
    runs = 0;
    expect(verdict(await ours(library()))).toBe('hit memory');
    recall.clear();
    expect(verdict(await ours(library()))).toBe('hit manifest');
    await age();
    expect(verdict(await ours(library()))).toBe('hit memory');
    expect(runs).toBe(0);
  });

  it.each<readonly [string, () => void]>([
    ['a module', () => rewrite('src/part.rs', readFileSync(join(dir, 'src/part.rs'), 'utf8').replace('TEXT: &str', 'TEXT:&str '))],
    ['an included text of the same size and time', () => rewrite('src/text.txt', 'other')],
    ['the root', () => write('src/one.rs', 'mod part;\npub fn two() {}\n')],
  ])('is compiled anew when %s has changed', async (_, deed) => {
    await ours(library());
    deed();
    await age();
    expect(verdict(await ours(library()))).toBe('miss stored');
    expect(verdict(await ours(library()))).toMatch(/^hit/);
  });

  it('follows variables that the source asks for, and no others', async () => {
    await ours(library());
    expect(verdict(await ours(library(), [['ODD_NAME', 'x']]))).toBe('miss stored');
    expect(verdict(await ours(library(), [['ODD_NAME', 'y']]))).toBe('miss stored');
    expect(verdict(await ours(library(), [['ODD_NAME', 'x']]))).toBe('hit manifest');
    expect(verdict(await ours(library(), [['OTHER_NAME', 'x']]))).toBe('hit manifest');
  });

  it('meets a second place of a module as the compiler does', async () => {
    await ours(library());
    write('src/part/mod.rs', 'pub const TEXT: &str = "";\n');
    await age();
    expect(await ours(library())).toMatchObject({ outcome: 'miss', compileFailed: true, near: expect.stringContaining('part/mod.rs') as string });
    rmSync(join(dir, 'src/part'), { recursive: true });
    expect(verdict(await ours(library()))).toMatch(/^hit/);
  });

  it('that fails says the same each time and is not kept', async () => {
    write('src/one.rs', 'pub fn one() -> u32 { "text" }\n');
    await age();
    for (let turn = 0; turn < 2; turn += 1) expect(await ours(library())).toMatchObject({ outcome: 'miss', compileFailed: true });
  });

  it('with warnings is laid out for each width, one without for all', async () => {
    const wide = (width: number): readonly string[] => library(`--diagnostic-width=${width}`);
    expect(verdict(await ours(wide(80)))).toBe('miss stored');
    expect(verdict(await ours(wide(40)))).toBe('hit manifest');
    write('src/one.rs', 'pub fn one() { let a_variable_with_a_rather_long_name_that_nobody_uses_for_anything = 1; }\n');
    await age();
    expect(verdict(await ours(wide(80)))).toBe('miss stored');
    expect(verdict(await ours(wide(40)))).toBe('miss stored');
    expect(verdict(await ours(wide(80)))).toMatch(/^hit/);
  });

  it.each<readonly [string, () => readonly string[]]>([
    ['metadata alone', () => crate('one', 'lib', 'dep-info,metadata')],
    ['a static library', () => crate('one', 'staticlib', 'dep-info,link')],
    ['several types', () => [...crate('one', 'lib', 'dep-info,metadata,link'), '--crate-type', 'staticlib']],
  ])('is cached as %s', async (_, args) => {
    expect(verdict(await ours(args()))).toBe('miss stored');
    expect(verdict(await ours(args()))).toMatch(/^hit/);
  });

  it.each<readonly [string, string, () => readonly string[]]>([
    ['is compiled incrementally', 'incremental', () => library('-C', `incremental=${dir}/deps`)],
    ['does not tell what it has read', 'no dep-info', () => crate('one', 'lib', 'metadata,link')],
  ])('that %s is left alone, and counted', async (_, reason, args) => {
    // Incremental compiles name their parts by chance: they are not compared.
    const outcome = await compile({ compiler: rustc, args: args(), cwd: dir, env: baseEnv }, idleFront, ports);
    expect([outcome.answer.kind, verdict(outcome.report)]).toEqual(['become', `not-cacheable ${reason}`]);
  });

  it('that has a static library bundled by an attribute is not kept, whatever was compiled before', async () => {
    write('c/odd.c', 'int odd(void) { return 1; }\n');
    mkdirSync(join(dir, 'near'));
    spawnSync('sh', ['-c', 'gcc -c c/odd.c -o c/odd.o && ar rcD near/libodd.a c/odd.o'], { cwd: dir });
    write('src/one.rs', '#[cfg_attr(odd, link(name = "odd", kind = "static"))]\nunsafe extern "C" { pub fn odd() -> i32; }\n');
    await age();
    expect(verdict(await ours(library()))).toBe('miss stored');
    const native = library('--cfg', 'odd', '-L', `native=${dir}/near`);
    expect(verdict(await ours(native))).toBe('miss skipped a static library by attribute');
    expect(verdict(await ours(native))).toBe('miss skipped a static library by attribute');
  });

  it('that is static rests on crates beneath those that it is given, and on what is bundled in them', async () => {
    const flags = ['--edition=2021', '--crate-type', 'lib', '--emit=metadata,link', '-C', 'metadata=1', '--out-dir', `${dir}/deps`, '-L', `dependency=${dir}/deps`];
    const make = (value: number): void => {
      write('c/deep.c', `int deep(void) { return ${value}; }\n`);
      spawnSync('sh', ['-c', 'gcc -c c/deep.c -o c/deep.o && rm -f c/libdeep.a && ar rcD c/libdeep.a c/deep.o'], { cwd: dir });
      write('src/deep.rs', 'unsafe extern "C" { fn deep() -> i32; }\npub fn number() -> i32 { unsafe { deep() } }\n');
      write('src/middle.rs', 'pub fn number() -> i32 { deep::number() }\n');
      run(rustc, ['--crate-name', 'deep', 'src/deep.rs', ...flags, '-L', `native=${dir}/c`, '-l', 'static=deep'], baseEnv);
      run(rustc, ['--crate-name', 'middle', 'src/middle.rs', ...flags, '--extern', `deep=${dir}/deps/libdeep.rlib`], baseEnv);
    };
    make(1);
    write('src/one.rs', '#[unsafe(no_mangle)] pub extern "C" fn one() -> i32 { middle::number() }\n');
    await age();
    const args = crate('one', 'staticlib', 'dep-info,link', '--extern', `middle=${dir}/deps/libmiddle.rlib`);
    expect(verdict(await ours(args))).toBe('miss stored');
    expect(verdict(await ours(args))).toMatch(/^hit/);
    make(2);
    await age();
    expect(verdict(await ours(args))).toBe('miss stored');
    expect(verdict(await ours(args))).toMatch(/^hit/);
  });

  it('whose outputs would fill the memory is compiled, and not kept', async () => {
    write('src/one.rs', 'pub static BIG: &[u8] = include_bytes!("big");\n');
    write('src/big', '');
    truncateSync(join(dir, 'src/big'), 257 * 1024 * 1024);
    await age();
    clear();
    const args = crate('one', 'lib', 'dep-info,link');
    const front: Front = { ...idleFront, run: ({ args: words }) => Promise.resolve({ ...run(rustc, words, baseEnv), code: 0, signal: undefined, stdout: Buffer.of(), stderr: Buffer.of(), wallMs: 1 }) };
    const outcome = await compile({ compiler: rustc, args, cwd: dir, env: baseEnv }, front, ports);
    expect(verdict(await outcome.settle())).toBe('miss skipped outputs of more than 256 MB');
    expect(statSync(join(dir, 'out/libone-5f0c.rlib')).size).toBeGreaterThan(257 * 1024 * 1024);
  });

  it('rests on the crates that it is given', async () => {
    const make = (text: string): void => {
      write('src/dep.rs', text);
      run(rustc, ['--crate-name', 'dep', '--edition=2021', 'src/dep.rs', '--crate-type', 'lib', '--emit=metadata,link', '--out-dir', join(dir, 'deps')], baseEnv);
    };
    make('pub fn dep() -> u32 { 1 }\n');
    write('src/one.rs', 'pub fn one() -> u32 { dep::dep() }\n');
    await age();
    const args = library('--extern', `dep=${dir}/deps/libdep.rmeta`);
    expect(verdict(await ours(args))).toBe('miss stored');
    expect(verdict(await ours(args))).toMatch(/^hit/);
    make('pub fn dep() -> u64 { 1 }\n');
    await age();
    expect(await ours(args)).toMatchObject({ outcome: 'miss', compileFailed: true });
    make('pub fn dep() -> u32 { 1 }\n');
    await age();
    expect(verdict(await ours(args))).toMatch(/^hit/);
  });
});

describe.skipIf(missing !== undefined)('what a linker makes', () => {
  const native = (): readonly string[] => crate('tool', 'bin', 'dep-info,link', '-L', `native=${dir}/near`, '-L', `native=${dir}/far`, '-l', 'dylib=odd');
  /** An archive takes part by content, a shared library by its symbols; a static one shows more. */
  const archive = (folder: string, value: number): void => {
    write('c/odd.c', `int odd(void) { return ${value}; }\n`);
    mkdirSync(join(dir, folder), { recursive: true });
    spawnSync('gcc', ['-c', 'c/odd.c', '-o', 'c/odd.o'], { cwd: dir });
    rmSync(join(dir, folder, 'libodd.a'), { force: true });
    spawnSync('ar', ['rcD', join(folder, 'libodd.a'), 'c/odd.o'], { cwd: dir });
  };

  beforeEach(async () => {
    write('src/tool.rs', 'extern "C" { fn odd() -> i32; }\nfn main() { println!("{}", unsafe { odd() }); }\n');
    mkdirSync(join(dir, 'near'));
    archive('far', 1);
    await age();
  });

  it('is answered, and rests on the libraries that were linked', async () => {
    expect(verdict(await ours(native()))).toBe('miss stored');
    runs = 0;
    expect(verdict(await ours(native()))).toMatch(/^hit/);
    expect(runs).toBe(0);
    expect(spawnSync(join(dir, 'out/tool-5f0c')).stdout.toString()).toBe('1\n');
    archive('far', 2);
    await age();
    expect(verdict(await ours(native()))).toBe('miss stored');
    expect(verdict(await ours(native()))).toMatch(/^hit/);
  });

  it('meets a library that comes to stand in an earlier folder', async () => {
    expect(verdict(await ours(native()))).toBe('miss stored');
    archive('near', 3);
    await age();
    expect(verdict(await ours(native()))).toBe('miss stored');
    expect(spawnSync(join(dir, 'out/tool-5f0c')).stdout.toString()).toBe('3\n');
    rmSync(join(dir, 'near/libodd.a'));
    expect(verdict(await ours(native()))).toMatch(/^hit/);
  });

  it.each(['lto', 'lto=off'])('rests on crates beneath those that it is given, and on what is bundled in them (%s)', async (lto) => {
    const make = (value: number): void => {
      write('c/deep.c', `int deep(void) { return ${value}; }\n`);
      spawnSync('sh', ['-c', 'gcc -c c/deep.c -o c/deep.o && rm -f c/libdeep.a && ar rcD c/libdeep.a c/deep.o'], { cwd: dir });
      write('src/deep.rs', 'unsafe extern "C" { fn deep() -> i32; }\npub fn number() -> i32 { unsafe { deep() } }\n');
      write('src/middle.rs', 'pub fn number() -> i32 { deep::number() }\n');
      const flags = ['--edition=2021', '--crate-type', 'lib', '--emit=metadata,link', '-C', 'opt-level=1', '-C', 'metadata=1', '--out-dir', `${dir}/deps`, '-L', `dependency=${dir}/deps`];
      run(rustc, ['--crate-name', 'deep', 'src/deep.rs', ...flags, '-L', `native=${dir}/c`, '-l', 'static=deep'], baseEnv);
      run(rustc, ['--crate-name', 'middle', 'src/middle.rs', ...flags, '--extern', `deep=${dir}/deps/libdeep.rlib`], baseEnv);
    };
    make(1);
    write('src/tool.rs', 'fn main() { println!("{}", middle::number()); }\n');
    await age();
    const args = crate('tool', 'bin', 'dep-info,link', '-C', lto, '--extern', `middle=${dir}/deps/libmiddle.rlib`);
    const said = (): string => spawnSync(join(dir, 'out/tool-5f0c')).stdout.toString();
    expect([verdict(await ours(args)), said()]).toEqual(['miss stored', '1\n']);
    expect(verdict(await ours(args))).toMatch(/^hit/);
    make(2);
    await age();
    expect([verdict(await ours(args)), said()]).toEqual(['miss stored', '2\n']);
    expect([(await ours(args)).outcome, said()]).toEqual(['hit', '2\n']);
  });

  it('that fails to link says the same each time', async () => {
    rmSync(join(dir, 'far/libodd.a'));
    for (let turn = 0; turn < 2; turn += 1) expect(await ours(native())).toMatchObject({ outcome: 'not-cacheable' });
  });

  it('whose source has an error says the same each time', async () => {
    write('src/tool.rs', 'fn main() { missing() }\n');
    await age();
    for (let turn = 0; turn < 2; turn += 1) expect(await ours(native())).toMatchObject({ outcome: 'miss', compileFailed: true });
  });

  it.each<readonly [string, string, string]>([
    ['proc-macro', 'macros', 'extern crate proc_macro;\nuse proc_macro::TokenStream;\n#[proc_macro] pub fn seven(_: TokenStream) -> TokenStream { "7".parse().unwrap() }\n'],
    ['cdylib', 'shared', '#[no_mangle] pub extern "C" fn shared() -> i32 { 5 }\n'],
    ['dylib', 'shared', 'pub fn shared() -> i32 { 5 }\n'],
    ['bin', 'plain', 'fn main() {}\n'],
  ])('a %s', async (type, name, text) => {
    write(`src/${name}.rs`, text);
    await age();
    const args = crate(name, type, 'dep-info,link', ...(type === 'proc-macro' ? ['--extern', 'proc_macro', '-C', 'prefer-dynamic'] : []));
    expect(verdict(await ours(args))).toBe('miss stored');
    expect(verdict(await ours(args))).toMatch(/^hit/);
  });

  it('tests', async () => {
    write('src/checks.rs', '#[test] fn passes() {}\n');
    await age();
    const args = crate('checks', 'lib', 'dep-info,link').filter((word, at, all) => word !== '--crate-type' && all[at - 1] !== '--crate-type');
    expect(verdict(await ours([...args, '--test']))).toBe('miss stored');
    expect(verdict(await ours([...args, '--test']))).toMatch(/^hit/);
  });

  it('is left to the compiler where the settings say so', async () => {
    ports = { ...ports, links: undefined };
    expect(verdict(await ours(native()))).toBe('not-cacheable crate-type');
  });

  it('rests on the linker that is chosen by name', async ({ skip }) => {
    const bfd = spawnSync('sh', ['-c', 'command -v ld.bfd']).stdout.toString().trim();
    skip(bfd === '', 'no ld.bfd here');
    // A linker of our own that does the same, found first in PATH.
    mkdirSync(join(dir, 'bin'));
    const linker = (comment: string): void => {
      writeFileSync(join(dir, 'bin/ld.bfd'), `#!/bin/sh\n# ${comment}\nexec ${bfd} "$@"\n`, { mode: 0o755 });
    };
    linker('one');
    await age();
    const more: EnvPairs = [['PATH', `${dir}/bin:/usr/bin:/bin`]];
    const args = [...native(), '-C', 'link-arg=-fuse-ld=bfd'];
    expect(verdict(await ours(args, more))).toBe('miss stored');
    expect(verdict(await ours(args, more))).toMatch(/^hit/);
    linker('two');
    await age();
    expect(verdict(await ours(args, more))).toBe('miss stored');
  });

  it('is left to the compiler where the linker is none that we know', async () => {
    write('linker.sh', '#!/bin/sh\nexec cc "$@"\n');
    spawnSync('chmod', ['+x', join(dir, 'linker.sh')]);
    expect(await ours([...native(), '-C', `linker=${dir}/nowhere`])).toMatchObject({ outcome: 'not-cacheable', reason: 'the linker is not found' });
    cpSync('/bin/true', join(dir, 'true'));
    expect(await ours([...native(), '-C', `linker=${dir}/true`])).toMatchObject({ outcome: 'not-cacheable' });
  });
});

it('crates need a rustc', ({ skip }) => skip(missing !== undefined, missing));
