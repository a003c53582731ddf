// Knows: what caching and distribution do to whole applications of crates from the registry, built by cargo from nothing and again. Refuses to know: how one
// build is done (crates-build.ts).
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cleanEnvironment, hasTool, sandboxMissing, warmRustc } from '@sccache-ts/fixtures';
import type { Client, Site } from '@sccache-ts/fixtures';
import { type Application, build, type CrateRound, made, measurePlain, measureTool, type Place } from './crates-build.js';
import { differing, type Made, type Sameness, samenessOf } from './crates-same.js';
import { median, milliseconds, ratio, type Table } from './figures.js';
import { sccachePrograms, silent } from './fronts.js';
import { type Part, tableOnly } from './parts.js';

/** Each a part of the bench by its name. */
export const applications: readonly Application[] = [
  { name: 'ripgrep', version: '14.1.1', profile: 'release', what: 'A tool' },
  { name: 'basic-http-server', version: '0.8.1', profile: 'debug', what: 'A service on tokio, hyper and serde' },
  { name: 'git-absorb', version: '0.6.16', profile: 'debug', what: 'A tool with much C (libgit2, zlib) that build scripts have compiled' },
];

const plainName = 'plain cargo';

interface Contender {
  readonly name: string;
  readonly measure: (application: Application, at: { readonly place: Place; readonly label: string }) => Promise<CrateRound>;
}

/** In each round with a client of its own, whose cache is empty. */
function caching(site: Site, name: string, start: (label: string) => Promise<Client>): Contender {
  return {
    name,
    measure: async (application, { place, label }) => {
      const client = await start(label);
      try {
        return await measureTool(application, place, { client, isPeer: name === 'sccache' });
      } finally {
        await client.stop();
      }
    },
  };
}

async function contenders(site: Site, local: boolean): Promise<readonly Contender[]> {
  const plainCargo: Contender = { name: plainName, measure: (application, { place }) => measurePlain(application, place) };
  const all = [plainCargo, caching(site, 'sccache-ts', (label) => site.client(`ours-${label}`, undefined, { env: silent }))];
  const peer = sccachePrograms();
  if (peer !== undefined) all.push(caching(site, 'sccache', (label) => site.client(`peer-${label}`, undefined, { env: silent, program: peer.sccache })));
  if (local) return all;
  const noSandbox = sandboxMissing();
  if (noSandbox !== undefined) {
    process.stdout.write(`crates on a build server are left out: ${noSandbox}\n`);
    return all;
  }
  const scheduler = await site.scheduler();
  await site.builder(scheduler);
  const away = async (label: string): Promise<Client> => {
    const client = await site.client(`away-${label}`, scheduler, { env: silent });
    await warmRustc(client, join(site.folder, `warm-${label}`));
    return client;
  };
  return [...all, caching(site, 'sccache-ts, a build server', away)];
}

async function tableOf(application: Application, all: readonly Contender[], { site, rounds }: { readonly site: Site; readonly rounds: number }): Promise<Table> {
  const folder = join(site.folder, application.name);
  mkdirSync(folder);
  const place = { target: join(folder, 'target'), root: join(folder, 'installed') };
  // Sources are fetched before anybody's time counts.
  const plain: Made[] = [];
  for (let times = 0; times < 2; times += 1) {
    await build(application, place, cleanEnvironment());
    plain.push(made(place.target));
  }
  const taken = new Map<string, CrateRound[]>(all.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const at of all.keys()) {
      const contender = all[(at + round) % all.length];
      if (contender !== undefined) taken.get(contender.name)?.push(await contender.measure(application, { place, label: `${application.name}-${round}` }));
    }
  }
  plain.push(...(taken.get(plainName) ?? []).flatMap(({ builds }) => builds));
  const sameness = samenessOf(plain);
  return {
    title: `${application.name} ${application.version}, an application of crates`,
    note:
      `${application.what}: \`cargo install --locked\` (${application.profile} profile) into the same folder, emptied before each build; medians of ${rounds} ` +
      `${rounds === 1 ? 'round' : 'rounds'} in which all take turns, each with an empty cache. Again: the same build once more. From the cache: of the compiles of crates and of C in it; ` +
      'of the rest, what the tool gives as its reason. Away: compiles of the first build that a build server on this very machine did, in its sandbox; back: meant for it and done at home. ' +
      `Different: of the ${sameness.steady.size} libraries, metadata, lists and executables, in all builds, those that are not byte for byte plain cargo's. ${unsteadyNote(sameness)}`,
    head: ['tool', 'first, ms', 'over plain', 'again, ms', '÷ sccache', 'from the cache', 'the rest', 'away', 'back', 'different'],
    rows: rowsOf(all.map(({ name }) => name), taken, sameness),
  };
}

function unsteadyNote({ unsteady }: Sameness): string {
  if (unsteady.length === 0) return 'All of them are the same in each plain build.';
  const names = unsteady.map((path) => basename(path)).join(', ');
  return `Not among them, since one plain build differs from the next (macros that iterate over hash maps): ${names}.`;
}

type Taken = ReadonlyMap<string, readonly CrateRound[]>;

function rowsOf(names: readonly string[], taken: Taken, sameness: Sameness): readonly string[][] {
  const of = (name: string, pick: (round: CrateRound) => number): number => median((taken.get(name) ?? []).map(pick));
  const bare = of(plainName, ({ coldMs }) => coldMs);
  const rival = of('sccache', ({ warmMs }) => warmMs);
  return names.map((name) => {
    const rounds = taken.get(name) ?? [];
    const [first, again] = [of(name, ({ coldMs }) => coldMs), of(name, ({ warmMs }) => warmMs)];
    const reasons = Object.entries(rounds.at(-1)?.declined ?? {}).map(([reason, count]) => `${count} ${reason === '-' ? 'from standard input' : reason}`);
    const rest = reasons.length === 0 ? '–' : reasons.join(', ');
    const counts = [`${of(name, ({ hits }) => hits)} of ${of(name, ({ calls }) => calls)}`, rest, ...[of(name, ({ away }) => away), of(name, ({ repeated }) => repeated)].map(String)];
    const cached = name === plainName ? ['–', '–', '–', '–', '–', '–'] : [milliseconds(again), ratio(again, rival), ...counts];
    const different = rounds.flatMap(({ builds }) => builds.flatMap((made) => differing(sameness, made)));
    for (const path of different) process.stdout.write(`different with ${name}: ${path}\n`);
    return [name, milliseconds(first), ratio(first, bare), ...cached, String(different.length)];
  });
}

export async function applicationPart(site: Site, application: Application, { rounds, local }: { readonly rounds: number; readonly local: boolean }): Promise<Part> {
  if (!hasTool('cargo')) throw new Error('there is no cargo here');
  return tableOnly(await tableOf(application, await contenders(site, local), { site, rounds }));
}
