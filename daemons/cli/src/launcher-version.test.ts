// The native launcher says its version itself: build tools ask for it in every configure run, and starting node for it would cost them 50 ms.
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { createStage, hasNative } from '../../../fixtures/src/launcher-stage/index.js';

it('answers when that is all that is wanted, without node', async ({ skip }) => {
  skip(!hasNative(), 'the native launcher was not built here');
  const stage = createStage('native');
  const ask = async (args: string, env: Readonly<Record<string, string>> = {}): Promise<readonly unknown[]> => {
    const { code, stdout } = await stage.run({ command: ['/bin/sh', '-c', `"$L" ${args}`], env: { L: stage.launcher, SCCACHE_TS_NODE: '/nowhere/node', ...env } });
    return [code, stdout.toString()];
  };
  try {
    const { version } = createRequire(import.meta.url)('../../../core/package.json') as { readonly version: string };
    const answer = [0, `sccache-ts ${version}\n`];
    for (const args of ['-V', '--version', 'sccache -V', 'sccache-ts sccache-ts --version']) expect([args, ...(await ask(args))]).toEqual([args, ...answer]);
    for (const args of ['-V -z', '--version --version', '-v', '']) expect([args, ...(await ask(args))]).toEqual([args, 2, '']);
    expect(await ask('-V', { SCCACHE_START_SERVER: '1' })).toEqual([2, '']);
    expect(await ask('-V >/dev/full')).toEqual([2, '']);
  } finally {
    stage.dispose();
  }
});
