// Knows: how the native launcher, which npm has installed as a package for this kind of machine, comes to stand where npm's link
// `sccache-ts` leads. Refuses to know: what it does. Nothing is downloaded, and an install never fails because of it: where there is no native
// launcher, or this script was not allowed to run, the launcher in JavaScript does the same, only slower.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bin = dirname(fileURLToPath(import.meta.url));
const { version } = JSON.parse(readFileSync(join(bin, '../package.json'), 'utf8'));

function findNative() {
  try {
    return createRequire(import.meta.url).resolve(`@sccache-ts/launcher-${process.platform}-${process.arch}/sccache-ts`);
  } catch {
    // There is none for this kind of machine, or optional packages were not wanted.
    return undefined;
  }
}

/** Why this file cannot be our launcher; undefined when it can. */
function unfit(path) {
  // By its own name: under another one it would be a compiler.
  const { stdout, error, status, signal } = spawnSync(path, ['-V'], { argv0: 'sccache-ts', encoding: 'utf8', env: {}, timeout: 20_000 });
  if (error !== undefined) return error.message;
  return stdout === `sccache-ts ${version}\n` ? undefined : `-V says ${JSON.stringify(stdout)} and ends with ${signal ?? status}`;
}

function put(native) {
  const temporary = join(bin, `.sccache-ts.${process.pid}`);
  try {
    copyFileSync(native, temporary);
    chmodSync(temporary, 0o755);
    const reason = unfit(temporary);
    // Whoever has the same package installed by hard links keeps his file: this is another one.
    if (reason === undefined) renameSync(temporary, join(bin, 'sccache-ts'));
    return reason;
  } catch (thrown) {
    return thrown.message;
  } finally {
    rmSync(temporary, { force: true });
  }
}

// Yarn runs every program of a package with node, whatever it is.
const yarn = (process.env.npm_config_user_agent ?? '').startsWith('yarn/');
const native = yarn || process.platform === 'win32' ? undefined : findNative();
const reason = native === undefined ? undefined : put(native);
if (reason !== undefined) process.stderr.write(`sccache-ts: the native launcher is not used (${reason}); the slower one in JavaScript stands in for it.\n`);
