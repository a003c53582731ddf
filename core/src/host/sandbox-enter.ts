// Knows: our own small program (core/native/enter.cc) that does what five programs of util-linux and a shell do before bubblewrap: where it is,
// and the words that it understands. Refuses to know: what is done where there is none (sandbox-mount.ts).
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { addonPackages } from './native-addon.js';
import { runProcess } from './processes.js';
import type { MountJob, SandboxMode } from './sandbox-mount.js';

const contract = '1\n';
const name = 'sandbox-enter';

/** Built in a clone, or beside the addon that npm has installed. */
function places(): readonly string[] {
  const { resolve } = createRequire(import.meta.url);
  const installed = addonPackages.flatMap((addon) => {
    try {
      return [resolve(`${addon}/${name}`)];
    } catch {
      // Not for this machine, or not installed.
      return [];
    }
  });
  return [fileURLToPath(new URL(`../../native/prebuilt/${name}`, import.meta.url)), ...installed];
}

async function speaksOurWords(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    const { code, stdout } = await runProcess(path, ['contract'], { env: {}, timeoutMs: 10_000 });
    return code === 0 && stdout.toString() === contract;
  } catch {
    // Not there, or for another machine: util-linux does the same, slower.
    return false;
  }
}

/** Undefined where it was not built, cannot be run, speaks other words, or where SCCACHE_TS_NO_ADDON is 1. */
export async function findEnter(candidates?: readonly string[]): Promise<string | undefined> {
  if (process.env['SCCACHE_TS_NO_ADDON'] === '1') return undefined;
  for (const path of candidates ?? places()) if (await speaksOurWords(path)) return path;
  return undefined;
}

export interface EnterTools {
  readonly enter: string;
  /** What bubblewrap will want to find. */
  readonly needs: readonly string[];
}

const harmless = ['nosuid', 'nodev'];

function rootWords(mode: SandboxMode, lowerName: () => string): readonly string[] {
  if (mode.layers === 'binds' && !mode.ownUsers) return [];
  const lower = lowerName();
  if (mode.layers === 'overlay') return ['overlay', [`lowerdir=${lower}`, 'upperdir=upper', 'workdir=work', ...mode.options.filter((it) => !harmless.includes(it))].join(','), mode.ownUsers ? mode.place : 'target'];
  const [upperAt, lowerAt] = [`${mode.place}/upper`, `${mode.place}/lower`];
  return ['memory', 'size=64k,mode=755', mode.place, 'folder', upperAt, 'folder', lowerAt, 'bind', 'upper', upperAt, 'bind', lower, lowerAt];
}

const ownMounts: Readonly<Record<SandboxMode['as'], string>> = { root: 'own-mounts', user: 'own-user' };

/** Mounts of its own, unless bubblewrap needs nothing mounted before. Inside a disk a user namespace has been joined already. */
function placeWords({ layers, as, ownUsers }: SandboxMode, { inside }: MountJob): readonly string[] {
  const own = layers === 'binds' && !ownUsers ? [] : [ownMounts[inside === undefined ? as : 'root']];
  if (inside === undefined) return own;
  return [...(inside.user === undefined ? ['join'] : ['join-user', inside.user]), inside.mounts, inside.folder, ...own];
}

/** What an ordinary user finds mounted cannot be unmounted. */
function shedWords({ as, layers, ownUsers, place }: SandboxMode, needs: readonly string[]): readonly string[] {
  if (as === 'user' || (layers === 'binds' && !ownUsers)) return [];
  return [...[...needs, place].flatMap((path) => ['need', path]), 'shed'];
}

/** @param job its `lowerName`: of the toolchain's folder, as seen from the job's */
export function enterWords({ enter, needs }: EnterTools, mode: SandboxMode, job: MountJob & { readonly lowerName: () => string }): readonly string[] {
  return [
    enter, 'die-first', ...placeWords(mode, job),
    ...job.groups.flatMap((folder) => ['group', folder]),
    ...shedWords(mode, [...needs, job.lower]),
    ...rootWords(mode, job.lowerName),
    ...job.limits.flatMap((limit) => ['limit', limit.replace(/^--/, '')]),
    ...(job.user === undefined ? [] : ['user', String(job.user)]),
    'run',
  ];
}

/** Mounts a file system in memory on a folder, makes a job's folders in it, says `kept`, and stays until its input ends. */
export const keepWords = (as: SandboxMode['as'], at: string, options: readonly string[]): readonly string[] => [ownMounts[as], 'memory', options.join(','), at, 'keep', at];
