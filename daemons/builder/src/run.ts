// Knows: how a build server is put together, started and ended. Refuses to know: files of settings, signals, the command line.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { SettingsChanges, SocketAddress } from '@sccache-ts/core/base';
import type { PerformLimits } from '@sccache-ts/core/engine';
import {
  addProcessFigures, type Certificate, createJobFolders, createToolchainCache, createUnpackedToolchains, emptyFolder, loopbackProxies, makeCertificate, measuredFromHere, memoryOfMachine,
  openSandbox, type Operation, operationRoutes, type Sandbox, removeTree, serveHttp, serveOperation, usableProcessors,
} from '@sccache-ts/core/host';
import type { Builder } from './builder.js';
import { builderRoutes } from './endpoints.js';
import { addGauges, type BuilderFigures, createFigures } from './figures.js';
import type { JobEnds } from './job-ends.js';
import { limitsOf } from './job-limits.js';
import { createJobTable } from './job-table.js';
import type { BuilderPorts } from './ports.js';
import { reloadInto } from './reload.js';
import { reportOf } from './report.js';
import { createSchedulerLink } from './scheduler-link.js';
import { type BuilderSettings, usualSandbox } from './settings.js';
import { createSlots } from './slots.js';
import { createWork, type Work } from './work.js';

export interface RunningBuilder {
  /** Where it listens. */
  readonly address: SocketAddress;
  /** How jobs are kept from the machine. */
  readonly sandbox: Pick<Sandbox, 'description' | 'weaknesses'>;
  readonly outcomes: Pick<JobEnds, 'counts'>;
  /** Takes over what can change while it runs. */
  reload(settings: BuilderSettings): SettingsChanges;
  /** Takes no new jobs, and resolves when those under way are done or, after `drainSeconds`, handed back. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

export interface RunBuilderOptions extends BuilderPorts {
  readonly settings: BuilderSettings;
  /** Of the program, for whoever looks at the fleet. */
  readonly version?: string;
}

/** Long enough that no server lives longer. */
const certificateDays = 3650;
/** As many as sccache's schedulers hand out at most. */
const slotsFor = (cpus: number): number => cpus + 1 + Math.floor(cpus / 8);
/** Processes and folders that wait for jobs; each process is six open files. */
const mostReady = 16;
const queuePerSlot = 8;
const longestWaitMs = 30_000;
/** A scheduler that does not answer must not hold up the end. */
const announceMs = 1_500;
const farewellMs = 3_000;
const unpackedLimits = { maxBytes: 16 * 1024 ** 3, maxEntries: 1_000_000 };

interface Background {
  add(what: string, work: Promise<void>): void;
  settled(): Promise<void>;
}

function createBackground(ports: BuilderPorts): Background {
  const under = new Set<Promise<void>>();
  return {
    add(what, work) {
      const done = work
        .catch((thrown: unknown) => ports.log.warn(`${what}: ${String(thrown)}`))
        .finally(() => under.delete(done));
      under.add(done);
    },
    async settled() {
      await Promise.all(under);
    },
  };
}

interface Watched {
  readonly certificate: Certificate;
  readonly background: Background;
  readonly work: Work;
  readonly figures: BuilderFigures;
}

async function prepare(options: RunBuilderOptions, { certificate, background, work, figures }: Watched): Promise<Builder> {
  const { settings, log, clock, version = '' } = options;
  const startedAt = clock.monotonicMs();
  const [builds, readyDir] = [await emptyFolder(join(settings.buildDir, 'builds')), await emptyFolder(join(settings.buildDir, 'ready'))];
  const unpackedDir = await emptyFolder(join(settings.buildDir, 'toolchains'));
  const cpus = usableProcessors();
  const slots = settings.slots ?? slotsFor(cpus);
  const ready = Math.min(slots, mostReady);
  const searchPath = process.env['PATH'] ?? '';
  const sandbox = await openSandbox({ dir: settings.buildDir, bwrapPath: settings.bwrapPath, searchPath, log, waiting: ready, ...(settings.sandbox ?? usualSandbox) });
  const cache = await createToolchainCache({ dir: join(settings.cacheDir, 'tc'), maxBytes: settings.toolchainCacheSize, now: () => clock.wallMs() });
  const unpackedBytes = settings.unpackedSize ?? 3 * settings.toolchainCacheSize;
  const jobKey = randomBytes(32);
  const memory = memoryOfMachine();
  // Read anew for each job: they change with the settings.
  const limits = (): PerformLimits => limitsOf(settings, memory);
  const { openDisk } = sandbox;
  const parts = {
    settings,
    log,
    jobKey,
    folders: createJobFolders({ builds, ready: readyDir, count: ready, openDisk: openDisk === undefined ? undefined : () => openDisk(limits()) }),
    sandbox,
    limits,
    cache,
    toolchains: await createUnpackedToolchains({ dir: unpackedDir, cache, maxBytes: unpackedBytes, limits: unpackedLimits, log }),
    jobs: createJobTable(() => clock.monotonicMs()),
    slots: createSlots({ count: slots, queue: slots * queuePerSlot, waitMs: longestWaitMs }),
    work,
    figures,
    inBackground: background.add,
  };
  const link = createSchedulerLink(settings, { jobKey, nonce: randomBytes(8).readBigUInt64LE(), cpus, certificate }, {
    ...options,
    beats: figures.beats,
    report: (conduct) => reportOf(parts, conduct, { version, slots, startedAt, now: clock.monotonicMs() }),
  });
  const builder = { ...parts, link };
  addGauges(builder, slots);
  return builder;
}

