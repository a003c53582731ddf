// Knows: the walk of one launch where there is no native launcher; core/native/main.cc is the same in C++.
// Refuses to know: compilers; it obeys the daemon, and in any doubt the compiler runs as if we were not there.
import { basename, dirname, join, parse } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  become, daemonPlace, describeCompile, findCompiler, isFaithful, nativeLauncherAt, noteFailure, obey, processEnvironment, reachDaemon, realPathOf,
} from '@sccache-ts/core/host';
import { ownWords } from './commands/own-words.js';

const isOurName = (path: string): boolean => ['sccache-ts', 'sccache'].includes(parse(path).name.toLowerCase());

/** A number of milliseconds from the environment, for tests. */
const patience = (name: string, otherwise: number): number => {
  const text = process.env[name] ?? '';
  return /^\d+$/.test(text) ? Number(text) : otherwise;
};

export interface Launch {
  /** The version of this package. */
  readonly build: string;
  /** The path under which we were called, links not resolved. */
  readonly self: string;
  readonly args: readonly string[];
}

/** Stands in for a compiler; the end of the compile is the end of this process. Undefined: one of our own options or commands was given. */
export async function launch({ build, self, args }: Launch): Promise<undefined> {
  const shim = realPathOf(self);
  const native = nativeLauncherAt(join(dirname(shim), 'sccache-ts'));
  if (native !== undefined) await become({ path: native, args, argv0: self });
  let rest = args;
  let name = basename(self);
  if (isOurName(self)) {
    // `sccache-ts sccache-ts gcc …` happens when two layers of a build system both put us in front.
    while (rest[0] !== undefined && isOurName(rest[0])) rest = rest.slice(1);
    const [first, ...others] = rest;
    if (first === undefined || first === '' || first.startsWith('-') || ownWords.includes(first)) return undefined;
    [name, rest] = [first, others];
  }
  const compiler = findCompiler(name, { path: process.env['PATH'], cwd: process.cwd(), own: [shim] });
  if (compiler === undefined) {
    process.stderr.write(`sccache: error: failed to execute compile\nsccache: caused by: ${name}: cannot find binary path\n`);
    process.exit(2);
  }
  const target = { path: compiler, args: rest };
  try {
    // A daemon that hangs up without a word was about to end; the next one may be asked.
    for (let attempts = 0; attempts < 2 && isFaithful(); attempts++) await askDaemon(target, build);
  } catch {
    // No daemon that can be trusted or reached: what follows is what would have happened without us.
  }
  return become(target);
}

/** Returns when there is no daemon to ask, or it hung up without a word. */
async function askDaemon(target: { path: string; args: readonly string[] }, build: string): Promise<void> {
  const env = processEnvironment();
  const uid = process.geteuid?.() ?? 0;
  const place = daemonPlace(env, { uid, cwd: process.cwd() });
  const daemon = await reachDaemon({
    place,
    env,
    uid,
    script: join(dirname(fileURLToPath(import.meta.url)), 'main.js'),
    connectMs: patience('SCCACHE_TS_CONNECT_MS', 1000),
    startMs: patience('SCCACHE_TS_START_MS', 10_000),
  });
  if (daemon === undefined) return;
  await obey({
    daemon,
    target,
    request: describeCompile(target, build),
    firstMs: patience('SCCACHE_TS_FIRST_MS', 5000),
    silenceMs: patience('SCCACHE_TS_SILENCE_MS', 9_000),
    onSilence: () => noteFailure(place),
  });
}
