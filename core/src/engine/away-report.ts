// Knows: how the end of a compile away is told. Refuses to know: how it came about.
import type { AwayResult } from './ports.js';
import type { AwayReport } from './report.js';

export function awayReportOf(result: AwayResult): AwayReport {
  if (result.kind === 'compiled') return { kind: 'compiled', server: result.server };
  const { server, reason, fault } = result;
  return fault === undefined ? { kind: 'repeated', server, reason } : { kind: 'fault', server, fault };
}
