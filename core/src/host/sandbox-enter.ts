// Knows: our own small program (core/native/enter.cc) that does what five programs of util-linux and a shell do before bubblewrap: where it is,
// and the words that it understands. Refuses to know: what is done where there is none (sandbox-mount.ts).
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { runProcess } from './processes.js';
import type { MountJob, SandboxMode } from './sandbox-mount.js';

const contract = '1\n';
const built = new URL('../../native/prebuilt/sandbox-enter', import.meta.url);

/** Undefined where it was not built, cannot be run, speaks other words, or where SCCACHE_TS_NO_ADDON is 1. */
export async function findEnter(path = fileURLToPath(built)): Promise<string | undefined> {
  if (process.env['SCCACHE_TS_NO_ADDON'] === '1') return undefined;
  try {
    await access(path, constants.X_OK);
    const { code, stdout } = await runProcess(path, ['contract'], { env: {}, timeoutMs: 10_000 });
    return code === 0 && stdout.toString() === contract ? path : undefined;
  } catch {
    // Not there, or for another machine: util-linux does the same, slower.
    return undefined;
  }
}

const harmless = ['nosuid', 'nodev'];

function rootWords(mode: SandboxMode, lowerName: () => string): readonly string[] {
  if (mode.layers === 'binds' && !mode.ownUsers) return [];
  const lower = lowerName();
  if (mode.layers === 'overlay') return ['overlay', [`lowerdir=${lower}`, 'upperdir=upper', 'workdir=work', ...mode.options.filter((it) => !harmless.includes(it))].join(','), mode.ownUsers ? mode.place : 'target'];
  const [upperAt, lowerAt] = [`${mode.place}/upper`, `${mode.place}/lower`];
  return ['memory', 'size=64k,mode=755', mode.place, 'folder', upperAt, 'folder', lowerAt, 'bind', 'upper', upperAt, 'bind', lower, lowerAt];
}

/** @param job its `lowerName`: of the toolchain's folder, as seen from the job's */
export function enterWords(program: string, mode: SandboxMode, job: MountJob & { readonly lowerName: () => string }): readonly string[] {
  const mounts = mode.layers === 'binds' && !mode.ownUsers ? [] : [mode.as === 'user' ? 'own-user' : 'own-mounts'];
  return [
    program, ...mounts,
    ...job.groups.flatMap((folder) => ['group', folder]),
    ...rootWords(mode, job.lowerName),
    ...job.limits.flatMap((limit) => ['limit', limit.replace(/^--/, '')]),
    ...(job.user === undefined ? [] : ['user', String(job.user)]),
    'run',
  ];
}
