// Knows: how much of an application of crates a second checkout in another folder gets from the cache, with the setting that docs/rust.md tells.
// Refuses to know: what the same folder gets (crates.ts).
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { cleanEnvironment, hasTool, run, type Site, sum } from '@sccache-ts/fixtures';
import { type Application, fetchApplication, made } from './crates-build.js';
import { applications } from './crates.js';
import { differing, samenessOf } from './crates-same.js';
import { milliseconds, ratio, type Table } from './figures.js';
import { quiet, silent } from './fronts.js';

/** Undefined: cargo has not fetched it yet. */
function keptSource({ name, version }: Application): string | undefined {
  const registries = join(process.env['CARGO_HOME'] ?? join(homedir(), '.cargo'), 'registry/src');
  for (const registry of existsSync(registries) ? readdirSync(registries) : []) {
    const folder = join(registries, registry, `${name}-${version}`);
    if (existsSync(folder)) return folder;
  }
  return undefined;
}

/** @throws Error when it cannot be had */
async function sourceOf(application: Application, folder: string): Promise<string> {
  const kept = keptSource(application);
  if (kept !== undefined) return kept;
  await fetchApplication(application, folder);
  const source = keptSource(application);
  if (source === undefined) throw new Error(`cargo keeps no source of ${application.name} ${application.version} after it has built it`);
  return source;
}

/** From nothing, in this checkout. @returns milliseconds @throws Error when cargo does not succeed */
async function build({ profile }: Application, folder: string, env: Readonly<Record<string, string>>): Promise<number> {
  rmSync(join(folder, 'target'), { recursive: true, force: true });
  const args = ['build', '--locked', ...(profile === 'release' ? ['--release'] : [])];
  const how = { ...env, CARGO_INCREMENTAL: '0', RUSTFLAGS: `--remap-path-prefix=${folder}=.` };
  const { code, stderr, wallMs } = await run('cargo', args, { cwd: folder, env: how, timeoutMs: 1_800_000 });
  if (code !== 0) throw new Error(`${folder}: cargo exits ${code}: ${stderr.toString().slice(-500)}`);
  return wallMs;
}

async function rowOf(site: Site, application: Application): Promise<readonly string[]> {
  const home = join(site.folder, `elsewhere-${application.name}`);
  mkdirSync(home);
  const source = await sourceOf(application, home);
  const [one, two] = [join(home, 'one'), join(home, 'two')];
  for (const folder of [one, two]) cpSync(source, folder, { recursive: true });
  // Crates that cargo lacks are fetched by the first.
  await build(application, two, cleanEnvironment());
  const plain = [made(two)];
  const plainMs = await build(application, two, cleanEnvironment());
  plain.push(made(two));
  const client = await site.client(`elsewhere-${application.name}`, undefined, { env: { ...silent, SCCACHE_BASEDIRS: `${one}:${two}` } });
  try {
    const env = { ...quiet(client.env), RUSTC_WRAPPER: client.program };
    await build(application, one, env);
    const before = await client.stats();
    const wallMs = await build(application, two, env);
    const after = await client.stats();
    const [hits, misses] = [sum(after.cache_hits.counts) - sum(before.cache_hits.counts), sum(after.cache_misses.counts) - sum(before.cache_misses.counts)];
    const different = differing(samenessOf(plain), made(two)).length;
    return [`${application.name} ${application.version}`, milliseconds(plainMs), milliseconds(wallMs), ratio(wallMs, plainMs), `${hits} of ${hits + misses}`, String(different)];
  } finally {
    await client.stop();
  }
}

export async function elsewhereTable(site: Site): Promise<Table> {
  if (!hasTool('cargo')) throw new Error('there is no cargo here');
  const rows: (readonly string[])[] = [];
  for (const application of applications) rows.push(await rowOf(site, application));
  return {
    title: 'Applications of crates in another folder',
    note:
      'The sources unpacked twice, built in the first folder and then in the second, with `SCCACHE_BASEDIRS` naming both and `RUSTFLAGS="--remap-path-prefix=$PWD=."` (docs/rust.md). ' +
      "From the cache: of the second folder's calls of rustc that were looked up. Different: libraries, metadata, lists and executables in the second folder that are not byte for byte " +
      'those of a plain build there with the same flags (without those that two plain builds make differently). One run each.',
    head: ['application', 'plain, ms', 'from the other folder, ms', '÷ plain', 'from the cache', 'different'],
    rows,
  };
}
