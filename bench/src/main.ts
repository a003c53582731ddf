// Knows: the order of `npm run bench`, its options, and docs/performance.md with --write. Refuses to know: how anything is measured.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fetchLibrary, hasTool, isLibraryName, isRoot, libraries, openSite, root } from '@sccache-ts/fixtures';
import type { Site } from '@sccache-ts/fixtures';
import { builderTable } from './builder.js';
import { documentOf } from './document.js';
import { textOf } from './figures.js';
import type { Table } from './figures.js';
import { awayTable, cacheTable } from './one-file.js';
import { schedulerTable } from './scheduler.js';
import { libraryTable } from './whole-library.js';

const usage = `Usage: npm run bench -- [--library ${Object.keys(libraries).join('|')}] [--runs N] [--only file,away,library,scheduler,builder] [--install] [--write]`;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

function installPeers(): void {
  const missing = ['ccache', 'distcc', 'sccache', 'icecc'].filter((tool) => !hasTool(tool));
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

type Part = (site: Site) => Promise<Table>;

function partsOf(library: Parameters<typeof fetchLibrary>[0], runs: number, cwd: string): Readonly<Record<string, Part>> {
  return {
    file: (site) => cacheTable({ library, cwd, runs, site }),
    away: (site) => awayTable({ library, cwd, runs, site }),
    library: (site) => libraryTable({ library, cwd, site }),
    scheduler: () => schedulerTable(),
    builder: () => builderTable(),
  };
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      library: { type: 'string', default: 'leveldb' },
      runs: { type: 'string', default: '9' },
      only: { type: 'string' },
      install: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  const runs = Number(values.runs);
  if (!isLibraryName(values.library) || !Number.isInteger(runs) || runs < 1) {
    say(usage);
    return 2;
  }
  if (values.install) installPeers();
  // Its presence makes every start of node slower, and ours is the only tool in the run that has a node in it.
  delete process.env['NODE_EXTRA_CA_CERTS'];
  const library = libraries[values.library];
  const parts = partsOf(library, runs, await fetchLibrary(library));
  const asked = values.only?.split(',') ?? Object.keys(parts);
  const tables: Table[] = [];
  for (const name of asked) {
    const part = parts[name];
    if (part === undefined) {
      say(`There is no part ${name}.\n${usage}`);
      return 2;
    }
    const site = openSite('bench');
    try {
      const table = await part(site);
      tables.push(table);
      say(`\n${textOf(table)}`);
    } finally {
      await site.close();
    }
  }
  if (values.write) writeFileSync(join(root, 'docs/performance.md'), documentOf(tables, process.argv.slice(2)));
  return 0;
}

process.exitCode = await main();
