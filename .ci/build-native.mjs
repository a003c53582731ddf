// Knows: how the launcher comes to daemons/cli/bin: built with node-gyp, or the JavaScript launcher in its place.
// Refuses to know: what a launcher does. `--force` builds even when nothing has changed.
import { copyFileSync, existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const native = join(root, 'core/native');
const built = join(native, 'build/Release/sccache-ts');
const bin = join(root, 'daemons/cli/bin');
const installed = join(bin, 'sccache-ts');

/** Puts a file or link in place under `installed` by rename: a launcher that is running keeps its old file. */
function put(make) {
  mkdirSync(bin, { recursive: true });
  const temporary = `${installed}.${process.pid}`;
  rmSync(temporary, { force: true });
  make(temporary);
  renameSync(temporary, installed);
}

function standIn(reason) {
  process.stdout.write(`${reason}; the slower launcher in JavaScript stands in for the native one.\n`);
  put((path) => symlinkSync('sccache-ts.js', path));
}

const newest = (paths) => Math.max(...paths.map((path) => statSync(path).mtimeMs));

function upToDate() {
  if (process.argv.includes('--force') || !existsSync(installed) || lstatSync(installed).isSymbolicLink()) return false;
  const sources = readdirSync(native).filter((name) => /\.(cc?|h|gyp)$/.test(name));
  return statSync(installed).mtimeMs > newest([...sources.map((name) => join(native, name)), join(root, 'core/package.json')]);
}

/** The folder with include/node/common.gypi: even an executable's project file begins with it. */
function nodeHeaders() {
  const prefixes = [dirname(dirname(process.execPath)), '/usr', '/usr/local'];
  return prefixes.find((prefix) => existsSync(join(prefix, 'include/node/common.gypi')));
}

const works = (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;

function missing() {
  if (process.platform === 'win32') return 'There is no native launcher for Windows yet';
  if (!works('make')) return 'make is not installed';
  if (!works(process.env.CXX ?? 'g++') && !works('c++')) return 'No C++ compiler is installed';
  if (!works(process.env.PYTHON ?? 'python3')) return 'python3, which node-gyp needs, is not installed';
  return undefined;
}

/** @param bare whether to do without a C library where that is possible */
function build(bare) {
  const headers = nodeHeaders();
  const gyp = join(root, 'node_modules/node-gyp/bin/node-gyp.js');
  const args = [gyp, 'rebuild', '--directory', native, ...(headers === undefined ? [] : [`--nodedir=${headers}`])];
  const env = { ...process.env, GYP_DEFINES: `${process.env.GYP_DEFINES ?? ''} bare=${bare ? 1 : 0}` };
  return spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, env });
}

/** An argument that is not UTF-8 makes the launcher become the command at once, with no daemon in between. */
function becomes() {
  return spawnSync('/bin/sh', ['-c', `"$0" sh -c 'exit 7' "$(printf '\\377')"`, built]).status === 7;
}

/** The program that compares our C++ frames with the golden bytes. */
function framesAgree() {
  const vectors = join(root, 'fixtures/launcher-frames/vectors.txt');
  if (!existsSync(vectors)) return true;
  const check = spawnSync(join(native, 'build/Release/frames-selftest'), [vectors], { encoding: 'utf8' });
  process.stderr.write(check.stderr ?? '');
  return check.status === 0;
}

function main() {
  if (upToDate()) return;
  const reason = missing();
  if (reason !== undefined) return standIn(reason);
  process.stdout.write('Building the native launcher …\n');
  if (build(true).status !== 0 || !becomes()) {
    const { status, stdout, stderr } = build(false);
    if (status === 0 && becomes()) return finish();
    process.stderr.write(`${stdout}${stderr}`);
    return standIn('The native launcher cannot be built here; node-gyp says why above');
  }
  finish();
}

function finish() {
  if (!framesAgree()) return standIn('The native launcher speaks other frames than the daemon');
  put((path) => copyFileSync(built, path));
}

main();
