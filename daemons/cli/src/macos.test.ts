// A client on macOS, as far as Linux can play it: the platform is given to the daemon's parts, the compiler is a clang that compiles for macOS, and
// the build server is a real one. Real Macs, Apple's clang and xcrun are not here.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ClientDistribution, explain, readRecords, type RecordsPlace, whyText } from '@sccache-ts/client';
import { type DaemonParts, prepareDaemon } from '@sccache-ts/client/life';
import type { EnvPairs } from '@sccache-ts/core/base';
import { logTo } from '@sccache-ts/core/base';
import type { Answer, Front } from '@sccache-ts/core/engine';
import { land, packageToolchain } from '@sccache-ts/core/host';
import { openSite, sandboxMissing, type Scheduler, toolMissing, until } from '../../../fixtures/src/kit/index.js';
import { daemonParts } from './daemon-parts.js';

const clang = spawnSync('sh', ['-c', 'command -v clang'], { encoding: 'utf8' }).stdout.trim();
const missing = sandboxMissing() ?? toolMissing('clang');
if (missing !== undefined) process.stderr.write(`skipped: clients on macOS: ${missing}\n`);

const site = openSite('macos');
const folder = realpathSync(site.folder);
const sdk = join(folder, 'MacOSX11.0.sdk');
const work = join(folder, 'work');
const archive = join(folder, 'clang.tar.gz');
const lines: string[] = [];
const log = logTo('info', (level, sentence) => lines.push(`${level} ${sentence}`));
let scheduler: Scheduler;

const write = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};
const sdkOf = (version: string): void => write(join(sdk, 'SDKSettings.json'), `{"Version":"${version}","MaximumDeploymentTarget":"${version}.99"}\n`);

beforeAll(async () => {
  if (missing !== undefined) return;
  sdkOf('11.0');
  write(join(sdk, 'usr/include/own.h'), '#pragma once\n#ifndef __APPLE__\n#error not for a Mac\n#endif\n#define OWN 41\n');
  write(join(work, 'plain.c'), '#include <own.h>\n#include <stddef.h>\nsize_t plain(size_t n) { return n * OWN; }\n');
  write(join(sdk, 'usr/include/c++/v1/box'), '#pragma once\ntemplate <typename T> struct Box { T it; };\n');
  write(join(work, 'boxes.cc'), '#include <box>\n#include <own.h>\nint boxed(int n) { return Box<int>{n}.it + OWN; }\n');
  write(join(work, 'thing.m'), '#include <own.h>\n__attribute__((objc_root_class)) @interface Thing\n- (int)own;\n@end\n@implementation Thing\n- (int)own { return OWN; }\n@end\n');
  scheduler = await site.scheduler();
  await site.builder(scheduler);
  await packageToolchain({ compiler: clang, kind: 'clang', env: { PATH: process.env['PATH'] ?? '' }, out: archive });
}, 240_000);
afterAll(() => site.close());

const overrides = `[[dist.toolchains]]\ntype = "path_override"\ncompiler_executable = "${clang}"\narchive = "${archive}"\narchive_compiler_executable = "${clang}"\n`;
const settings = (toolchains: string): string =>
  `[dist]\nscheduler_url = "${scheduler.url}"\n\n[dist.auth]\ntype = "token"\ntoken = "${scheduler.secrets.clientToken}"\n\n${toolchains}`;

interface Told {
  readonly stats: {
    readonly dist_compiles: Readonly<Record<string, number>>;
    readonly dist_repeated?: Readonly<Record<string, number>>;
    readonly not_cached: Readonly<Record<string, number>>;
    readonly cache_hits: { readonly counts: Readonly<Record<string, number>> };
    readonly dist_errors: number;
  };
}

/** The daemon of a Mac, in this process. */
class Mac {
  readonly #parts: DaemonParts;
  readonly #env: EnvPairs;

  constructor(parts: DaemonParts, env: EnvPairs) {
    this.#parts = parts;
    this.#env = env;
  }

