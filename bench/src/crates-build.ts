// Knows: how one application of crates is built from nothing by cargo through one tool, and again, and what is counted of it. Refuses to know: tables,
// and in which order tools take turns.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cleanEnvironment, type Client, run, type Stats, sum } from '@sccache-ts/fixtures';
import type { Made } from './crates-same.js';
import { quiet } from './fronts.js';

export interface Application {
  readonly name: string;
  readonly version: string;
  readonly profile: 'release' | 'debug';
  /** What it stands for. */
  readonly what: string;
}

/** A cargo install into these folders, which are emptied before. */
export interface Place {
  readonly target: string;
  readonly root: string;
}

export interface CrateRound {
  readonly coldMs: number;
  readonly warmMs: number;
  /** Of the second build: calls that were answered from the cache, all compiles among its calls, and why those that were never looked up were not. */
  readonly hits: number;
  readonly calls: number;
  readonly declined: Readonly<Record<string, number>>;
  /** What its builds made. */
  readonly builds: readonly Made[];
  /** Of the first build: compiles done by a build server, and those that were meant for one and done at home. */
  readonly away: number;
  readonly repeated: number;
}

/** Digests of all that rustc and linkers made. */
export function made(folder: string): Made {
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !(/\.(?:rlib|rmeta|d|so|a)$/.test(entry.name) || (statSync(path).mode & 0o111) !== 0)) continue;
    files.set(path, createHash('sha256').update(readFileSync(path)).digest('hex'));
  }
  return files;
}

/** @returns milliseconds @throws Error when cargo does not succeed */
export async function build({ name, version, profile }: Application, { target, root }: Place, env: Readonly<Record<string, string>>): Promise<number> {
  for (const folder of [target, root]) rmSync(folder, { recursive: true, force: true });
  const how = profile === 'debug' ? ['--debug'] : [];
  const args = ['install', name, '--version', version, '--locked', ...how, '--root', root, '--target-dir', target];
  const { code, stderr, wallMs } = await run('cargo', args, { cwd: '/', env: { ...env, CARGO_INCREMENTAL: '0' }, timeoutMs: 1_800_000 });
  if (code !== 0) throw new Error(`cargo exits ${code}: ${stderr.toString().slice(-500)}`);
  return wallMs;
}

/** C and C++ that build scripts have compiled go through the tool as well. sccache is known to the crate that does that; others are told. */
function throughTool({ program, env }: Client, isPeer: boolean): Readonly<Record<string, string>> {
  return { ...quiet(env), RUSTC_WRAPPER: program, ...(isPeer ? {} : { CC: `${program} cc`, CXX: `${program} c++` }) };
}

const lookedUp = ({ cache_hits, cache_misses }: Stats['stats']): number => sum(cache_hits.counts) + sum(cache_misses.counts);

/** What was counted more in the second than in the first. */
function gained(before: Readonly<Record<string, number>>, after: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(after).flatMap(([name, count]) => (count > (before[name] ?? 0) ? [[name, count - (before[name] ?? 0)]] : [])));
}

export async function measurePlain(application: Application, place: Place): Promise<CrateRound> {
  const coldMs = await build(application, place, cleanEnvironment());
  return { coldMs, warmMs: Number.NaN, hits: 0, calls: 0, declined: {}, builds: [made(place.target)], away: 0, repeated: 0 };
}

/** Builds with an empty cache, and again. */
export async function measureTool(application: Application, place: Place, by: { readonly client: Client; readonly isPeer: boolean }): Promise<CrateRound> {
  const { client, isPeer } = by;
  const env = throughTool(client, isPeer);
  const coldMs = await build(application, place, env);
  const cold = made(place.target);
  const before = await client.stats();
  const warmMs = await build(application, place, env);
  const after = await client.stats();
  const declined = gained(before.not_cached, after.not_cached);
  return {
    coldMs,
    warmMs,
    hits: sum(after.cache_hits.counts) - sum(before.cache_hits.counts),
    calls: lookedUp(after) - lookedUp(before) + sum(declined),
    declined,
    builds: [cold, made(place.target)],
    away: sum(before.dist_compiles),
    repeated: before.dist_errors + sum(before.dist_repeated ?? {}),
  };
}

/** Leaves the application's sources and those of all its crates with cargo. @throws Error when cargo does not succeed */
export async function fetchApplication(application: Application, folder: string): Promise<void> {
  await build({ ...application, profile: 'debug' }, { target: join(folder, 'fetched'), root: join(folder, 'installed') }, cleanEnvironment());
}
