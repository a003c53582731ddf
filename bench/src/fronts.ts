// Knows: the tools that stand before a compiler, how each is started with a cache or a fleet of its own, and how it is called.
// Refuses to know: what is measured.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanEnvironment, foreign, freePort, hasTool, isRoot, keepRunning, makeSecrets, ours, run, sandboxMissing } from '@sccache-ts/fixtures';
import type { Client, Site } from '@sccache-ts/fixtures';
import { ccacheCounts, sccacheCounts } from './counts.js';
import type { Counts } from './counts.js';

export interface Front {
  readonly name: string;
  /** What goes before the compiler. */
  readonly prefix: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Processes of the tool on the client's side whose processor time belongs to its jobs. */
  readonly daemons: readonly number[];
  /** What a caching tool says of itself. */
  readonly counts?: () => Promise<Counts>;
}

export const bareFront: Front = { name: 'bare compiler', prefix: [], env: cleanEnvironment(), daemons: [] };

/** Real sccache, when it can be found. */
export function sccachePrograms(): { readonly sccache: string; readonly sccacheDist: string | undefined } | undefined {
  const folder = process.env['SCCACHE_PEER_DIR'];
  if (folder !== undefined) return { sccache: join(folder, 'sccache'), sccacheDist: join(folder, 'sccache-dist') };
  return hasTool('sccache') ? { sccache: 'sccache', sccacheDist: hasTool('sccache-dist') ? 'sccache-dist' : undefined } : undefined;
}

/** Nobody logs who has not asked for it; and a daemon whose turn comes late must still be the one that was started. */
export const silent = { SCCACHE_LOG: 'error', SCCACHE_IDLE_TIMEOUT: '0' } as const;

/** Ways in which ccache is set, each with a cache of its own. Like must meet like, so these are rows of their own. */
export const ccacheModes = {
  ccache: {},
  'ccache, no direct mode': { CCACHE_NODIRECT: '1' },
  'ccache, inode cache': { CCACHE_INODECACHE: '1' },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

export type CcacheMode = keyof typeof ccacheModes;

/** Everything that caches, each with an empty cache in the site's folder. */
export async function cachingFronts(site: Site, modes: readonly CcacheMode[] = ['ccache', 'ccache, no direct mode']): Promise<readonly Front[]> {
  const fronts: Front[] = [];
  const client = await site.client('ours', undefined, { env: silent });
  fronts.push(sccacheFront('sccache-ts', client));
  fronts.push(...(await realSccache(site)));
  return hasTool('ccache') ? [...fronts, ...modes.map((mode) => ccacheFront(mode, join(site.folder, mode.replaceAll(/[^a-z]+/g, '-'))))] : fronts;
}

async function realSccache(site: Site): Promise<readonly Front[]> {
  const peer = sccachePrograms();
  if (peer === undefined) return [];
  try {
    return [sccacheFront('sccache', await site.client('sccache', undefined, { program: peer.sccache, env: silent }))];
  } catch (thrown) {
    process.stdout.write(`sccache is left out: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
    return [];
  }
}

function sccacheFront(name: string, { program, env, service }: Client): Front {
  return { name, prefix: [program], env: quiet(env), daemons: [service.pid], counts: () => sccacheCounts(program, env) };
}

export function ccacheFront(mode: CcacheMode, folder: string): Front {
  mkdirSync(folder, { recursive: true });
  const env = cleanEnvironment({ CCACHE_DIR: folder, CCACHE_CONFIGPATH: join(folder, 'ccache.conf'), ...ccacheModes[mode] });
  return { name: mode, prefix: ['ccache'], env, daemons: [], counts: () => ccacheCounts(env) };
}

/** What a caller of the tool has in its environment. */
export function quiet(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name !== 'SCCACHE_LOG'));
}

/** Everything that distributes, each with a fleet of one server on the loopback. */
export async function distributingFronts(site: Site): Promise<readonly Front[]> {
  const fronts: Front[] = [];
  if (sandboxMissing() === undefined) {
    const scheduler = await site.scheduler({ secrets: makeSecrets(ours()) });
    await site.builder(scheduler);
    const client = await site.client('ours-dist', scheduler, { env: { SCCACHE_RECACHE: '1' } });
    fronts.push({ name: 'sccache-ts', prefix: [client.program], env: quiet(client.env), daemons: [client.service.pid] });
    const peer = sccachePrograms();
    if (peer?.sccacheDist !== undefined && process.getuid?.() === 0) {
      const dist = foreign(peer.sccacheDist);
      const theirs = await site.scheduler({ dist, secrets: makeSecrets(dist) });
      await site.builder(theirs, { dist });
      const real = await site.client('sccache-dist', theirs, { program: peer.sccache, env: { SCCACHE_RECACHE: '1' } });
      fronts.push({ name: 'sccache', prefix: [peer.sccache], env: quiet(real.env), daemons: [real.service.pid] });
    }
  }
  // Its daemon does not send a job to its own machine, so that one machine cannot show anything.
  if (hasTool('icecc')) process.stdout.write('icecc is left out: on one machine it was not brought to send a job.\n');
  const distcc = await distccFront(site);
  return distcc === undefined ? fronts : [...fronts, distcc];
}

async function distccFront(site: Site): Promise<Front | undefined> {
  if (!hasTool('distcc') || !hasTool('distccd')) return undefined;
  const folder = join(site.folder, 'distcc');
  mkdirSync(folder, { recursive: true });
  const port = String(await freePort());
  const listen = ['--no-detach', '--daemon', '--allow', '127.0.0.1', '--listen', '127.0.0.1', '--port', port, '--enable-tcp-insecure'];
  const service = keepRunning('distccd', [...listen, ...(isRoot() ? ['--user', 'nobody'] : [])], { env: cleanEnvironment() });
  site.undo(service.stop);
  const env = cleanEnvironment({ DISTCC_HOSTS: `127.0.0.1:${port}`, DISTCC_FALLBACK: '0', DISTCC_DIR: folder });
  writeFileSync(join(folder, 'probe.cc'), 'int probe;\n');
  for (let attempt = 0; attempt < 60; attempt += 1) {
    const probe = await run('distcc', ['g++', '-c', 'probe.cc', '-o', 'probe.o'], { cwd: folder, env });
    if (probe.code === 0) return { name: 'distcc', prefix: ['distcc'], env, daemons: [] };
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  process.stdout.write(`distcc is left out, since its server does not compile: ${service.log().slice(-300)}\n`);
  return undefined;
}

/** Processor time in milliseconds that a process and its ended children have used; Linux counts in ticks of 10 ms. */
export function processorTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index] ?? 0), 0) * 10;
}
