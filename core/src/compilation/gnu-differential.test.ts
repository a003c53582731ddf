// The words we make, run by real compilers, against the words of the caller.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Command, type Compilation, type CompilerFacts, createLineMarkerScanner, clangDialect, gccDialect, stripColours } from './index.js';

const sources = fileURLToPath(new URL('../../../fixtures/cfamily/', import.meta.url));
const env = { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' };

const found = (name: string): boolean => spawnSync(name, ['--version'], { env }).status === 0;
const facts = (kind: 'gcc' | 'clang', plusplus: boolean): CompilerFacts => ({ kind, plusplus, version: '', apple: false });

/** `all`: with every compiler that is meant for the language. */
const flagSets: readonly (readonly [compilers: 'all' | 'gcc' | 'clang', words: string])[] = [
  ['all', '-c plain.c'],
  ['all', '-c plain.c -o out/x.o'],
  ['all', '-c -o out/x plain.c -MD'],
  ['all', '-O2 -Wall -Wextra -c plain.c -o out/x.o -MD -MP'],
  ['all', '-MMD -c ./plain.c -o out/x.y.o'],
  ['all', '-MD -c plain.c'],
  ['all', '-MD -MF out/deps -MT target -c plain.c -o out/x.o'],
  ['all', '-MD -MFout/deps -MQ tar$get -MT other -c plain.c -o out/x.o'],
  ['all', '-Wp,-MD,out/.x.o.d -c plain.c -o out/x.o'],
  ['all', '-Wp,-MMD,out/.x.o.d -Wp,-DEXTRA=9 -c plain.c -o out/x.o'],
  ['all', '-Wp,-MD,out/.x.o.d -MT named -c plain.c -o out/x.o'],
  ['all', '-g -c plain.c -o out/x.o'],
  ['all', '-g0 -c plain.c -o out/x.o'],
  ['all', '-g3 -O1 -c plain.c -o out/x.o -MD'],
  ['all', '-ggdb3 -DEXTRA=3 -c plain.c -o out/x.o'],
  ['all', '-g -gdwarf-4 -c plain.c -o out/x.o'],
  ['all', '-g -gsplit-dwarf -c plain.c -o out/x.o'],
  ['all', '-g -gsplit-dwarf -c plain.c -MD'],
  ['all', '-g -gsplit-dwarf -c plain.c -o out/x'],
  ['all', '-g -gsplit-dwarf -c plain.c -o out/x.weird -fstack-usage'],
  ['all', '--coverage -frandom-seed=1 -c plain.c -o out/x.o -MD'],
  ['all', '-ftest-coverage -fprofile-arcs -frandom-seed=1 -c plain.c'],
  ['all', '-fprofile-arcs -frandom-seed=1 -c plain.c -o out/x.o'],
  ['all', '-fprofile-generate -frandom-seed=1 -c plain.c -o out/x.o'],
  ['all', '-fstack-usage -O2 -c plain.c -o out/x.o'],
  ['all', '-Iinc -iquote . -isystem inc -idirafter inc -include inc/forced.h -c plain.c -o out/x.o -MD'],
  ['all', '-imacros inc/forced.h -MD -c plain.c -o out/x.o'],
  ['all', '-g3 -imacros inc/forced.h -c plain.c -o out/x.o'],
  ['all', '-D EXTRA=1 -U EXTRA -DEXTRA=2 -c plain.c -o out/x.o'],
  ['all', '-Wall -Werror -c plain.c -o out/x.o'],
  ['all', '-Wall -c fails.c -o out/x.o -MD'],
  ['all', '-w -fPIC -pipe -pthread -std=gnu99 -c plain.c -o out/x.o'],
  ['all', '-fno-diagnostics-color -Wall -c plain.c -o out/x.o'],
  ['all', '-x c -c plain.c -x none -o out/x.o'],
  ['all', '-x c++ -O1 -g -c plain.c -o out/x.o -MD'],
  ['all', '-Wa,--noexecstack -c plain.c -o out/x.o'],
  ['all', '-c start.S -o out/x.o -MD'],
  ['all', '-g -c start.S -o out/x.o'],
  ['all', '-c data.s -o out/x.o -MD'],
  ['all', '-g -c data.s'],
  ['all', '-flto -O2 -frandom-seed=1 -c plain.c -o out/x.o'],
  ['all', '-march=native -O3 -c plain.c -o out/x.o'],
  ['all', '-ffile-prefix-map=/=/x/ -g -c plain.c -o out/x.o'],
  ['all', '-O2 -g -std=c++17 -c templates.cc -o out/x.o -MD'],
  ['all', '-O0 -c templates.cc'],
  ['gcc', '-frecord-gcc-switches -g -c plain.c -o out/x.o -MD'],
  ['gcc', '-g -fworking-directory -c plain.c -o out/x.o'],
  ['gcc', '-Wmissing-include-dirs -Inowhere -c plain.c -o out/x.o'],
  ['gcc', '-fopt-info -O3 -c plain.c -o out/x.o'],
  ['gcc', '-fdiagnostics-format=json -Wall -c plain.c -o out/x.o'],
  ['clang', '--serialize-diagnostics out/x.dia -Wall -c plain.c -o out/x.o'],
  ['clang', '-fcolor-diagnostics -Weverything -c plain.c -o out/x.o'],
  ['clang', '-Werror -lfoo -c plain.c -o out/x.o -MD'],
  ['clang', '-emit-llvm -frandom-seed=1 -c plain.c'],
  ['clang', '-fprofile-instr-generate -fcoverage-mapping -c plain.c -o out/x.o'],
  ['clang', '-fsanitize=address,undefined -c plain.c -o out/x.o -MD'],
  ['clang', '-Xclang -target-feature -Xclang +avx -mllvm -inline-threshold=10 -O2 -c plain.c -o out/x.o'],
  ['clang', '-MD -c -o out/x.o -- plain.c'],
  ['clang', '-c object.m -o out/x.o -MD'],
];

interface Ran {
  readonly files: Readonly<Record<string, Buffer>>;
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe.each([
  ['gcc', gccDialect, facts('gcc', false)],
  ['g++', gccDialect, facts('gcc', true)],
  ['clang', clangDialect, facts('clang', false)],
  ['clang++', clangDialect, facts('clang', true)],
] as const)('%s', (program, dialect, about) => {
  let dir = '';
  beforeAll(() => {
    dir = realpathSync(mkdtempSync(join(tmpdir(), 'gnu-')));
    cpSync(sources, dir, { recursive: true });
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  beforeEach(() => reset());

  const originals = new Set(readdirSync(sources));
  function reset(): void {
    for (const name of readdirSync(dir)) if (!originals.has(name)) rmSync(join(dir, name), { recursive: true });
    mkdirSync(join(dir, 'out'));
  }
  function written(): Record<string, Buffer> {
    const files: Record<string, Buffer> = {};
    for (const name of readdirSync(dir, { recursive: true }) as string[]) {
      if (originals.has(name.split('/')[0] as string) || statSync(join(dir, name)).isDirectory()) continue;
      files[name] = readFileSync(join(dir, name));
    }
    return files;
  }
  function run(command: Command): { status: number | null; stdout: Buffer; stderr: Buffer } {
    return spawnSync(command.program, command.args, { cwd: dir, env, maxBuffer: 1 << 28 });
  }
  function ran(command: Command): Ran {
    const { status, stdout, stderr } = run(command);
    const text = (bytes: Buffer): string => Buffer.from(stripColours(bytes)).toString();
    return { files: written(), status, stdout: text(stdout), stderr: text(stderr) };
  }
  function compilationOf(args: readonly string[]): Compilation {
    const pairs = Object.entries(env);
    const verdict = dialect.parse({ compiler: `/usr/bin/${program}`, args, cwd: dir, env: pairs }, about, () => undefined);
    if (verdict.kind === 'decline') throw new Error(`declined: ${verdict.reason}`);
    return verdict.compilation;
  }
  const namesOf = (dependencies: string): string[] =>
    [...new Set(dependencies.replaceAll('\\\n', ' ').replace(/^[^:]*: /, '').split(/\s+/).filter((name) => name !== '').map((name) => name.replace(/^(\.\/)+/, '')))].sort();

  // What is the same for both drivers of a compiler is tried with one of them.
  const mine = flagSets.filter(([compilers, line]) =>
    about.plusplus ? compilers === 'all' && /templates|-x c|-g3|--coverage|x[.]weird/.test(line) : compilers === 'all' || compilers === about.kind,
  );
  it.skipIf(!found(program)).each(mine)('%s: %s', (_, line) => {
    const args = line.split(' ');
    const bare = ran({ program, args });
    reset();
    const compilation = compilationOf(args);
    // Every file that the compiler writes is an output that we know, in the place that we know.
    if (bare.status === 0) {
      const expected = compilation.outputs.filter((output) => !output.optional || output.path in bare.files);
      expect(Object.keys(bare.files).sort()).toEqual(expected.map((output) => output.path).sort());
    }

    const dependencyPath = compilation.dependencyFile && 'out/temporary';
    let entered: readonly string[] = [];
    if (compilation.needsPreprocessing) {
      const preprocessed = run(dialect.preprocessCommand(compilation, program, dependencyPath));
      if (bare.status === 0) expect(preprocessed.status, preprocessed.stderr.toString()).toBe(0);
      const scanner = createLineMarkerScanner();
      scanner.push(preprocessed.stdout);
      entered = scanner.end().files;
      if (preprocessed.status === 0) expect(Object.keys(written())).toEqual(dependencyPath === undefined ? [] : [dependencyPath]);
    }
    const dependencies = dependencyPath === undefined ? undefined : written()[dependencyPath];
    if (dependencyPath !== undefined) rmSync(join(dir, dependencyPath), { force: true });

    const ours = ran(dialect.compileCommand(compilation, program, compilation.colour === 'never' ? 'never' : 'always'));
    expect(ours).toEqual(bare);
    if (compilation.dependencyFile !== undefined && bare.status === 0) {
      expect(dependencies).toEqual(bare.files[compilation.dependencyFile.path]);
    }

    if (bare.status !== 0 || compilation.homeOnly !== undefined) return;
    reset();
    const away = ran(dialect.remoteCommand(compilation, program, 'out/remote.d'));
    expect(away.status).toBe(0);
    for (const output of compilation.outputs) {
      if (output.role !== 'd') expect(away.files[output.path], output.path).toEqual(bare.files[output.path]);
    }
    expect(namesOf(away.files['out/remote.d']?.toString() ?? '')).toEqual(namesOf(`x: ${entered.join(' ')}`));
  });
});
