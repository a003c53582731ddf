// Knows: how to count the tests of a run and to say aloud what was skipped and why, and what needed a second try. Refuses to know: the other checks
// (.ci/test.mjs adds those); the counts go to the file named by SUMMARY_FILE.
import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

interface Told {
  readonly skipped: string[];
  /** Tests that passed at the second try, with what happened at the first. */
  readonly late: string[];
}

function countModule(module: TestModule, count: Count, { skipped, late }: Told): void {
  // A file that cannot be loaded has no tests to fail, so it counts itself.
  if (module.errors().length > 0) count.failed += 1;
  for (const test of module.children.allTests()) {
    const result = test.result();
    const name = `${module.relativeModuleId}: ${test.fullName}`;
    if (result.state === 'passed' && (test.diagnostic()?.retryCount ?? 0) > 0) late.push(`${name}: ${result.errors?.[0]?.message.split('\n')[0] ?? 'nothing was said'}`);
    if (result.state === 'passed') count.passed += 1;
    else if (result.state === 'failed') count.failed += 1;
    else {
      count.skipped += 1;
      skipped.push(`${name}: ${(result.state === 'skipped' ? result.note : undefined) ?? 'no reason given'}`);
    }
  }
}

export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const count: Count = { passed: 0, failed: unhandled.length, skipped: 0 };
    const told: Told = { skipped: [], late: [] };
    for (const module of modules) countModule(module, count, told);
    const file = process.env['SUMMARY_FILE'];
    if (file !== undefined) writeFileSync(file, JSON.stringify({ ...count, reasons: told.skipped, late: told.late }));
  }
}
