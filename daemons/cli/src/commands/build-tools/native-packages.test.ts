// Knows: that `sccache-ts node-gyp …` and `sccache-ts cmake-js …` build as the tools alone do, from the cache the second time, and that npm's own runs of
// node-gyp can be led through us. Refuses to know: what the plugins decide.
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Client, cleanEnvironment, differences, type Finished, hasTool, openSite, root, run, snapshot, sum, toolMissing } from '@sccache-ts/fixtures';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCmakeJs, findNodeGyp } from './find-tool.js';
import { exportLines } from './other-command.js';

const cli = fileURLToPath(new URL('../../..', import.meta.url));
/** Where node's own headers are: without them node-gyp would download some. */
const headers = [dirname(dirname(process.execPath)), '/usr', '/usr/local'].find((prefix) => existsSync(join(prefix, 'include/node/common.gypi')));
const gypMissing =
  (headers === undefined ? "node's headers are not installed (apt-get install libnode-dev)" : undefined) ??
  toolMissing('make') ?? toolMissing('cc', 'gcc') ?? toolMissing('c++', 'g++') ?? toolMissing('python3');
const cmakeMissing = toolMissing('cmake') ?? toolMissing('make') ?? toolMissing('cc', 'gcc') ?? toolMissing('c++', 'g++');

const site = openSite('native');
/** Each builds an addon a few times; on a busy machine that takes its time. */
const patient = { timeout: 240_000 };
let client: Client;
let extra: Readonly<Record<string, string>>;

beforeAll(async () => {
  client = await site.client('client');
  extra = { npm_config_nodedir: headers ?? '', npm_config_update_notifier: 'false', npm_config_cache: join(site.folder, 'npm') };
});
afterAll(() => site.close());

const output = ({ stdout, stderr }: Finished): string => `${stdout.toString()}${stderr.toString()}`;

/** Objects and the addon itself; the rest of a build folder are the tool's own notes. */
const products = (project: string): ReadonlyMap<string, Buffer> =>
  new Map([...snapshot(join(project, 'build'))].filter(([name]) => /\.node$|\.target\/.*\.o$|^CMakeFiles\/sum\.dir\/.*\.o$/.test(name)));

/** A copy of the plugin's sample below a folder that holds the tool, as npm would put it. */
function projectWith(tool: 'node-gyp' | 'cmake-js', name: string): string {
  const project = join(site.folder, name);
  cpSync(join(root, 'plugins', tool, 'fixtures/addon'), project, { recursive: true });
  mkdirSync(join(project, 'node_modules'), { recursive: true });
  mkdirSync(join(project, 'node_modules/.bin'));
  symlinkSync(join(root, 'node_modules/.bin', tool), join(project, 'node_modules/.bin', tool));
  return project;
}

type Counts = readonly [hits: number, misses: number];
async function counts(): Promise<Counts> {
  const { cache_hits: hits, cache_misses: misses } = await client.stats();
  return [sum(hits.counts), sum(misses.counts)];
}
/** What one build added. */
async function during(work: () => Promise<Finished>): Promise<{ readonly done: Finished; readonly added: Counts }> {
  const [hits, misses] = await counts();
  const done = await work();
  const [laterHits, laterMisses] = await counts();
  return { done, added: [laterHits - hits, laterMisses - misses] };
}

describe.each([
  ['node-gyp', gypMissing, ['rebuild']],
  ['cmake-js', cmakeMissing, ['rebuild', '--prefer-make']],
] as const)('sccache-ts %s', patient, (tool, missing, words) => {
  it('builds from the cache the second time, byte for byte, and ends as the tool does', async ({ skip }) => {
    skip(missing !== undefined, missing);
    const project = projectWith(tool, tool);
    const bareEnv = cleanEnvironment(extra);
    const bare = await run(join(project, 'node_modules/.bin', tool), words, { cwd: project, env: bareEnv });
    expect(bare.code, output(bare)).toBe(0);
    const plain = products(project);
    expect([...plain.keys()].filter((name) => name.endsWith('.o'))).toHaveLength(3);

    const build = (): Promise<Finished> => run(client.program, [tool, ...words], { cwd: project, env: { ...client.env, ...extra } });
    const cold = await during(build);
    expect([cold.done.code, cold.added], output(cold.done)).toEqual([0, [0, 3]]);
    expect(differences(plain, products(project))).toEqual([]);
    const warm = await during(build);
    expect([warm.done.code, warm.added], output(warm.done)).toEqual([0, [3, 0]]);
    expect(differences(plain, products(project))).toEqual([]);

    writeFileSync(join(project, 'twice.c'), 'int twice( { return 0; }\n');
    const broken = await build();
    expect(broken.code, output(broken)).toBe(1);
    expect(output(broken)).toContain('twice.c');
  });

});

describe('what is missing is said in one sentence', () => {
  it.each([
    [['cmake-js', 'compile'], 'sccache: error: cmake-js: neither in node_modules nor in PATH\nsccache: hint: npm install --save-dev cmake-js\n'],
    [['node-gyp', 'rebuild', '-C', '/usr/lib'], 'error: /usr/lib: there is no binding.gyp\n\nGo to the folder of a native package, or name it with -C.\n'],
    [['node-gyp', '--', 'no-such-program'], 'sccache: error: no-such-program: cannot find binary path\n'],
    [['node-gyp', '--'], 'error: no command after --\n\nsccache-ts node-gyp -- npm install\n'],
  ])('%j', async (words, said) => {
    const done = await run(client.program, words, { cwd: site.folder, env: { ...client.env, PATH: `${dirname(process.execPath)}:/usr/bin:/bin` } });
    expect([done.code, done.stderr.toString()]).toEqual([2, said]);
  });
});

