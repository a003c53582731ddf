// Knows: the order of `npm run bench`, its options, and docs/performance.md with --write. Refuses to know: how anything is measured.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { closeSitesWhenInterrupted, fetchLibrary, hasTool, isLibraryName, isRoot, libraries, openSite, root } from '@sccache-ts/fixtures';
import type { Library, Site } from '@sccache-ts/fixtures';
import { builderTable } from './builder.js';
import { burstPart } from './burst.js';
import { coldPart } from './cold.js';
import { applicationPart, applications } from './crates.js';
import { documentOf } from './document.js';
import { elsewhereTable } from './elsewhere.js';
import { textOf } from './figures.js';
import type { Table } from './figures.js';
import { hitPart, processorPart } from './hit-tables.js';
import { measureHits } from './hits.js';
import type { HitFigures } from './hits.js';
import { memoryPart } from './memory.js';
import { ninjaPart } from './ninja.js';
import { awayTable, cacheTable } from './one-file.js';
import { tableOnly } from './parts.js';
import type { Part } from './parts.js';
import { schedulerTable } from './scheduler.js';
import { summaryTable } from './targets.js';
import { libraryTable } from './whole-library.js';

const usage =
  `Usage: npm run bench -- [--library ${Object.keys(libraries).join('|')}] [--runs N] [--rounds N, of cold builds]\n  [--local, applications of crates without a build server]\n` +
  "  [--files N, at most, of the library that ninja builds] [--compiles N, for the daemon's memory]\n" +
  '  [--only hit,cpu,ninja,burst,cold,memory,ripgrep,basic-http-server,git-absorb,elsewhere,file,away,library,scheduler,builder]\n  [--install] [--write]';
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const debian: Readonly<Record<string, string>> = { ccache: 'ccache', distcc: 'distcc', sccache: 'sccache', icecc: 'icecc', ninja: 'ninja-build' };

function installPeers(): void {
  const missing = Object.entries(debian).flatMap(([tool, name]) => (hasTool(tool) ? [] : [name]));
  if (missing.length === 0) return;
  if (!isRoot() || !hasTool('apt-get')) {
    say(`Not installed, since that needs root and apt-get: ${missing.join(', ')}`);
    return;
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore', env });
  for (const tool of missing) {
    const { status } = spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', tool], { stdio: 'ignore', env });
    say(status === 0 ? `Installed ${tool}.` : `apt-get has no ${tool} here.`);
  }
}

interface Sizes {
  readonly library: Library;
  readonly runs: number;
  readonly rounds: number;
  readonly files: number;
  readonly compiles: number;
  readonly local: boolean;
}

type Parts = Readonly<Record<string, (site: Site) => Promise<Part>>>;

function partsOf({ library, runs, rounds, files, compiles, local }: Sizes): Parts {
  const about = async (site: Site) => ({ library, cwd: await fetchLibrary(library), runs, site });
  // Two tables of the same runs: whichever is asked for first measures.
  let hits: Promise<readonly HitFigures[]> | undefined;
  return {
    hit: async (site) => hitPart(await (hits ??= measureHits(site, runs)), runs),
    cpu: async (site) => processorPart(await (hits ??= measureHits(site, runs))),
    ninja: (site) => ninjaPart(site, { runs, files }),
    burst: (site) => burstPart(site, runs),
    cold: (site) => coldPart(site, { rounds, files }),
    memory: (site) => memoryPart(site, compiles),
    ...Object.fromEntries(applications.map((application) => [application.name, (site: Site) => applicationPart(site, application, { rounds, local })])),
    elsewhere: async (site) => tableOnly(await elsewhereTable(site)),
    file: async (site) => tableOnly(await cacheTable(await about(site))),
    away: async (site) => tableOnly(await awayTable(await about(site))),
    library: async (site) => tableOnly(await libraryTable(await about(site))),
    scheduler: async () => tableOnly(await schedulerTable()),
    builder: async () => tableOnly(await builderTable()),
  };
}

/** All of the library unless less is asked for. */
const defaults = { runs: '9', rounds: '3', files: '1000', compiles: '5000' } as const;

/** @returns undefined when the command line is not understood */
function readSizes(values: Readonly<Record<'library' | keyof typeof defaults, string>> & { readonly local: boolean }): Sizes | undefined {
  const [runs, rounds, files, compiles] = [Number(values.runs), Number(values.rounds), Number(values.files), Number(values.compiles)];
  if (!isLibraryName(values.library) || ![runs, rounds, files, compiles].every((size) => Number.isInteger(size) && size > 0)) return undefined;
  return { library: libraries[values.library], runs, rounds, files, compiles, local: values.local };
}

/** Tables are written as they come: a run that is stopped has not measured in vain. */
async function measure(parts: Parts, names: readonly string[], write: (tables: readonly Table[]) => void): Promise<void> {
  const done: Part[] = [];
  for (const name of names) {
    const site = openSite('bench');
    try {
      const part = await parts[name]?.(site);
      if (part === undefined) continue;
      done.push(part);
      for (const table of part.tables) say(`\n${textOf(table)}`);
      write(part.tables);
    } finally {
      await site.close();
    }
  }
  const figures = done.flatMap((part) => part.figures);
  if (figures.length === 0) return;
  const summary = summaryTable(figures);
  say(`\n${textOf(summary)}`);
  write([summary]);
}

const document = join(root, 'docs/performance.md');

function writeDocument(tables: readonly Table[]): void {
  writeFileSync(document, documentOf(tables, process.argv.slice(2), existsSync(document) ? readFileSync(document, 'utf8') : ''));
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      library: { type: 'string', default: 'leveldb' },
      runs: { type: 'string', default: defaults.runs },
      rounds: { type: 'string', default: defaults.rounds },
      files: { type: 'string', default: defaults.files },
      compiles: { type: 'string', default: defaults.compiles },
      local: { type: 'boolean', default: false },
      only: { type: 'string' },
      install: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  const sizes = readSizes(values);
  const parts = sizes === undefined ? {} : partsOf(sizes);
  const names = values.only?.split(',') ?? Object.keys(parts);
  const unknown = names.filter((name) => !Object.hasOwn(parts, name));
  if (sizes === undefined || unknown.length > 0) {
    say(sizes === undefined ? usage : `There is no part ${unknown.join(', ')}.\n${usage}`);
    return 2;
  }
  if (values.install) installPeers();
  // Its presence makes every start of node slower, and ours is the only tool in the run that has a node in it.
  delete process.env['NODE_EXTRA_CA_CERTS'];
  await measure(parts, names, values.write ? writeDocument : () => undefined);
  return 0;
}

closeSitesWhenInterrupted();
process.exitCode = await main();
