// What real CMake does with the files of this package: a project of every kind built bare, then twice through the launcher.
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment, differences, openSite, run, snapshot, sum, toolMissing } from '@sccache-ts/fixtures';
import { describe, expect, it } from 'vitest';

const fixture = fileURLToPath(new URL('../fixtures/all kinds', import.meta.url));

type Env = Readonly<Record<string, string>>;

/** A precompiled header of gcc's holds addresses, so no two are the same; what is compiled with it is. */
const products = (build: string): ReadonlyMap<string, Buffer> =>
  new Map([...snapshot(build)].filter(([name]) => /\.(?:o|d|pch)$|^all_kinds$/.test(name)));

describe.each([
  ['Ninja', 'gcc', 'Debug', toolMissing('ninja', 'ninja-build') ?? toolMissing('g++')],
  ['Unix Makefiles', 'gcc', 'Release', toolMissing('make') ?? toolMissing('g++')],
  ['Ninja', 'clang', 'Debug', toolMissing('ninja', 'ninja-build') ?? toolMissing('clang++', 'clang')],
])('%s with %s, %s', (generator, compiler, buildType, noTool) => {
  it('builds a project of every kind, byte for byte, and from the cache the second time', { timeout: 300_000 }, async ({ skip }) => {
    const reason = toolMissing('cmake') ?? noTool;
    if (reason !== undefined) process.stderr.write(`skipped: ${reason}\n`);
    skip(reason !== undefined, reason);
    const site = openSite('cmake');
    try {
      const project = join(site.folder, 'all kinds');
      const build = join(project, 'build it');
      cpSync(fixture, project, { recursive: true });
      const compilers: Env = compiler === 'gcc' ? { CC: 'gcc', CXX: 'g++' } : { CC: 'clang', CXX: 'clang++' };
      const cmake = async (front: readonly string[], args: readonly string[], env: Env): Promise<string> => {
        const [program = '', ...before] = front;
        const done = await run(program, [...before, ...args], { cwd: project, env: { ...env, ...compilers } });
        const said = `${done.stdout.toString()}${done.stderr.toString()}`;
        expect(done.code, said).toBe(0);
        return said;
      };
      const configure = async (front: readonly string[], env: Env): Promise<void> => {
        rmSync(build, { recursive: true, force: true });
        const said = await cmake(front, ['-S', '.', '-B', build, '-G', generator, `-DCMAKE_BUILD_TYPE=${buildType}`], env);
        expect(said).not.toMatch(/CMake Warning|sccache/);
      };
      await configure(['cmake'], cleanEnvironment());
      await cmake(['cmake'], ['--build', build], cleanEnvironment());
      const bare = products(build);
      expect([...bare.keys()].filter((name) => name.endsWith('.o'))).toHaveLength(6);

      const client = await site.client('client');
      const front = [client.program, 'cmake'];
      await configure(front, client.env);
      await cmake(front, ['--build', build], client.env);
      expect(differences(bare, products(build))).toEqual([]);

      await client.zeroStats();
      await configure(front, client.env);
      const tried = await client.stats();
      // Debug information holds the folder in which CMake tries something out, which has a name of chance.
      if (buildType === 'Release') expect([sum(tried.cache_hits.counts), sum(tried.cache_misses.counts), tried.compile_fails], client.log()).toEqual([3, 0, 1]);
      await client.zeroStats();
      await cmake(front, ['--build', build], client.env);
      expect(differences(bare, products(build))).toEqual([]);
      const { cache_hits, cache_misses, not_cached } = await client.stats();
      // Two in C, the unity build, and main; the two with a precompiled header were made anew.
      expect([sum(cache_hits.counts), sum(cache_misses.counts)], client.log()).toEqual([4, compiler === 'gcc' ? 2 : 0]);
      expect(not_cached).toMatchObject(compiler === 'gcc' ? { 'precompiled header': 1 } : { 'precompiled header with -MD': 2 });
      expect(readFileSync(join(build, 'sccache-ts/toolchains.toml'), 'utf8')).toMatch(/\[\[dist\.toolchains\]\]\ntype = "path_override"\ncompiler_executable = "\/.*\/bin\//);
    } finally {
      await site.close();
    }
  });
});
