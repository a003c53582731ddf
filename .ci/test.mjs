// Knows: everything that `npm test` runs, and the one line it ends with. Refuses to know: any single test.
// Usage: node .ci/test.mjs [--only lint|floors|types|dead-code|lock-file|tests] [path filters for the tests]
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leanEnvironment, prepare, root, run, say } from './prepare.mjs';

const argv = process.argv.slice(2);
const only = argv[0] === '--only' ? argv[1] : undefined;
const filters = only === undefined ? argv : argv.slice(2);
const env = leanEnvironment();
const bin = (path, args) => run(process.execPath, [join(root, 'node_modules', path), ...args], { env });

/** Host names in the lock file would bind every user to one registry. */
function lockFileIsNeutral() {
  const bound = readFileSync(join(root, 'package-lock.json'), 'utf8').split('\n').filter((line) => line.includes('"resolved": "http'));
  if (bound.length > 0) say(`package-lock.json names a registry in ${bound.length} places; omit-lockfile-registry-resolved in .npmrc keeps them out`);
  return bound.length === 0;
}

const checks = {
  types: () => bin('typescript/bin/tsc', ['-p', '.config/tsconfig.all.json']).ok,
  lint: () => bin('eslint/bin/eslint.js', ['-c', '.config/eslint.config.js', '--max-warnings', '0', '.']).ok,
  floors: () => run(process.execPath, [join(root, '.ci/floors.mjs')], { env }).ok,
  'dead-code': () => bin('knip/bin/knip.js', ['-c', '.config/knip.json', '--no-config-hints']).ok,
  'lock-file': lockFileIsNeutral,
};

function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'sccache-ts-test-'));
  const summary = join(folder, 'summary.json');
  try {
    const { ok } = run(
      process.execPath,
      [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', '.config/vitest.config.ts', '--reporter=default', '--reporter=./.config/summary-reporter.ts', ...filters],
      { env: { ...env, SUMMARY_FILE: summary } },
    );
    const count = JSON.parse(readFileSync(summary, 'utf8'));
    // A runner that fails without a failed test has still failed.
    return !ok && count.failed === 0 ? { ...count, failed: 1 } : count;
  } catch (cause) {
    say(`the test runner left no summary: ${cause.message}`);
    return { passed: 0, failed: 1, skipped: 0, reasons: [], late: [] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (only === undefined) prepare('test');
const total = { passed: 0, failed: 0, skipped: 0 };
for (const [name, check] of Object.entries(checks)) {
  if (only !== undefined && only !== name && !(only === 'lint' && name !== 'lock-file')) continue;
  const ok = check();
  total[ok ? 'passed' : 'failed'] += 1;
  say(`${ok ? 'ok' : 'FAILED'}: ${name}`);
}
if (only === undefined || only === 'tests') {
  const count = runTests();
  for (const reason of count.reasons) say(`skipped: ${reason}`);
  for (const test of count.late) say(`passed at the second try: ${test}`);
  for (const kind of ['passed', 'failed', 'skipped']) total[kind] += count[kind];
}
say(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 ? 0 : 1;
