// Knows: how one application of crates is built from nothing by cargo through one tool, and again, and what is counted of it. Refuses to know: tables,
// and in which order tools take turns.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cleanEnvironment, type Client, run, type Stats, sum } from '@sccache-ts/fixtures';
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

export type Made = ReadonlyMap<string, string>;

export interface CrateRound {
  readonly coldMs: number;
  readonly warmMs: number;
  /** Of the second build: calls that were answered from the cache, and calls that the tool took on. */
  readonly hits: number;
  readonly calls: number;
  /** Files of either build that are not plain cargo's. */
  readonly different: number;
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

const differences = (one: Made, other: Made): number => [...new Set([...one.keys(), ...other.keys()])].filter((path) => one.get(path) !== other.get(path)).length;

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

const callsOf = ({ cache_hits, cache_misses }: Stats['stats']): number => sum(cache_hits.counts) + sum(cache_misses.counts);

export async function measurePlain(application: Application, place: Place, plain: Made): Promise<CrateRound> {
  const coldMs = await build(application, place, cleanEnvironment());
  return { coldMs, warmMs: Number.NaN, hits: 0, calls: 0, different: differences(plain, made(place.target)), away: 0, repeated: 0 };
}

/** Builds with an empty cache, and again. */
export async function measureTool(application: Application, place: Place, by: { readonly client: Client; readonly isPeer: boolean; readonly plain: Made }): Promise<CrateRound> {
  const { client, isPeer, plain } = by;
  const env = throughTool(client, isPeer);
  const coldMs = await build(application, place, env);
  const cold = differences(plain, made(place.target));
  const { dist_compiles: compiles, dist_errors: errors, dist_repeated: repeated = {}, ...before } = await client.stats();
  const warmMs = await build(application, place, env);
  const after = await client.stats();
  const hits = sum(after.cache_hits.counts) - sum(before.cache_hits.counts);
  const calls = callsOf(after) - callsOf({ ...before, dist_compiles: compiles, dist_errors: errors });
  return { coldMs, warmMs, hits, calls, different: cold + differences(plain, made(place.target)), away: sum(compiles), repeated: errors + sum(repeated) };
}
