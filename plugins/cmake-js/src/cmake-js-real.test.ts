// Knows: what real cmake-js does with the plan: an addon built bare, then twice through the launcher, and loaded.
import { cpSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment, differences, openSite, run, snapshot, sum, toolMissing } from '@sccache-ts/fixtures';
import { describe, expect, it } from 'vitest';
import { cmakeJsPlan } from './index.js';

const require = createRequire(import.meta.url);
const addon = fileURLToPath(new URL('../fixtures/addon', import.meta.url));
const missing = toolMissing('cmake') ?? toolMissing('cc', 'gcc') ?? toolMissing('c++', 'g++');

/** Objects and the addon itself; the rest of a build folder are CMake's own notes. */
const products = (project: string): ReadonlyMap<string, Buffer> =>
  new Map([...snapshot(join(project, 'build'))].filter(([name]) => /(^CMakeFiles\/sum\.dir\/.*\.o|\.node)$/.test(name)));

describe.each([
  ['ninja', [], toolMissing('ninja', 'ninja-build')],
  ['make', ['--prefer-make'], toolMissing('make')],
])('cmake-js with %s', (_, options, noGenerator) => {
  it('an addon comes from the cache the second time, byte for byte', async ({ skip }) => {
    const reason = missing ?? noGenerator;
    skip(reason !== undefined, reason);
    const site = openSite('cmake-js');
    try {
      const project = join(site.folder, 'addon');
      cpSync(addon, project, { recursive: true });
      const build = async (more: readonly string[], env: NodeJS.ProcessEnv): Promise<ReadonlyMap<string, Buffer>> => {
        rmSync(join(project, 'build'), { recursive: true, force: true });
        const done = await run(process.execPath, [require.resolve('cmake-js/bin/cmake-js'), 'compile', ...options, ...more], { cwd: project, env });
        expect(done.code, `${done.stdout.toString()}${done.stderr.toString()}`).toBe(0);
        return products(project);
      };
      const bare = await build([], cleanEnvironment());
      expect([...bare.keys()].filter((name) => name.endsWith('.o'))).toHaveLength(3);

      const client = await site.client('client');
      const { args } = cmakeJsPlan(client.program, options);
      expect(differences(bare, await build(args, client.env))).toEqual([]);
      const first = await client.stats();
      expect([sum(first.cache_hits.counts), sum(first.cache_misses.counts)], client.log()).toEqual([0, 3]);

      expect(differences(bare, await build(args, client.env))).toEqual([]);
      const second = await client.stats();
      // Neither links nor CMake's own trials of the compiler come our way.
      expect([sum(second.cache_hits.counts), sum(second.cache_misses.counts), second.compile_requests], client.log()).toEqual([3, 3, 6]);
      const { twiceTheSum } = require(join(project, 'build/Release/sum.node')) as { readonly twiceTheSum: (...numbers: number[]) => number };
      expect(twiceTheSum(1, 2, 3)).toBe(12);
    } finally {
      await site.close();
    }
  });
});