  static async boot(home: string): Promise<Mac> {
    const env = { HOME: home, PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}` };
    const made: ClientDistribution[] = [];
    const parts = daemonParts({ env, home, platform: 'darwin' }, log, '0');
    const distribution: typeof parts.distribution = (of) => {
      const it = parts.distribution(of);
      if (it !== undefined) made.push(it);
      return it;
    };
    site.undo(async () => {
      for (const it of made) await it.close();
    });
    return new Mac(await prepareDaemon({ ...parts, distribution, watch: () => () => undefined }), Object.entries(env));
  }

  async told(): Promise<Told['stats']> {
    return ((await this.#parts.commands['stats']?.(undefined)) as Told).stats;
  }

  async zero(): Promise<void> {
    await this.#parts.commands['zero']?.(undefined);
  }

  async why(): Promise<string> {
    const place = (await this.#parts.commands['records-flush']?.(undefined)) as RecordsPlace;
    const history = await readRecords(place);
    const [last] = history.records;
    return last === undefined ? '' : whyText(explain(last, history));
  }

  #run(compiler: string, args: readonly string[], env: EnvPairs) {
    return spawnSync(compiler, args, { cwd: work, env: Object.fromEntries(env), maxBuffer: 1 << 26 });
  }

  /** One compile, its object and words compared with the bare compiler's. */
  async compile(line: string, more: EnvPairs = [], compiler = clang): Promise<Buffer> {
    const args = line.split(' ');
    const env = [...this.#env, ...more];
    const object = join(work, 'out.o');
    rmSync(object, { force: true });
    const bare = this.#run(compiler, args, env);
    const expected = readFileSync(object);
    rmSync(object);
    let shown = '';
    const run: Front['run'] = (command, { how, onStdout }) => {
      const done = spawnSync(command.program, command.args, { cwd: work, env: Object.fromEntries(env), maxBuffer: 1 << 26 });
      if (how === 'live') shown = done.stderr.toString();
      onStdout?.(done.stdout);
      return Promise.resolve({ code: done.status ?? undefined, signal: undefined, stdout: onStdout === undefined ? done.stdout : Buffer.alloc(0), stderr: done.stderr, wallMs: 1 });
    };
    const front: Front = { signal: new AbortController().signal, colour: false, umask: 0o022, run };
    const served = await this.#parts.compile({ compiler, args, cwd: work, env }, front);
    const said = await this.#obey(served.answer, { compiler, args, env });
    await served.settle();
    expect(shown + said).toBe(bare.stderr.toString());
    const got = readFileSync(object);
    expect(got.equals(expected)).toBe(true);
    return got;
  }

  async #obey(answer: Answer, { compiler, args, env }: { readonly compiler: string; readonly args: readonly string[]; readonly env: EnvPairs }): Promise<string> {
    if (answer.kind === 'become') return this.#run(compiler, args, env).stderr.toString();
    if (answer.land !== undefined) {
      const { source: path, state, pieces } = answer.land;
      await land(pieces.map(({ place, offset, length, ...how }) => ({ path: place, from: { kind: 'range', path, state, offset, length }, ...how })), 0o022);
    }
    return Buffer.from(answer.stderr).toString();
  }
}

const macho = 'cffaedfe';
const target = '--target=arm64-apple-macos11';
const flags = `${target} -isysroot ${sdk} -O2 -g`;
const recache: EnvPairs = [['SCCACHE_RECACHE', '1']];
const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((all, one) => all + one, 0);

describe.skipIf(missing !== undefined)('a client on macOS', () => {
  let mac: Mac;
  beforeAll(async () => {
    const home = join(folder, 'home');
    write(join(home, 'Library/Application Support/Mozilla.sccache/config'), settings(overrides));
    mac = await Mac.boot(home);
    const isAway = async (): Promise<boolean> => {
      await mac.compile(`${flags} -c plain.c -o out.o`, recache);
      return sum((await mac.told()).dist_compiles) > 0;
    };
    await until('a compile on the build server', isAway, { timeoutMs: 200_000 });
  }, 240_000);
  beforeEach(() => mac.zero());

  it.each(['plain.c', 'boxes.cc -stdlib=libc++', 'thing.m'])('%s becomes the same Mach-O on a build server, and from the cache', async (file) => {
    expect((await mac.compile(`${flags} -c ${file} -o out.o`, recache)).toString('hex', 0, 4)).toBe(macho);
    const away = await mac.told();
    expect([sum(away.dist_compiles), away.dist_errors, away.dist_repeated ?? {}], lines.join('\n')).toEqual([1, 0, {}]);
    await mac.compile(`${flags} -c ${file} -o out.o`);
    expect(sum((await mac.told()).cache_hits.counts)).toBe(1);
  });

  it.each([
    ['-arch', `${target} -arch arm64 -isysroot ${sdk}`, []],
    ['SDKROOT', target, [['SDKROOT', sdk]]],
  ] as const)('%s is understood', async (_name, words, more) => {
    await mac.compile(`${words} -c plain.c -o out.o`, [...more, ...recache]);
    expect(sum((await mac.told()).dist_compiles), await mac.why()).toBe(1);
  });

  it('xcrun is looked behind', async () => {
    const xcrun = join(folder, 'bin/xcrun');
    const answers = `[ "$1 $2" = '--sdk macosx' ] || exit 64; shift 2; case "$1" in --find) echo '${clang}';; --show-sdk-path) echo '${sdk}';; clang) shift; SDKROOT='${sdk}' exec '${clang}' "$@";; *) exit 64;; esac`;
    write(xcrun, `#!/bin/sh\n${answers}\n`);
    chmodSync(xcrun, 0o755);
    await mac.compile(`--sdk macosx clang ${target} -O2 -g -c plain.c -o out.o`, recache, xcrun);
    expect(sum((await mac.told()).dist_compiles), await mac.why()).toBe(1);
    await mac.compile(`--sdk macosx clang ${target} -O2 -g -c plain.c -o out.o`, [], xcrun);
    expect(sum((await mac.told()).cache_hits.counts), await mac.why()).toBe(1);
  });

  it('another version of the SDK is another compile', async () => {
    const before = await mac.compile(`${flags} -c plain.c -o out.o`);
    sdkOf('12.3');
    try {
      const after = await mac.compile(`${flags} -c plain.c -o out.o`);
      expect([after.equals(before), sum((await mac.told()).cache_hits.counts)]).toEqual([false, 1]);
      expect(sum((await mac.told()).dist_compiles), await mac.why()).toBe(1);
    } finally {
      sdkOf('11.0');
    }
  });

  it('without --target it stays at home, and says why', async () => {
    await mac.compile('-O2 -c plain.c -o out.o -ffreestanding -D__APPLE__ -I' + join(sdk, 'usr/include'));
    expect([sum((await mac.told()).dist_compiles), (await mac.told()).dist_repeated]).toEqual([0, { 'no --target': 1 }]);
    expect(await mac.why()).toMatch(/^At home +no --target: on a build server clang would compile for Linux; add --target=arm64-apple-macos11/m);
  });

  it('-fmodules is declined with its reason', async () => {
    await mac.compile(`${flags} -fmodules -fmodules-cache-path=${join(folder, 'modules')} -c plain.c -o out.o`);
    expect((await mac.told()).not_cached).toEqual({ '-fmodules': 1 });
    expect(await mac.why()).toContain('must not be cached: -fmodules');
  });

  it('several -arch are declined with their reason', async () => {
    const lipo = ['/usr/bin/llvm-lipo', '/usr/bin/llvm-lipo-14'].find((path) => existsSync(path));
    if (lipo === undefined) return void process.stderr.write('skipped: several -arch: llvm-lipo is not installed (apt-get install llvm)\n');
    mkdirSync(join(folder, 'bin'), { recursive: true });
    symlinkSync(lipo, join(folder, 'bin/lipo'));
    const fat = await mac.compile(`${target} -arch x86_64 -arch arm64 -isysroot ${sdk} -c plain.c -o out.o`);
    expect(fat.toString('hex', 0, 4)).toBe('cafebabe');
    expect((await mac.told()).not_cached).toEqual({ 'multiple different -arch, and SCCACHE_CACHE_MULTIARCH not set': 1 });
  });
});

it.skipIf(missing !== undefined)('settings in the old place count, and without an archive nothing leaves a Mac', async () => {
  const home = join(folder, 'old-home');
  write(join(home, 'Library/Preferences/Mozilla.sccache/config'), settings(''));
  const mac = await Mac.boot(home);
  await mac.compile(`${flags} -c plain.c -o out.o`);
  expect((await mac.told()).dist_repeated).toEqual({ 'no toolchain archive': 1 });
  expect(await mac.why()).toMatch(/^At home +no toolchain archive: .*this is macOS.*path_override/m);
});
