// Knows: the long form of the fuzzers. Usage: npm run fuzz -- [--thousands N] [--seed N]. A case that went wrong is kept in fixtures/fuzz-cases
// and tried first from then on, here and in `npm test`.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { leanEnvironment, prepare, root, run, say } from './prepare.mjs';

const { values } = parseArgs({ options: { thousands: { type: 'string', default: '2000' }, seed: { type: 'string', default: String(Date.now() % 1_000_000) } } });
for (const [name, value] of Object.entries(values)) {
  if (!/^[1-9][0-9]{0,8}$/.test(value)) {
    say(`--${name} ${value}: a whole number above 0 is expected`);
    process.exit(2);
  }
}
prepare('test');
say(`${values.thousands},000 cases from seed ${values.seed}`);
const { ok } = run(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', '.config/vitest.config.ts', 'fixtures/src/fuzz'], {
  env: { ...leanEnvironment(), SCCACHE_TS_FUZZ_THOUSANDS: values.thousands, SCCACHE_TS_FUZZ_SEED: values.seed },
});
process.exitCode = ok ? 0 : 1;
