// Knows: the JSON that `--why` and `--recent` print (docs/operations.md describes it). Pure. Refuses to know: where records come from.
import type { Difference } from './differences.js';
import type { StoredRecord } from './record-codec.js';
import { outputOf, sourceOf } from './record-history.js';
import { type Explanation, timeOf } from './why.js';

/** What is not known is left out. Paths are absolute, durations in milliseconds. */
export interface CompileJson extends Omit<StoredRecord, 'at' | 'input' | 'cwd' | 'parts' | 'steps'> {
  /** UTC, `2026-01-31T12:00:00Z`. */
  readonly time: string;
  readonly source?: string;
  readonly directory: string;
  readonly steps: readonly { readonly step: string; readonly ms: number }[];
}

export interface WhyJson {
  readonly compile: CompileJson;
  readonly reasons: readonly string[];
  readonly comparedWith: CompileJson | null;
  readonly differences: readonly Difference[];
}

export interface RecentJson {
  readonly compiles: readonly (CompileJson & { readonly reasons: readonly string[] })[];
  /** Damaged lines of the log. */
  readonly skipped: number;
}

function compileJson(record: StoredRecord): CompileJson {
  const { at: _at, input: _input, cwd, output: _output, parts: _parts, steps = [], ...rest } = record;
  const [source, output] = [sourceOf(record), outputOf(record)];
  return {
    time: timeOf(record),
    ...rest,
    ...(source === undefined ? {} : { source }),
    ...(output === undefined ? {} : { output }),
    directory: cwd,
    steps: steps.map(([step, ms]) => ({ step, ms })),
  };
}

export function whyJson({ record, reasons, comparedWith, differences }: Explanation): WhyJson {
  return { compile: compileJson(record), reasons, comparedWith: comparedWith === undefined ? null : compileJson(comparedWith), differences };
}

/** @param explanations the newest first */
export function recentJson(explanations: readonly Explanation[], skipped: number): RecentJson {
  return { compiles: explanations.map(({ record, reasons }) => ({ ...compileJson(record), reasons })), skipped };
}
