// Knows: what real node-gyp does with the plan: an addon built bare, then twice through the launcher, and loaded.
import { cpSync, existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment, differences, openSite, run, snapshot, sum, toolMissing } from '@sccache-ts/fixtures';
import { expect, it } from 'vitest';
import { nodeGypPlan } from './index.js';

const require = createRequire(import.meta.url);
const addon = fileURLToPath(new URL('../fixtures/addon', import.meta.url));

/** Where node's own headers are: without them node-gyp would download some. */
const headers = [dirname(dirname(process.execPath)), '/usr', '/usr/local'].find((prefix) => existsSync(join(prefix, 'include/node/common.gypi')));
const missing =
  (headers === undefined ? "node's headers are not installed (apt-get install libnode-dev)" : undefined) ??
  toolMissing('make') ?? toolMissing('cc', 'gcc') ?? toolMissing('c++', 'g++') ?? toolMissing('python3');

/** Objects and the addon itself; the rest of a build folder are node-gyp's own notes. */
const products = (project: string): ReadonlyMap<string, Buffer> =>
  new Map([...snapshot(join(project, 'build'))].filter(([name]) => /\.(o|node)$/.test(name)));

it('an addon comes from the cache the second time, byte for byte', async ({ skip }) => {
  skip(missing !== undefined, missing);
  const site = openSite('node-gyp');
  try {
    const project = join(site.folder, 'addon');
    cpSync(addon, project, { recursive: true });
    const build = async (env: NodeJS.ProcessEnv): Promise<ReadonlyMap<string, Buffer>> => {
      rmSync(join(project, 'build'), { recursive: true, force: true });
      const program = require.resolve('node-gyp/bin/node-gyp.js');
      const done = await run(process.execPath, [program, 'rebuild', `--nodedir=${headers ?? ''}`], { cwd: project, env });
      expect(done.code, `${done.stdout.toString()}${done.stderr.toString()}`).toBe(0);
      return products(project);
    };
    const bare = await build(cleanEnvironment());
    expect([...bare.keys()].filter((name) => name.endsWith('.o'))).toHaveLength(3);

    const client = await site.client('client');
    const env = { ...client.env, ...nodeGypPlan({ launcher: client.program, env: client.env }).env };
    expect(differences(bare, await build(env))).toEqual([]);
    const first = await client.stats();
    expect([sum(first.cache_hits.counts), sum(first.cache_misses.counts)], client.log()).toEqual([0, 3]);

    expect(differences(bare, await build(env))).toEqual([]);
    const second = await client.stats();
    expect([sum(second.cache_hits.counts), sum(second.cache_misses.counts)], client.log()).toEqual([3, 3]);
    const { twiceTheSum } = require(join(project, 'build/Release/sum.node')) as { readonly twiceTheSum: (...numbers: number[]) => number };
    expect(twiceTheSum(1, 2, 3)).toBe(12);
  } finally {
    await site.close();
  }
});
