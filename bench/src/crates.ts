// Knows: what caching does to a whole application of crates from the registry, built by cargo from nothing and again. Refuses to know: how tools
// are started (fronts.ts).
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cleanEnvironment, clientEnvironment, hasTool, launcher, run } from '@sccache-ts/fixtures';
import type { Site } from '@sccache-ts/fixtures';
import { sccacheCounts } from './counts.js';
import { median, milliseconds, ratio, type Table } from './figures.js';
import { quiet, sccachePrograms } from './fronts.js';

const application = { name: 'ripgrep', version: '14.1.1' } as const;

interface Wrapper {
  readonly name: string;
  /** Undefined: plain cargo. */
  readonly program: string | undefined;
}

interface Round {
  readonly coldMs: number;
  readonly warmMs: number;
  /** Share of rustc's calls that the second build was answered from the cache. */
  readonly hits: number;
  readonly calls: number;
  /** Files of either build that are not plain cargo's. */
  readonly different: number;
}

type Made = ReadonlyMap<string, string>;

/** Digests of all that rustc and linkers made. */
function made(folder: string): Made {
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !(/\.(?:rlib|rmeta|d|so|a)$/.test(entry.name) || (statSync(path).mode & 0o111) !== 0)) continue;
    files.set(path, createHash('sha256').update(readFileSync(path)).digest('hex'));
  }
  return files;
}

const differences = (one: Made, other: Made): number => [...new Set([...one.keys(), ...other.keys()])].filter((path) => one.get(path) !== other.get(path)).length;

interface Place {
  readonly target: string;
  readonly root: string;
}

/** @returns milliseconds @throws Error when cargo does not succeed */
async function build({ target, root }: Place, env: Readonly<Record<string, string>>): Promise<number> {
  for (const folder of [target, root]) rmSync(folder, { recursive: true, force: true });
  const args = ['install', application.name, '--version', application.version, '--locked', '--root', root, '--target-dir', target];
  const { code, stderr, wallMs } = await run('cargo', args, { cwd: '/', env, timeoutMs: 1_800_000 });
  if (code !== 0) throw new Error(`cargo exits ${code}: ${stderr.toString().slice(-500)}`);
  return wallMs;
}

async function measured({ program }: Wrapper, place: Place, { folder, plain }: { readonly folder: string; readonly plain: Made }): Promise<Round> {
  const surroundings = program === undefined ? cleanEnvironment() : quiet(clientEnvironment({ folder }));
  const env = { ...surroundings, CARGO_INCREMENTAL: '0', ...(program === undefined ? {} : { RUSTC_WRAPPER: program }) };
  try {
    const coldMs = await build(place, env);
    const cold = differences(plain, made(place.target));
    if (program === undefined) return { coldMs, warmMs: Number.NaN, hits: 0, calls: 0, different: cold };
    const before = await sccacheCounts(program, env);
    const warmMs = await build(place, env);
    const after = await sccacheCounts(program, env);
    const hits = after.hits - before.hits;
    return { coldMs, warmMs, hits, calls: hits + after.misses - before.misses, different: cold + differences(plain, made(place.target)) };
  } finally {
    if (program !== undefined) await run(program, ['--stop-server'], { env, timeoutMs: 30_000 });
  }
}

function wrappers(): readonly Wrapper[] {
  const peer = sccachePrograms();
  return [{ name: 'plain cargo', program: undefined }, { name: 'sccache-ts', program: launcher() }, ...(peer === undefined ? [] : [{ name: 'sccache', program: peer.sccache }])];
}

export async function cratesTable(site: Site, rounds: number): Promise<Table> {
  if (!hasTool('cargo')) throw new Error('there is no cargo here');
  const place = { target: join(site.folder, 'target'), root: join(site.folder, 'installed') };
  // Sources are fetched before anybody's time counts.
  await build(place, { ...cleanEnvironment(), CARGO_INCREMENTAL: '0' });
  const plain = made(place.target);
  const all = wrappers();
  const taken = new Map<string, Round[]>(all.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const at of all.keys()) {
      const wrapper = all[(at + round) % all.length];
      if (wrapper !== undefined) taken.get(wrapper.name)?.push(await measured(wrapper, place, { folder: join(site.folder, `c${round}${at}`), plain }));
    }
  }
  const of = (name: string, pick: (round: Round) => number): number => median((taken.get(name) ?? []).map(pick));
  const bare = of('plain cargo', ({ coldMs }) => coldMs);
  const rival = of('sccache', ({ warmMs }) => warmMs);
  return {
    title: `An application of crates: ${application.name} ${application.version}`,
    note:
      `\`cargo install --locked\` (release profile) into the same folder, emptied before each build; medians of ${rounds} ${rounds === 1 ? 'round' : 'rounds'} in which all take turns, each with an empty cache ` +
      'and without a daemon at first. Again: the same build once more. From the cache: of the calls of rustc that the tool took on in it; of the rest, what it says when asked for its statistics. ' +
      'Different: libraries, metadata, lists and executables of both builds that are not byte for byte those of plain cargo.',
    head: ['tool', 'first, ms', 'over plain', 'again, ms', '÷ sccache', 'from the cache', 'different'],
    rows: all.map(({ name, program }) => [
      name,
      milliseconds(of(name, ({ coldMs }) => coldMs)),
      ratio(of(name, ({ coldMs }) => coldMs), bare),
      milliseconds(of(name, ({ warmMs }) => warmMs)),
      program === undefined ? '–' : ratio(of(name, ({ warmMs }) => warmMs), rival),
      program === undefined ? '–' : `${of(name, ({ hits }) => hits)} of ${of(name, ({ calls }) => calls)}`,
      String(of(name, ({ different }) => different)),
    ]),
  };
}
