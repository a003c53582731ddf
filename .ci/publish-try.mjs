// Knows: how publishing is tried by itself: everything goes to a registry on the loopback and is installed from it into empty folders.
// Refuses to know: what is tried; fixtures/src/publish says it, and `npm test` runs it too.
import { join } from 'node:path';
import { leanEnvironment, prepare, root, run } from './prepare.mjs';

prepare('test');
const args = ['run', '--config', '.config/vitest.config.ts', '--reporter=verbose', 'fixtures/src/publish'];
process.exitCode = run(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...args], { env: leanEnvironment() }).ok ? 0 : 1;
