// Knows: how settings, engine and statistics are joined to what a daemon serves. Refuses to know: sockets and the life of the process.
import { isDeepStrictEqual } from 'node:util';
import { causeChain, isFault, type Log } from '@sccache-ts/core/base';
import { type CompileReport, type Compilers, createLinks, createXcrunResolver, type EnginePorts } from '@sccache-ts/core/engine';
import { createFileDigests, createMemoryUpkeep, readResponseFile } from '@sccache-ts/core/host';
import type { DaemonParts } from './daemon.js';
import { createDirectParts } from './direct-parts.js';
import { recordsPlace } from './records/read-records.js';
import { type Counted, recallCounted, serveCompile } from './serve.js';
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

/** A daemon that takes no more is left in peace: most of it is the engine under it. */
const smallMemory = 100 * 1024 ** 2;

/** The daemon's end waits so long for the last records; a disk that takes longer loses them. */
const lastFlushMs = 2_000;

/** Reads settings and joins the engine. @throws what `loadClientSettings` throws; later changes of settings that are wrong keep the old ones */
export async function prepareDaemon(options: PrepareOptions): Promise<DaemonParts> {
  const { around, log, build } = options;
  const makers = { log, distribution: options.distribution, onCorrupt: () => keeper.recordCorruptEntry() };
  let services: Services = createServices(await loadClientSettings(around), makers);
  const keeper = new StatisticsKeeper({ storage: { status: () => services.storage.status() }, settings: () => services.settings, version: build });
  const digests = createFileDigests(Date.now);
  const settling = new Set<Promise<void>>();
  const listeners: (() => void)[] = [];

  const reload = async (): Promise<void> => {
    try {
      const settings = await loadClientSettings(around);
      if (isDeepStrictEqual(settings, services.settings)) return;
      const old = services;
      services = createServices(settings, makers);
      direct.recall.clear();
      for (const tell of listeners) tell();
      log.info('settings were read again');
      await closeServices(old, log);
    } catch (thrown) {
      const hint = isFault(thrown) && thrown.hint !== undefined ? ` (${thrown.hint})` : '';
      log.error(`settings are kept as they were: ${causeChain(thrown).join(': ')}${hint}`);
    }
  };
  options.watch(services.settings.files, () => void reload());

  const direct = createDirectParts();
  const memory = createMemoryUpkeep({ bytes: smallMemory, every: 300, quietMs: 1_000 });
  const counting = (report: CompileReport): void => {
    keeper.record(report);
    memory.note();
  };
  const counted: Counted = { log, report: counting, record: (record) => services.records.record(record) };
  const links = createLinks(options.compilers);
  const behindXcrun = createXcrunResolver();
  const portsNow = (): EnginePorts => {
    const { linkedCrates } = services.settings;
    return { ...direct.portsFor(services), compilers: options.compilers, digests, links: linkedCrates ? links : undefined, readResponseFile, nowMs: Date.now };
  };
  return {
    idleTimeoutMs: () => services.settings.idleTimeoutMs ?? 0,
    onSettings: (listener) => void listeners.push(listener),
    log,
    compile: async (request, front) => noted(settling, await serveCompile(await behindXcrun(request), front, { ports: portsNow(), counted })),
    recall: recallCounted(direct.recall, counted),
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

/** Keeps what still has to be stored among others of its kind until it is. */
function noted(settling: Set<Promise<void>>, { answer, settle }: Served): Served {
  return {
    answer,
    settle: () => {
      const work = settle().then(() => undefined);
      settling.add(work);
      return work.finally(() => settling.delete(work));
    },
  };
}

async function soon(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
