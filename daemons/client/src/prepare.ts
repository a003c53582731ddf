// Knows: how settings, engine and statistics are joined to what a daemon serves. Refuses to know: sockets and the life of the process.
import { isDeepStrictEqual } from 'node:util';
import { causeChain, isFault, type Log } from '@sccache-ts/core/base';
import type { CompileRequest } from '@sccache-ts/core/compilation';
import { compile, type Compilers, type CompileReport, type Front } from '@sccache-ts/core/engine';
import { createFileDigests, readResponseFile } from '@sccache-ts/core/host';
import type { Storage } from '@sccache-ts/core/storage';
import type { DaemonParts } from './daemon.js';
import { type CompileRecord, placeOf, recordOf } from './records/record.js';
import { recordsPlace } from './records/read-records.js';
import { type ClientDistribution, closeServices, createServices, type Services } from './services.js';
import type { Served } from './session.js';
import { loadClientSettings } from './settings.js';
import type { Surroundings } from './settings-paths.js';
import type { ClientSettings } from './settings-shape.js';
import { StatisticsKeeper } from './statistics-keeper.js';

export interface PrepareOptions {
  readonly around: Surroundings;
  readonly log: Log;
  /** The version of this package. */
  readonly build: string;
  readonly compilers: Compilers;
  readonly distribution: (settings: ClientSettings) => ClientDistribution | undefined;
  /** Calls back whenever one of these files may have changed; returns how to stop. */
  readonly watch: (files: readonly string[], changed: () => void) => () => void;
}

/** Somebody who asks for statistics right after a build gets those of the whole build: results still being stored are waited for. */
const settleWaitMs = 2_000;

/** The daemon's end waits so long for the last records; a disk that takes longer loses them. */
const lastFlushMs = 2_000;

/** Where a compile is counted, remembered and told of. */
interface Counted {
  readonly report: (report: CompileReport) => void;
  readonly record: (record: CompileRecord) => void;
  readonly log: Log;
}

function sayPlace(log: Log, report: CompileReport): void {
  const { input, outcome, reason } = report;
  log.debug('compile', { place: placeOf(report), outcome, reason, input });
}

function sayDoubts(log: Log, report: CompileReport): void {
  const { away } = report;
  if (away?.kind === 'fault') log.warn(`compiled at home instead of away: ${causeChain(away.fault).join(': ')}`, { server: away.server });
  if (away?.kind === 'repeated') {
    log.info(`${away.server === undefined ? 'compiled' : 'compiled again'} at home: ${away.reason}`, { server: away.server });
  }
  if (report.stored === 'failed') log.warn(`a result could not be stored: ${report.reason ?? 'no reason given'}`);
}

/** For what outlives a change of settings. */
const storageInForce = (services: () => Services): Storage => ({
  get: (key, signal) => services().storage.get(key, signal),
  put: (key, entry, signal) => services().storage.put(key, entry, signal),
  status: () => services().storage.status(),
  close: () => services().storage.close(),
});

/** Reads settings and joins the engine. @throws what `loadClientSettings` throws; later changes of settings that are wrong keep the old ones */
export async function prepareDaemon(options: PrepareOptions): Promise<DaemonParts> {
  const { around, log, build } = options;
  const makers = { log, distribution: options.distribution, onCorrupt: () => keeper.recordCorruptEntry() };
  let services: Services = createServices(await loadClientSettings(around), makers);
  const keeper = new StatisticsKeeper({ storage: storageInForce(() => services), settings: () => services.settings, version: build });
  const digests = createFileDigests(Date.now);
  const settling = new Set<Promise<void>>();

  const reload = async (): Promise<void> => {
    try {
      const settings = await loadClientSettings(around);
      if (isDeepStrictEqual(settings, services.settings)) return;
      const old = services;
      services = createServices(settings, makers);
      log.info('settings were read again');
      await closeServices(old, log);
    } catch (thrown) {
      const hint = isFault(thrown) && thrown.hint !== undefined ? ` (${thrown.hint})` : '';
      log.error(`settings are kept as they were: ${causeChain(thrown).join(': ')}${hint}`);
    }
  };
  options.watch(services.settings.files, () => void reload());

  const counted: Counted = { log, report: (report) => keeper.record(report), record: (record) => services.records.record(record) };
  const serve = async (request: CompileRequest, front: Front): Promise<Served> => {
    const { storage: mine, distribution } = services;
    const ports = { compilers: options.compilers, digests, storage: mine, distribution, readResponseFile, nowMs: Date.now };
    const served = await serveCounted(request, front, { ports, counted });
    return {
      answer: served.answer,
      settle: () => {
        const settled = served.settle();
        settling.add(settled);
        return settled.finally(() => settling.delete(settled));
      },
    };
  };

  return {
    idleTimeoutMs: services.settings.idleTimeoutMs ?? 0,
    log,
    compile: serve,
    commands: {
      stats: async () => {
        await soon(Promise.allSettled(settling), settleWaitMs);
        return keeper.info();
      },
      zero: () => keeper.zero(),
      'records-flush': async () => {
        await soon(Promise.allSettled(settling), settleWaitMs);
        await services.records.flush();
        return recordsPlace(services.settings.records);
      },
      'dist-status': () => services.distribution?.status() ?? { Disabled: 'disabled' },
    },
    close: () => soon(services.records.flush(), lastFlushMs),
  };
}

type EnginePorts = Parameters<typeof compile>[2];

async function serveCounted(
  request: CompileRequest,
  front: Front,
  by: { readonly ports: EnginePorts; readonly counted: Counted },
): Promise<{ answer: Served['answer']; settle: () => Promise<void> }> {
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

async function soon(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