/** Within bounds: neither the scheduler nor a job may keep the server from ending. */
async function drainBuilder({ work, link, jobs, settings, log }: Builder): Promise<void> {
  work.refuse();
  const running = work.running;
  if (running > 0) log.info(`no new jobs from now on; those under way get ${settings.drainSeconds} s`, { running });
  await withinMs(link.announce('draining'), announceMs);
  await work.settled({ withinMs: settings.drainSeconds * 1000, promised: () => jobs.size });
  await withinMs(link.announce('leaving'), announceMs);
}

const withinMs = (promise: Promise<void>, ms: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    promise.finally(() => clearTimeout(timer)).then(resolve, reject);
  });

/**
 * Listens first, so that a second server with the same settings fails before it empties the first one's folders; beats
 * last, so that no job comes before all is ready.
 * @throws Fault ADDRESS_IN_USE, TOOL_MISSING, TOOL_TOO_OLD, NOT_ROOT, SETTINGS_INVALID, STORAGE_FAILED
 */
export async function runBuilder(given: RunBuilderOptions): Promise<RunningBuilder> {
  // Changed in place by `reload`; everybody reads it anew.
  const settings = { ...given.settings };
  const options = { ...given, settings };
  const { log, clock } = options;
  const { host, port, family } = settings.bindAddress;
  const certificate = await makeCertificate({ serverId: settings.serverId, validFromMs: clock.wallMs(), days: certificateDays });
  const background = createBackground(options);
  const now = (): number => clock.monotonicMs();
  const [work, figures] = [createWork(now), createFigures(now)];
  let settle: { resolve: (builder: Builder) => void; reject: (cause: unknown) => void } | undefined;
  const ready = new Promise<Builder>((resolve, reject) => (settle = { resolve, reject }));
  ready.catch(() => undefined);
  const tls = { key: certificate.keyPem, cert: certificate.certPem };
  let link: Builder['link'] | undefined;
  const unready = (): string | undefined => {
    if (link === undefined) return 'starting';
    if (work.draining) return 'being stopped: no new jobs are taken';
    return link.connected ? undefined : 'the scheduler did not take the last heartbeat';
  };
  const operation: Operation = { metrics: figures.metrics, unready };
  const routes = [...builderRoutes(ready), ...operationRoutes(operation, measuredFromHere)];
  const sockets = options.sockets === undefined ? {} : { sockets: options.sockets };
  const server = await serveHttp({ routes, host, port, tls, trustedProxies: loopbackProxies, log, ...sockets });
  const closing: { close(): unknown }[] = [server];
  try {
    const watch = await serveOperation(operation, settings.metricsAddr, { log, ...sockets });
    if (watch !== undefined) closing.push(watch);
    closing.push(addProcessFigures(figures.metrics, { version: options.version ?? '', startedMs: clock.wallMs() }));
    const builder = await prepare(options, { certificate, background, work, figures });
    settle?.resolve(builder);
    ({ link } = builder);
    builder.link.start();
    log.info(`build server ${settings.serverId} listens on ${host} port ${server.port}`);
    return {
      address: { host, port: server.port, family },
      sandbox: builder.sandbox,
      outcomes: figures.ends,
      reload(next) {
        const { schedulerUrl, schedulerToken } = settings;
        const changes = reloadInto(settings, next);
        // Another scheduler, or one that refused us: it shall hear of us now.
        if (schedulerUrl !== settings.schedulerUrl || schedulerToken !== settings.schedulerToken) void builder.link.announce('serving');
        return changes;
      },
      drain: () => drainBuilder(builder),
      async close() {
        for (const it of closing) await it.close();
        await withinMs(background.settled(), farewellMs);
        // What the scheduler could not be told by now it learns from our absence.
        builder.link.close();
        await background.settled();
        builder.sandbox.close();
        await builder.folders.close();
        await removeTree(join(settings.buildDir, 'builds'));
      },
    };
  } catch (thrown) {
    settle?.reject(thrown);
    for (const it of closing) await it.close();
    throw thrown;
  }
}
