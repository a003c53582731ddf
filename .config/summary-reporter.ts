// Knows: how to count the tests of a run and to say aloud what was skipped and why. Refuses to know: the other checks
// (.ci/test.mjs adds those); the counts go to the file named by SUMMARY_FILE.
import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

function countModule(module: TestModule, count: Count, skipped: string[]): void {
  // A file that cannot be loaded has no tests to fail, so it counts itself.
  if (module.errors().length > 0) count.failed += 1;
  for (const test of module.children.allTests()) {
    const result = test.result();
    if (result.state === 'passed') count.passed += 1;
    else if (result.state === 'failed') count.failed += 1;
    else {
      count.skipped += 1;
      skipped.push(`${module.relativeModuleId}: ${test.fullName}: ${(result.state === 'skipped' ? result.note : undefined) ?? 'no reason given'}`);
    }
  }
}

export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const count: Count = { passed: 0, failed: unhandled.length, skipped: 0 };
    const skipped: string[] = [];
    for (const module of modules) countModule(module, count, skipped);
    const file = process.env['SUMMARY_FILE'];
    if (file !== undefined) writeFileSync(file, JSON.stringify({ ...count, reasons: skipped }));
  }
}
