// Knows: how a fresh clone becomes a built tree: packages, TypeScript, the native launcher, tools from the system.
// Refuses to know: what is run afterwards. Uses node's own modules only, since at first there is nothing else.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

export const say = (sentence) => process.stdout.write(`${sentence}\n`);

/** Ends the program with one sentence for the reader. */
export function giveUp(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

export function run(program, args, options = {}) {
  const { status, error, signal } = spawnSync(program, args, { cwd: root, stdio: 'inherit', ...options });
  return { ok: status === 0, why: error?.message ?? (signal === null ? `exit ${status}` : signal) };
}

export function onPath(tool) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, tool)));
}

/** Package folders whose installed version is not the lock file's. */
function stalePackages() {
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const record = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return Object.keys(wanted);
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(wanted)
    .filter(([path, entry]) => path.includes('node_modules/') && entry.optional !== true && entry.devOptional !== true)
    .filter(([path, entry]) => installed[path]?.version !== entry.version || (entry.link === true) !== (installed[path]?.link === true))
    .map(([path]) => path);
}

function installPackages() {
  if (Number(process.versions.node.split('.')[0]) < 20) giveUp(`Node 20.12 or newer is needed; this is ${process.version}.`);
  const stale = stalePackages();
  if (stale.length === 0) return;
  const fresh = !existsSync(join(root, 'node_modules'));
  say(fresh ? 'Installing npm packages (once) …' : `Updating npm packages (${stale.length} differ from package-lock.json) …`);
  // No package needs its install script; a build that works without them works everywhere.
  const npm = (command) => run('npm', [command, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  // `ci` is exact but refuses where a registry lacks an optional package for some other platform; `install` does not mind.
  if (fresh && npm('ci').ok) return;
  const { ok, why } = npm('install');
  if (!ok) giveUp(`npm could not install the packages (${why}); its own message is above.`);
}

function buildTypeScript() {
  say('Building TypeScript …');
  const { ok } = run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b']);
  if (!ok) giveUp('The TypeScript build failed; its messages are above.');
  linkCommands();
}

/** npm would make these links on installing the package; a clone in which daemons/cli/bin is put into PATH has only us. */
function linkCommands() {
  for (const command of ['sccache-ts-dist', 'cargo-sccache-ts']) {
    const link = join(root, 'daemons/cli/bin', command);
    if (existsSync(link)) continue;
    rmSync(link, { force: true });
    symlinkSync(`${command}.js`, link);
  }
}

function buildNative() {
  const { ok, why } = run(process.execPath, [join(root, '.ci/build-native.mjs')]);
  if (!ok) say(`The native launcher was not built (${why}); the slower launcher in JavaScript stands in for it.`);
}

let listsAreFresh = false;

/** Installs a Debian package as root; false when that is not possible here. */
function aptInstall(packages) {
  if (process.getuid?.() !== 0 || !onPath('apt-get')) return false;
  const quiet = { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  if (!listsAreFresh) run('apt-get', ['update', '-qq'], quiet);
  listsAreFresh = true;
  return run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], quiet).ok;
}

/**
 * Sees to it that programs exist, through apt where that is allowed.
 * @param {readonly { tool: string, debian: string | readonly string[], needed: boolean, why: string }[]} tools
 */
export function systemTools(tools) {
  for (const { tool, debian, needed, why } of tools) {
    if (onPath(tool)) continue;
    const packages = [debian].flat();
    say(`${tool} is missing (${why}); trying apt-get install ${packages.join(' ')} …`);
    if (aptInstall(packages) && onPath(tool)) continue;
    if (needed) giveUp(`${tool} is needed ${why}. Type: sudo apt-get install ${packages.join(' ')}`);
    say(`${tool} cannot be installed here; what needs it will be skipped.`);
  }
}

const needed = [
  { tool: 'gcc', debian: 'gcc', needed: true, why: 'to compile C' },
  { tool: 'g++', debian: 'g++', needed: true, why: 'to compile C++ and the launcher' },
  { tool: 'bwrap', debian: 'bubblewrap', needed: true, why: 'for the sandbox of the build server' },
];
const welcome = [
  { tool: 'make', debian: 'make', needed: false, why: 'for the native build and for builds with make' },
  { tool: 'python3', debian: 'python3', needed: false, why: 'for node-gyp, which builds the launcher' },
];
const forTests = [
  { tool: 'clang', debian: 'clang', needed: false, why: 'for the tests with clang' },
  { tool: 'ninja', debian: 'ninja-build', needed: false, why: 'for the tests with ninja' },
  { tool: 'openssl', debian: 'openssl', needed: false, why: 'for the tests of certificates' },
  { tool: 'xz', debian: 'xz-utils', needed: false, why: 'for the tests of compressed toolchains' },
  { tool: 'bzip2', debian: 'bzip2', needed: false, why: 'for the tests of compressed toolchains' },
  { tool: 'zstd', debian: 'zstd', needed: false, why: 'for the tests of compressed toolchains' },
  { tool: 'faketime', debian: 'faketime', needed: false, why: 'for the tests with a wrong clock' },
];

/** @param {'start' | 'test' | 'build'} purpose */
export function prepare(purpose) {
  if (purpose !== 'build') systemTools([...needed, ...welcome, ...(purpose === 'test' ? forTests : [])]);
  installPackages();
  buildTypeScript();
  buildNative();
}

/** Where NODE_EXTRA_CA_CERTS is set every start of node costs some 60 ms more; our own programs do not need it. */
export function leanEnvironment() {
  const { NODE_EXTRA_CA_CERTS: _unused, ...rest } = process.env;
  return rest;
}
