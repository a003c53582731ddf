// Knows: what caching and distribution do to whole applications of crates from the registry, built by cargo from nothing and again. Refuses to know: how one
// build is done (crates-build.ts).
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cleanEnvironment, hasTool, sandboxMissing, warmRustc } from '@sccache-ts/fixtures';
import type { Client, Site } from '@sccache-ts/fixtures';
import { type Application, build, type CrateRound, made, type Made, measurePlain, measureTool, type Place } from './crates-build.js';
import { median, milliseconds, ratio, type Table } from './figures.js';
import { sccachePrograms, silent } from './fronts.js';

const applications: readonly Application[] = [
  { name: 'ripgrep', version: '14.1.1', profile: 'release', what: 'a tool' },
  { name: 'basic-http-server', version: '0.8.1', profile: 'debug', what: 'a service on tokio, hyper and serde' },
  { name: 'git-absorb', version: '0.6.16', profile: 'debug', what: 'a tool with much C (libgit2, zlib) that build scripts have compiled' },
];

interface Contender {
  readonly name: string;
  readonly measure: (application: Application, at: { readonly place: Place; readonly plain: Made; readonly label: string }) => Promise<CrateRound>;
}

/** In each round with a client of its own, whose cache is empty. */
function caching(site: Site, name: string, start: (label: string) => Promise<Client>): Contender {
  return {
    name,
    measure: async (application, { place, plain, label }) => {
      const client = await start(label);
      try {
        return await measureTool(application, place, { client, isPeer: name === 'sccache', plain });
      } finally {
        await client.stop();
      }
    },
  };
}

async function contenders(site: Site): Promise<readonly Contender[]> {
  const plainCargo: Contender = { name: 'plain cargo', measure: (application, { place, plain }) => measurePlain(application, place, plain) };
  const all = [plainCargo, caching(site, 'sccache-ts', (label) => site.client(`ours-${label}`, undefined, { env: silent }))];
  const peer = sccachePrograms();
  if (peer !== undefined) all.push(caching(site, 'sccache', (label) => site.client(`peer-${label}`, undefined, { env: silent, program: peer.sccache })));
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
  await build(application, place, cleanEnvironment());
  const plain = made(place.target);
  const taken = new Map<string, CrateRound[]>(all.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const at of all.keys()) {
      const contender = all[(at + round) % all.length];
      if (contender !== undefined) taken.get(contender.name)?.push(await contender.measure(application, { place, plain, label: `${application.name}-${round}` }));
    }
  }
  const of = (name: string, pick: (round: CrateRound) => number): number => median((taken.get(name) ?? []).map(pick));
  const bare = of('plain cargo', ({ coldMs }) => coldMs);
  const rival = of('sccache', ({ warmMs }) => warmMs);
  const row = (name: string): string[] => {
    const [first, again] = [of(name, ({ coldMs }) => coldMs), of(name, ({ warmMs }) => warmMs)];
    const counts = [`${of(name, ({ hits }) => hits)} of ${of(name, ({ calls }) => calls)}`, String(of(name, ({ away }) => away)), String(of(name, ({ repeated }) => repeated))];
    const cached = name === 'plain cargo' ? ['–', '–', '–', '–', '–'] : [milliseconds(again), ratio(again, rival), ...counts];
    return [name, milliseconds(first), ratio(first, bare), ...cached, String(of(name, ({ different }) => different))];
  };
  return {
    title: `An application of crates: ${application.name} ${application.version}`,
    note:
      `${application.what[0]?.toUpperCase() ?? ''}${application.what.slice(1)}: \`cargo install --locked\` (${application.profile} profile) into the same folder, emptied before each build; medians of ${rounds} ` +
      `${rounds === 1 ? 'round' : 'rounds'} in which all take turns, each with an empty cache. Again: the same build once more. From the cache: of the calls of rustc and of C compilers that the tool took ` +
      'on in it. Away: compiles of the first build that a build server on this very machine did, in its sandbox; back: meant for it and done at home. ' +
      'Different: libraries, metadata, lists and executables of both builds that are not byte for byte those of plain cargo.',
    head: ['tool', 'first, ms', 'over plain', 'again, ms', '÷ sccache', 'from the cache', 'away', 'back', 'different'],
    rows: all.map(({ name }) => row(name)),
  };
}

export async function cratesTables(site: Site, rounds: number): Promise<readonly Table[]> {
  if (!hasTool('cargo')) throw new Error('there is no cargo here');
  const all = await contenders(site);
  const tables: Table[] = [];
  for (const application of applications) tables.push(await tableOf(application, all, { site, rounds }));
  return tables;
}
