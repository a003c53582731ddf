// Compiles away on sccache's own scheduler and build server, and on ours, compared byte by byte with the bare compiler.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf, type EnvPairs, silentLog } from '../base/index.js';
import { clangDialect, type CompilerKind, createLineMarkerScanner, gccDialect } from '../compilation/index.js';
import { distCommand, foreign, hasTool, makeSecrets, ours, sandboxMissing, startBuilder, startScheduler } from '../../../fixtures/src/index.js';
import { createDistribution, type LiveDistribution } from './distribution.js';
import type { AwayJob, AwayResult } from './ports.js';

const folders = [process.env['SCCACHE_PEER_DIR'], ...(process.env['PATH'] ?? '').split(delimiter)];
const peer = folders.filter((folder) => folder !== undefined && folder !== '').map((folder) => join(folder ?? '', 'sccache-dist')).find(existsSync);
const compilers = ['gcc', 'g++', 'clang', 'clang++'];
const nothing =
  sandboxMissing() ?? compilers.map((tool) => (hasTool(tool) ? undefined : `${tool} is not installed`)).find((why) => why !== undefined);
const fleets = [
  {
    name: "sccache's own fleet",
    dist: foreign(peer ?? ''),
    missing:
      nothing ??
      (process.getuid?.() === 0 ? undefined : "sccache's own build server runs as root only") ??
      (peer === undefined ? 'no sccache-dist in $SCCACHE_PEER_DIR or PATH' : undefined),
  },
  { name: 'our fleet', dist: ours(), missing: nothing ?? (existsSync(distCommand()) ? undefined : 'it is not built (npm run build)') },
];
for (const { name, missing } of fleets) if (missing !== undefined) console.warn(`skipped: compiles on ${name}: ${missing}`);

const path = process.env['PATH'] ?? '';
const env: EnvPairs = [['PATH', path], ['LC_ALL', 'C'], ['SECRET', 'stays here']];
const never = new AbortController().signal;

interface Asked {
  readonly compiler: string;
  readonly cwd: string;
  readonly env?: EnvPairs;
}

/** What the engine does before it asks for a compile away. */
function jobOf(asked: Asked, args: readonly string[], signal = never): AwayJob {
  const kind: CompilerKind = asked.compiler.startsWith('clang') ? 'clang' : 'gcc';
  const dialect = kind === 'clang' ? clangDialect : gccDialect;
  const facts = { kind, plusplus: asked.compiler.endsWith('++'), version: '1', apple: false };
  const program = `/usr/bin/${asked.compiler}`;
  const request = { compiler: program, args, cwd: asked.cwd, env: asked.env ?? env };
  const verdict = dialect.parse(request, facts, () => undefined);
  if (verdict.kind !== 'compile') throw new Error(`declined: ${verdict.reason}`);
  const { compilation } = verdict;
  const scratch = compilation.dependencyFile === undefined ? undefined : join(asked.cwd, '.scratch.d');
  const command = dialect.preprocessCommand(compilation, program, scratch);
  const { stdout, status, stderr } = spawnSync(command.program, command.args, { cwd: asked.cwd, env: Object.fromEntries(request.env), maxBuffer: 1e9 });
  if (status !== 0) throw new Error(stderr.toString());
  const scanner = createLineMarkerScanner();
  scanner.push(stdout);
  return { request, compiler: { path: program, facts, dialect, identity: digestOf(asked.compiler) }, compilation, files: scanner.end().files, signal };
}

/** The outputs that the bare compiler leaves, by path. */
function bare(job: AwayJob, outputs: readonly string[]): Map<string, Buffer> {
  const { compiler, args, cwd } = job.request;
  const done = spawnSync(compiler, args, { cwd, env: Object.fromEntries(job.request.env) });
  expect(done.status).toBe(0);
  return new Map(outputs.map((output) => [output, readFileSync(output)]));
}

function expectSame(job: AwayJob, result: AwayResult): void {
  if (result.kind === 'home') throw new Error(`home: ${result.reason}`, { cause: result.fault });
  expect(result.outputs.length).toBeGreaterThan(0);
  const wanted = bare(job, result.outputs.map((output) => output.path));
  for (const { path: name, bytes } of result.outputs) expect(wanted.get(name)?.equals(bytes), `${name} is the bare compiler's`).toBe(true);
}