describe('what npm builds', patient, () => {
  const missing = gypMissing ?? (hasTool('npm') ? undefined : 'npm is not installed');

  /** npm builds what has a binding.gyp and no script for it with `node-gyp rebuild`. */
  function addonAt(name: string): string {
    const folder = join(site.folder, name);
    cpSync(join(root, 'plugins/node-gyp/fixtures/addon'), folder, { recursive: true });
    return folder;
  }
  const words = ['npm', 'rebuild', '--foreground-scripts', '--offline'] as const;
  const env = (): Readonly<Record<string, string>> => ({ ...client.env, ...extra });

  it('is printed as variables', async () => {
    const printed = await run(client.program, ['node-gyp', '--print-env'], { cwd: site.folder, env: client.env });
    expect([printed.code, printed.stderr.toString()]).toEqual([0, '']);
    expect(printed.stdout.toString()).toContain(`export CC='${client.program} cc'\nexport CXX='${client.program} c++'\n`);
    const forCmake = await run(client.program, ['cmake-js', '--print-env'], { cwd: site.folder, env: client.env });
    expect(forCmake.stdout.toString()).toContain(`export CMAKE_CXX_COMPILER_LAUNCHER='${client.program}'\n`);
  });

  it.for([
    ['-- npm', (folder: string) => run(client.program, ['node-gyp', '--', ...words], { cwd: folder, env: env() })],
    ['a setting of npm\'s', (folder: string) => {
      writeFileSync(join(folder, '.npmrc'), `script-shell=${join(cli, 'bin/sccache-ts-npm-shell')}\n`);
      return run(words[0], words.slice(1), { cwd: folder, env: env() });
    }],
  ] as const)('goes through us with %s', async ([name, install], { skip }) => {
    skip(missing !== undefined, missing);
    const folder = addonAt(name.replaceAll(/\W/g, '-'));
    const { done, added: [hits, misses] } = await during(() => install(folder));
    expect([done.code, hits + misses], output(done)).toEqual([0, 3]);
    expect(existsSync(join(folder, 'build/Release/sum.node'))).toBe(true);
  });

  it.each([
    ['nothing', {}, { CC: 'L cc', CXX: 'L c++', JOBS: expect.stringMatching(/^\d+$/) as string }],
    ['a compiler', { CC: 'clang -m32', JOBS: '7' }, { CC: 'L clang -m32', CXX: 'L c++', JOBS: '7' }],
    ['caches', { CC: 'ccache gcc', CXX: 'L g++', npm_config_jobs: '3' }, { CC: 'ccache gcc', CXX: 'L g++', JOBS: undefined }],
  ])('the shell for npm adds to %s', async (_, given, expected) => {
    const named = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value.replace(/^L /, `${client.program} `)]));
    const print = `process.stdout.write(JSON.stringify([process.env.CC, process.env.CXX, process.env.JOBS ?? null, process.argv[1]]))`;
    const link = join(site.folder, 'shell');
    if (!existsSync(link)) symlinkSync(join(cli, 'bin/sccache-ts-npm-shell'), link);
    const done = await run(link, ['-c', `'${process.execPath}' -e '${print}' "$0"`, 'a b'], { env: { PATH: '/usr/bin:/bin', ...named } });
    const [cc, cxx, jobs, word] = JSON.parse(done.stdout.toString()) as readonly (string | null)[];
    expect({ CC: cc?.replace(client.program, 'L'), CXX: cxx?.replace(client.program, 'L'), JOBS: jobs ?? undefined }).toEqual(expected);
    expect(word).toBe('a b');
  });
});

it('the project\'s node-gyp is taken, then PATH\'s, then the one inside npm', () => {
  const folder = join(site.folder, 'finding');
  const tool = (name: string): string => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '#!/bin/sh\n', { mode: 0o755 });
    return path;
  };
  const inside = tool('npm/node_modules/node-gyp/bin/node-gyp.js');
  tool('npm/bin/npm-cli.js');
  const cwd = join(folder, 'project/inner');
  mkdirSync(cwd, { recursive: true });
  const where = { cwd, env: [['PATH', join(folder, 'bin')], ['npm_execpath', `${folder}/npm/bin/npm-cli.js`]] as const };
  expect(findNodeGyp(where)).toBe(inside);
  expect(() => findCmakeJs(where)).toThrow(expect.objectContaining({ code: 'TOOL_MISSING' }) as Error);
  const inPath = tool('bin/node-gyp');
  expect(findNodeGyp(where)).toBe(inPath);
  expect(findNodeGyp({ ...where, cwd: folder })).toBe(inPath);
  const local = tool('project/node_modules/.bin/node-gyp');
  expect(findNodeGyp(where)).toBe(local);
});

it('writes variables so that a shell reads them back', async () => {
  const odd = `a'b "c" $d\n\\e`;
  const done = await run('/bin/sh', ['-c', `${exportLines({ ODD: odd })}printf %s "$ODD"`], { env: {} });
  expect(done.stdout.toString()).toBe(odd);
});
