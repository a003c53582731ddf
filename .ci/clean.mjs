// Knows: what a build leaves behind. Refuses to touch: node_modules and .cache, which are dear to get again.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './prepare.mjs';

const packages = ['adapters', 'plugins', 'daemons'].flatMap((group) => {
  const folder = join(root, group);
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
});
for (const folder of [...packages, ...['core', 'fixtures', 'bench'].map((name) => join(root, name))]) {
  for (const made of ['dist', 'build', 'native/build', 'native/prebuilt']) rmSync(join(folder, made), { recursive: true, force: true });
}
for (const command of ['sccache-ts', 'sccache-ts-dist', 'cargo-sccache-ts']) rmSync(join(root, 'daemons/cli/bin', command), { force: true });