describe.each(fleets.filter(({ missing }) => missing === undefined))('$name', ({ dist }) => {
  const closers: (() => unknown)[] = [];
  let folder = '';
  let distribution: LiveDistribution;
  const write = (name: string, text: string): string => {
    const at = join(folder, name);
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, text);
    return at;
  };

  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'sts-away-')));
    closers.push(() => rmSync(folder, { recursive: true, force: true }));
    const secrets = makeSecrets(dist);
    const scheduler = await startScheduler({ folder, dist, secrets });
    closers.push(scheduler.kill);
    const builder = await startBuilder({ folder, scheduler, dist });
    closers.push(builder.kill);
    distribution = createDistribution(
      {
        schedulerUrl: `${scheduler.url}/`,
        token: secrets.clientToken,
        cacheDir: join(folder, 'client'),
        toolchainCacheBytes: 1e10,
        toolchains: [],
        patienceMs: 60_000,
      },
      { log: silentLog, env: { PATH: path } },
    );
    closers.push(() => distribution.close());
    write('src/a.c', '#include <stdio.h>\n#include <string.h>\n#include "sub/inner.h"\nint main(int c, char **v) { return printf("%s %d\\n", v[0], INNER) + (int)strlen(v[c - 1]); }\n');
    write('src/sub/inner.h', '#pragma once\n#include "../outer.h"\n#define INNER (OUTER + 1)\n');
    write('src/outer.h', '#ifndef OUTER_H\n#define OUTER_H\n#if __has_include("never-entered.h")\n#define OUTER 41\n#else\n#define OUTER 0\n#endif\n#endif\n');
    write('src/never-entered.h', '#error entered\n');
    write('src/b.cc', '#include <vector>\n#include <string>\n#include <iostream>\n#include <algorithm>\ntemplate <class T> T twice(T t) { return t + t; }\nint main() { std::vector<std::string> v{"b", "a"}; std::sort(v.begin(), v.end()); for (auto &s : v) std::cout << twice(s); }\n');
  });
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  const flags: readonly (readonly string[])[] = [
    ['-O2'],
    ['-g'],
    ['-g3', '-O1'],
    ['-g', '-gsplit-dwarf'],
    ['--coverage', '-frandom-seed=x'],
    ['-O2', '-Wall', '-MD', '-MF', 'x.d', '-I', '.', '-Isub/..'],
  ];
  for (const compiler of compilers) {
    it.each(flags.map((words) => [words.join(' '), words] as const))(`${compiler} makes the same with %s`, async (_name, words) => {
      const source = compiler.endsWith('++') ? 'b.cc' : 'a.c';
      const job = jobOf({ compiler, cwd: join(folder, 'src') }, ['-c', source, '-o', `${compiler}-${words.join('').replaceAll(/\W/g, '')}.o`, ...words]);
      expectSame(job, await distribution.compile(job));
    });
  }

  it('knows the fleet', async () => {
    const status = await distribution.status();
    expect(status).toMatchObject({ SchedulerStatus: [expect.stringMatching(/^http:.*\/$/), { num_servers: 1 }] });
  });

  it('sends absent folders, other names of the working directory and sources from elsewhere', async () => {
    symlinkSync(join(folder, 'src'), join(folder, 'also'));
    mkdirSync(join(folder, 'out/deep'), { recursive: true });
    const named: EnvPairs = [...env, ['PWD', join(folder, 'also')]];
    const job = jobOf({ compiler: 'gcc', cwd: join(folder, 'src'), env: named }, ['-g', '-c', `${folder}/also/a.c`, '-o', '../out/deep/../x.o']);
    expectSame(job, await distribution.compile(job));
  });

  it('sends a compile home that writes diagnostics, or fails', async () => {
    write('src/warn.c', 'int f(void) { int unused; return 0; }\n');
    const warns = await distribution.compile(jobOf({ compiler: 'gcc', cwd: join(folder, 'src') }, ['-Wall', '-c', 'warn.c']));
    expect(warns).toMatchObject({ kind: 'home', reason: 'the compiler wrote diagnostics', fault: undefined });
    write('src/bad.c', 'int f(void) { return x; }\n');
    const fails = await distribution.compile(jobOf({ compiler: 'gcc', cwd: join(folder, 'src') }, ['-c', 'bad.c']));
    expect(fails).toMatchObject({ kind: 'home', fault: undefined });
  });

  it('is cancelled', async () => {
    write('src/slow.cc', `#include <iostream>\ntemplate <int N> struct F { static constexpr long v = F<N-1>::v + 1; };\ntemplate <> struct F<0> { static constexpr long v = 0; };\nint main() { std::cout << F<890>::v; }\n`);
    const cancel = new AbortController();
    const job = jobOf({ compiler: 'g++', cwd: join(folder, 'src') }, ['-O2', '-c', 'slow.cc'], cancel.signal);
    const pending = distribution.compile(job);
    setTimeout(() => cancel.abort(), 100);
    expect(await pending).toMatchObject({ kind: 'home', reason: 'cancelled', fault: undefined });
  });
});
