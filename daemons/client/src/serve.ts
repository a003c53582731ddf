// Knows: one compile or one answer from memory, counted, recorded and told of. Refuses to know: settings, sockets, and how a compile is done.
import { causeChain, isFault, type Log } from '@sccache-ts/core/base';
import type { CompileRequest } from '@sccache-ts/core/compilation';
import { compile, type CompileReport, type EnginePorts, type Front, type Recall, type Recalled } from '@sccache-ts/core/engine';
import { type CompileRecord, placeOf, recordOf } from './records/record.js';
import type { RecallServed, ServedAgain } from './quick.js';
import type { Served } from './session.js';

/** Where a compile is counted, remembered and told of. */
export interface Counted {
  readonly report: (report: CompileReport) => void;
  readonly record: (record: CompileRecord) => void;
  readonly log: Log;
}

function sayPlace(log: Log, report: CompileReport): void {
  const { input, outcome, reason, hitBy } = report;
  log.debug('compile', { place: placeOf(report), outcome, by: hitBy, reason, input });
}

function sayDoubts(log: Log, report: CompileReport): void {
  const { away } = report;
  if (away?.kind === 'fault') log.warn(`compiled at home instead of away: ${causeChain(away.fault).join(': ')}`, { server: away.server });
  if (away?.kind === 'repeated') {
    log.info(`${away.server === undefined ? 'compiled' : 'compiled again'} at home: ${away.reason}`, { server: away.server });
  }
  if (report.stored === 'failed') log.warn(`a result could not be stored: ${report.reason ?? 'no reason given'}`);
}

export async function serveCompile(request: CompileRequest, front: Front, by: { readonly ports: EnginePorts; readonly counted: Counted }): Promise<Served> {
  const [at, from] = [Date.now(), performance.now()];
  const count = (report: CompileReport, wallMs: number): void => {
    by.counted.report(report);
    by.counted.record(recordOf(report, request, { at, wallMs, settledMs: performance.now() - from }));
  };
  try {
    const outcome = await compile(request, front, by.ports);
    const wallMs = performance.now() - from;
    sayPlace(by.counted.log, outcome.report);
    const settle = async (): Promise<void> => {
      const report = await outcome.settle();
      count(report, wallMs);
      sayDoubts(by.counted.log, report);
    };
    return { answer: outcome.answer, settle };
  } catch (thrown) {
    if (!isFault(thrown, 'LAUNCHER_GONE')) count({ outcome: 'fault', reason: causeChain(thrown).join(': ') }, performance.now() - from);
    throw thrown;
  }
}

/** Answers from memory, each counted and recorded once it is out. */
export function recallCounted(recall: Recall, counted: Counted): RecallServed {
  type Asker = Parameters<RecallServed['findAgain']>[1];
  const served = (recalled: Recalled | undefined, request: Asker): ServedAgain | undefined => {
    if (recalled === undefined) return undefined;
    const { answer, report, fingerprint } = recalled;
    const [at, wallMs] = [Date.now(), report.lookupMs ?? 0];
    const settle = (): Promise<void> => {
      counted.report(report);
      counted.record(recordOf(report, request, { at, wallMs, settledMs: wallMs }));
      sayPlace(counted.log, report);
      return Promise.resolve();
    };
    return { answer, fingerprint, settle };
  };
  return {
    find: (frame) => served(recall.find(frame), frame),
    findAgain: (fingerprint, request) => served(recall.findAgain(fingerprint), request),
  };
}
