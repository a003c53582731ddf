// Knows: how a build server is put together, started and ended. Refuses to know: files of settings, signals, the command line.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { SocketAddress } from '@sccache-ts/core/base';
import {
  type Certificate, createToolchainCache, createUnpackedToolchains, emptyFolder, loopbackProxies, makeCertificate, memoryOfMachine, openSandbox, type Sandbox, removeTree, serveHttp, usableProcessors,
} from '@sccache-ts/core/host';
import type { Builder } from './builder.js';
import { builderRoutes } from './endpoints.js';
import { createJobOutcomes, type JobOutcomes } from './job-outcomes.js';
import { limitsOf } from './job-limits.js';
import { createJobTable } from './job-table.js';
import type { BuilderPorts } from './ports.js';
import { createSchedulerLink } from './scheduler-link.js';
import { type BuilderSettings, usualJob, usualSandbox } from './settings.js';
import { createSlots } from './slots.js';

export interface RunningBuilder {
  /** Where it listens. */
  readonly address: SocketAddress;
  /** How jobs are kept from the machine. */
  readonly sandbox: Pick<Sandbox, 'description' | 'weaknesses'>;
  readonly outcomes: Pick<JobOutcomes, 'counts'>;
  close(): Promise<void>;
}

export interface RunBuilderOptions extends BuilderPorts {
  readonly settings: BuilderSettings;
}

/** Long enough that no server lives longer. */
const certificateDays = 3650;
/** As many as sccache's schedulers hand out at most. */
const slotsFor = (cpus: number): number => cpus + 1 + Math.floor(cpus / 8);
const queuePerSlot = 8;
const longestWaitMs = 30_000;
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

async function prepare(options: RunBuilderOptions, certificate: Certificate, background: Background): Promise<Builder> {
  const { settings, log, clock } = options;
  const buildsDir = await emptyFolder(join(settings.buildDir, 'builds'));
  const unpackedDir = await emptyFolder(join(settings.buildDir, 'toolchains'));
  const sandbox = await openSandbox({ dir: settings.buildDir, bwrapPath: settings.bwrapPath, searchPath: process.env['PATH'] ?? '', log, ...(settings.sandbox ?? usualSandbox) });
  const cache = await createToolchainCache({ dir: join(settings.cacheDir, 'tc'), maxBytes: settings.toolchainCacheSize, now: () => clock.wallMs() });
  const unpackedBytes = settings.unpackedSize ?? 3 * settings.toolchainCacheSize;
  const cpus = usableProcessors();
  const slots = settings.slots ?? slotsFor(cpus);
  const jobKey = randomBytes(32);
  let builds = 0;
  return {
    settings,
    log,
    jobKey,
    buildsDir,
    sandbox,
    limits: limitsOf(settings.jobSeconds, settings.job ?? usualJob, memoryOfMachine()),
    outcomes: createJobOutcomes(),
    cache,
    toolchains: await createUnpackedToolchains({ dir: unpackedDir, cache, maxBytes: unpackedBytes, limits: unpackedLimits, log }),
    jobs: createJobTable(() => clock.monotonicMs()),
    slots: createSlots({ count: slots, queue: slots * queuePerSlot, waitMs: longestWaitMs }),
    link: createSchedulerLink(settings, { jobKey, nonce: randomBytes(8).readBigUInt64LE(), cpus, certificate }, options),
    nextBuild: () => builds++,
    inBackground: background.add,
  };
}

/**
 * Listens first, so that a second server with the same settings fails before it empties the first one's folders; beats
 * last, so that no job comes before all is ready.
 * @throws Fault ADDRESS_IN_USE, TOOL_MISSING, TOOL_TOO_OLD, NOT_ROOT, SETTINGS_INVALID, STORAGE_FAILED
 */
export async function runBuilder(options: RunBuilderOptions): Promise<RunningBuilder> {
  const { settings, log, clock } = options;
  const { host, port, family } = settings.bindAddress;
  const certificate = await makeCertificate({ serverId: settings.serverId, validFromMs: clock.wallMs(), days: certificateDays });
  const background = createBackground(options);
  let settle: { resolve: (builder: Builder) => void; reject: (cause: unknown) => void } | undefined;
  const ready = new Promise<Builder>((resolve, reject) => (settle = { resolve, reject }));
  ready.catch(() => undefined);
  const tls = { key: certificate.keyPem, cert: certificate.certPem };
  const server = await serveHttp({ routes: builderRoutes(ready), host, port, tls, trustedProxies: loopbackProxies, log });
  try {
    const builder = await prepare(options, certificate, background);
    settle?.resolve(builder);
    builder.link.start();
    log.info(`build server ${settings.serverId} listens on ${host} port ${server.port}`);
    return {
      address: { host, port: server.port, family },
      sandbox: builder.sandbox,
      outcomes: builder.outcomes,
      async close() {
        await server.close();
        await background.settled();
        builder.link.close();
        await removeTree(builder.buildsDir);
      },
    };
  } catch (thrown) {
    settle?.reject(thrown);
    await server.close();
    throw thrown;
  }
}
