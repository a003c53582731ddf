// Knows: what the build server alone costs: a trivial job over TLS, split by step, beside running its command bare.
// Refuses to know: schedulers (one that agrees at once stands in) and real compiles.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { type BuilderPorts, type BuilderSettings, oursHeader, runBuilder, stepsHeader } from '@sccache-ts/builder';
import { silentLog } from '@sccache-ts/core/base';
import { createHttpClient, hashFile, type HttpClient, removeTree } from '@sccache-ts/core/host';
import {
  archiveIdFromHash, encodeRunJobPrefix, heartbeatReplyCodec, heartbeatRequestCodec, type HeartbeatRequest, jobStateReplyCodec, paths, type RunJobHeader,
  runJobReplyCodec, signJobToken, submitToolchainReplyCodec, toolchainCodec,
} from '@sccache-ts/core/wire';
import { freePort, root } from '@sccache-ts/fixtures';
import { median, milliseconds, quantile, ratio, type Table } from './figures.js';

const toolchain = join(root, 'fixtures/vectors/tiny-toolchain.tar.gz');
const warmUp = 10;

interface Site {
  readonly folder: string;
  readonly settings: BuilderSettings;
  readonly http: HttpClient;
  /** Key and certificate, once the server has beaten. */
  readonly beat: Promise<HeartbeatRequest>;
  close(): Promise<void>;
}

/** A scheduler that is told everything and has nothing to say. */
function agreeable(heard: (beat: HeartbeatRequest) => void): BuilderPorts['http'] {
  return {
    request: async ({ url, body }) => {
      const beats = url.endsWith('heartbeat_server');
      if (beats && body instanceof Uint8Array) heard(heartbeatRequestCodec.decode(body));
      return { status: 200, headers: {}, body: beats ? heartbeatReplyCodec.encode({ isNew: true }) : jobStateReplyCodec.encode({ kind: 'Success' }) };
    },
  };
}

async function openSite(): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'sts-bench-builder-'));
  const port = await freePort();
  const settings: BuilderSettings = {
    serverId: `127.0.0.1:${port}`,
    bindAddress: { host: '127.0.0.1', port, family: 4 },
    schedulerUrl: 'http://127.0.0.1/',
    schedulerToken: 'unused',
    cacheDir: join(folder, 'cache'),
    toolchainCacheSize: 1024 ** 3,
    buildDir: join(folder, 'build'),
    bwrapPath: undefined,
    exitCodes: 'auto',
    slots: undefined,
    jobSeconds: 60,
    unpackedSize: undefined,
    drainSeconds: 10,
    metricsAddr: undefined,
    logFormat: 'text',
  };
  let heard: (beat: HeartbeatRequest) => void = () => undefined;
  const beat = new Promise<HeartbeatRequest>((resolve) => (heard = resolve));
  const clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };
  const builder = await runBuilder({ settings, clock, log: silentLog, http: agreeable(heard) });
  const http = createHttpClient();
  const close = async (): Promise<void> => {
    await http.close();
    await builder.close();
    await removeTree(folder);
  };
  return { folder, settings, http, beat, close };
}

interface Fleet {
  /** One job, from its assignment's end to its reply. @returns milliseconds, in all and by step */
  job(id: number): Promise<{ total: number; steps: ReadonlyMap<string, number> }>;
}

function stepsOf(field: unknown): Map<string, number> {
  const words = typeof field === 'string' ? field.split(', ') : [];
  return new Map(words.map((word) => word.split(';dur=')).map(([name = '', ms]) => [name, Number(ms)]));
}

/** A tar of no entries: what follows the last one in any tar. */
const noInputs = deflateSync(Buffer.alloc(1024), { level: 1 });

