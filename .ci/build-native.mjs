// Knows: how the launcher comes to daemons/cli/bin, and the daemon's addon and the build server's sandbox-enter to core/native/prebuilt: built
// with node-gyp, or something slower in their place. Refuses to know: what they do. `--force` builds even when nothing has changed.
import { copyFileSync, existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const native = join(root, 'core/native');
const made = (name) => join(native, 'build/Release', name);
const launcher = join(root, 'daemons/cli/bin/sccache-ts');
const addon = join(native, 'prebuilt/hotpath.node');
const enter = join(native, 'prebuilt/sandbox-enter');
const hasSandbox = process.platform === 'linux';

/** Puts a file or link in place by rename: a program that is running keeps its old file. */
function put(installed, make) {
  mkdirSync(dirname(installed), { recursive: true });
  const temporary = `${installed}.${process.pid}`;
  rmSync(temporary, { force: true });
  make(temporary);
  renameSync(temporary, installed);
}

const say = (sentence) => process.stdout.write(`${sentence}\n`);

function standIn(reason) {
  say(`${reason}; the slower launcher in JavaScript stands in for the native one.`);
  put(launcher, (path) => symlinkSync('sccache-ts.js', path));
}

function withoutAddon(reason) {
  say(`${reason}; the daemon does its work in JavaScript, a little slower.`);
  rmSync(addon, { force: true });
}

const newest = (paths) => Math.max(...paths.map((path) => statSync(path).mtimeMs));

function upToDate() {
  if (process.argv.includes('--force') || !existsSync(launcher) || lstatSync(launcher).isSymbolicLink() || !existsSync(addon) || (hasSandbox && !existsSync(enter))) return false;
  const sources = [native, join(native, 'addon')].flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  const oldest = Math.min(statSync(launcher).mtimeMs, statSync(addon).mtimeMs);
  return oldest > newest([...sources.filter((path) => /\.(cc?|h|gyp)$/.test(path)), join(root, 'core/package.json')]);
}

/** The folder with include/node/common.gypi: even an executable's project file begins with it. */
function nodeHeaders() {
  const prefixes = [dirname(dirname(process.execPath)), '/usr', '/usr/local'];
  return prefixes.find((prefix) => existsSync(join(prefix, 'include/node/common.gypi')));
}

const works = (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;

function missing() {
  if (process.platform === 'win32') return 'There is no native code for Windows yet';
  if (!works('make')) return 'make is not installed';
  if (!works(process.env.CXX ?? 'g++') && !works('c++')) return 'No C++ compiler is installed';
  if (!works(process.env.PYTHON ?? 'python3')) return 'python3, which node-gyp needs, is not installed';
  return undefined;
}

/**
 * Runs node-gyp. @param bare whether the launcher is to do without a C library where that is possible
 * @returns what it said, should it have failed; otherwise nothing
 */
function nodeGyp(command, bare) {
  const headers = nodeHeaders();
  const gyp = join(root, 'node_modules/node-gyp/bin/node-gyp.js');
  const args = [gyp, ...command, '--directory', native, ...(headers === undefined ? [] : [`--nodedir=${headers}`])];
  const env = { ...process.env, GYP_DEFINES: `${process.env.GYP_DEFINES ?? ''} bare=${bare ? 1 : 0}` };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, env });
  return status === 0 ? undefined : `${stdout}${stderr}`;
}

/** An argument that is not UTF-8 makes the launcher become the command at once, with no daemon in between. */
function becomes() {
  return spawnSync('/bin/sh', ['-c', `"$0" sh -c 'exit 7' "$(printf '\\377')"`, made('sccache-ts')]).status === 7;
}

/** @returns why not, if it does not come to be */
function buildLauncher() {
  let trouble;
  for (const bare of [true, false]) {
    trouble = nodeGyp(['configure'], bare) ?? nodeGyp(['build', 'sccache-ts', 'frames-selftest'], bare);
    if (trouble === undefined && becomes()) return undefined;
  }
  return trouble ?? 'The launcher that was built does not run.';
}

/** The program that compares our C++ frames with the golden bytes. */
function framesAgree() {
  const vectors = join(root, 'fixtures/launcher-frames/vectors.txt');
  if (!existsSync(vectors)) return true;
  const check = spawnSync(made('frames-selftest'), [vectors], { encoding: 'utf8' });
  process.stderr.write(check.stderr ?? '');
  return check.status === 0;
}

function putLauncher() {
  const trouble = buildLauncher();
  if (trouble !== undefined) {
    process.stderr.write(trouble);
    return standIn('The native launcher cannot be built here; node-gyp says why above');
  }
  if (!framesAgree()) return standIn('The native launcher speaks other frames than the daemon');
  put(launcher, (path) => copyFileSync(made('sccache-ts'), path));
}

const loads = (path) => spawnSync(process.execPath, ['-e', `require(${JSON.stringify(path)})`], { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;

function putAddon() {
  const trouble = nodeGyp(['build', 'hotpath'], true);
  if (trouble !== undefined) {
    process.stderr.write(trouble);
    return withoutAddon('The native addon cannot be built here; node-gyp says why above');
  }
  if (!loads(made('hotpath.node'))) return withoutAddon('The native addon cannot be loaded here');
  put(addon, (path) => copyFileSync(made('hotpath.node'), path));
}

function putEnter() {
  rmSync(enter, { force: true });
  if (!hasSandbox) return;
  const trouble = nodeGyp(['build', 'sandbox-enter'], true);
  if (trouble === undefined && spawnSync(made('sandbox-enter'), ['contract']).status === 0) return put(enter, (path) => copyFileSync(made('sandbox-enter'), path));
  process.stderr.write(trouble ?? '');
  say('sandbox-enter cannot be built here; build servers set sandboxes up by programs of util-linux, a little slower.');
}

function main() {
  if (upToDate()) return;
  const reason = missing();
  if (reason !== undefined) {
    standIn(reason);
    return withoutAddon(reason);
  }
  say('Building the native launcher and addon …');
  nodeGyp(['clean'], true);
  putLauncher();
  putAddon();
  putEnter();
}

main();