async function openFleet({ settings, http, beat }: Site): Promise<Fleet> {
  const { jwtKey, certPem } = await beat;
  const ca = new TextDecoder().decode(certPem);
  const archiveId = archiveIdFromHash(await hashFile(toolchain));
  const post = async (path: string, id: number, body: Uint8Array) => {
    const reply = await http.request({
      method: 'POST',
      url: `https://${settings.serverId}${path}`,
      headers: { authorization: `Bearer ${signJobToken(jwtKey, id)}`, 'content-type': 'application/octet-stream', [oursHeader]: 'bench' },
      body,
      ca,
      timeoutMs: 60_000,
      maxReply: 1_000_000,
    });
    if (reply.status !== 200) throw new Error(`${path} was answered with ${reply.status}: ${new TextDecoder().decode(reply.body)}`);
    return reply;
  };
  const assign = (id: number) => post(paths.assignJob(id), id, toolchainCodec.encode({ archiveId }));
  await assign(0);
  const stored = submitToolchainReplyCodec.decode((await post(paths.submitToolchain(0), 0, await readFile(toolchain))).body);
  if (stored !== 'Success') throw new Error(`the toolchain was not stored: ${stored}`);
  const header: RunJobHeader = { command: { executable: '/usr/bin/cc', arguments: ['-o', '/tmp/x.o', 'x'], envVars: [], cwd: '/tmp' }, outputs: ['/tmp/x.o'] };
  const body = Buffer.concat([encodeRunJobPrefix(header), noInputs]);
  return {
    async job(id) {
      await assign(id);
      const started = performance.now();
      const reply = await post(paths.runJob(id), id, body);
      const total = performance.now() - started;
      const decoded = runJobReplyCodec.decode(reply.body);
      if (decoded.kind !== 'Complete' || decoded.outputs.length !== 1) throw new Error('the job did not do what it was made for');
      return { total, steps: stepsOf(reply.headers[stepsHeader.toLowerCase()]) };
    },
  };
}

/** The same command without anything around it, started as the server starts its sandbox. */
function bare(program: string, cwd: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(program, ['-o', join(cwd, 'x.o'), 'x'], { cwd, env: {}, stdio: 'ignore', detached: true });
    child.on('error', reject).on('close', () => resolve(performance.now() - started));
  });
}

const said: Readonly<Record<string, string>> = {
  queue: 'waiting for a place',
  toolchain: 'finding the toolchain unpacked',
  unpack: 'header, folder, inputs',
  run: 'mount, sandbox, command',
  collect: 'reading outputs',
  compress: 'compressing outputs',
};

/**
 * What the engine's first version took, in multiples of the bare command: its sandbox had no limits, no user ids of its own, no filter of system
 * calls. Measured by this very bench, 2026-11-23; milliseconds of different days cannot be compared, the machine is not the same.
 */
const first: Readonly<Record<string, number>> = { job: 6.3, unpack: 0.24, run: 4.5, collect: 0.15, compress: 0.14, http: 1.1 };

interface Measured {
  readonly name: string;
  readonly times: readonly number[];
  /** In `first`. */
  readonly as?: string;
}

function row({ name, times, as }: Measured, base: number): string[] {
  const [middle, before] = [median(times), as === undefined ? undefined : first[as]];
  const over = as === 'job' || as === 'run' ? milliseconds(middle - base) : '';
  return [name, milliseconds(middle), milliseconds(quantile(times, 0.9)), over, ...(before === undefined ? ['', ''] : [ratio(middle, base), ratio(before, 1)])];
}

/** What a job costs that does next to nothing. @param runs jobs that are measured, one after the other */
export async function builderTable(runs = 50): Promise<Table> {
  const site = await openSite();
  try {
    const fleet = await openFleet(site);
    for (let id = 1; id <= warmUp; id++) await fleet.job(id);
    const program = join(site.settings.buildDir, 'toolchains', archiveIdFromHash(await hashFile(toolchain)), 'usr/bin/cc');
    const totals: number[] = [];
    const bares: number[] = [];
    const steps = new Map<string, number[]>();
    for (let run = 0; run < runs; run++) {
      bares.push(await bare(program, site.folder));
      const job = await fleet.job(1000 + run);
      totals.push(job.total);
      for (const [name, ms] of job.steps) steps.set(name, [...(steps.get(name) ?? []), ms]);
    }
    const base = median(bares);
    const inSteps = totals.map((_, at) => [...steps.values()].reduce((sum, times) => sum + (times[at] ?? 0), 0));
    const measured: readonly Measured[] = [
      { name: 'the command bare', times: bares },
      { name: 'the job, as its client sees it', times: totals, as: 'job' },
      ...[...steps].map(([name, times]) => ({ name: `  ${said[name] ?? name}`, times, as: name })),
      { name: '  HTTP, TLS, codecs, reports to the scheduler', times: totals.map((total, at) => total - (inSteps[at] ?? 0)), as: 'http' },
    ];
    return {
      title: 'The build server alone',
      note: `A command that writes 12 bytes, ${runs} times one after the other over TLS; the scheduler agrees at once. Milliseconds.`,
      head: ['what', 'median', 'p90', 'over bare', '÷ bare', '÷ bare, first version'],
      rows: measured.map((it) => row(it, base)),
    };
  } finally {
    await site.close();
  }
}
