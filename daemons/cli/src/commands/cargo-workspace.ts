// Knows: where a cargo workspace begins, and which files cargo reads its settings from. Refuses to know: what they say, but for where a workspace
// begins. Source: The Cargo Book, "Hierarchical structure"; `.cargo/config` wins over `.cargo/config.toml`, as tried with cargo 1.95.
import { join, resolve } from 'node:path';
import { Fault } from '@sccache-ts/core/base';
import { pickUp } from '@sccache-ts/core/host';
import { foldersFrom } from './folders-above.js';
import type { NamedText } from '@sccache-ts/adapter-cargo';

const codeOf = (thrown: unknown): string | undefined => (thrown as NodeJS.ErrnoException).code;

export interface FoundText extends NamedText {
  /** Permissions. */
  readonly mode: number;
}

/** Undefined: there is none. @throws Fault SETTINGS_UNREADABLE */
export async function readText(file: string): Promise<FoundText | undefined> {
  try {
    const found = await pickUp(file);
    return found === undefined ? undefined : { file, mode: found.mode, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(found.bytes) };
  } catch (cause) {
    if (codeOf(cause) === 'ENOTDIR') return undefined;
    throw new Fault('SETTINGS_UNREADABLE', `${file}: cannot be read: ${codeOf(cause) ?? String(cause)}`, { cause });
  }
}

/** The manifest of the workspace that a folder belongs to: the nearest that opens one, else the nearest of all. */
export async function workspaceManifest(cwd: string): Promise<NamedText | undefined> {
  let nearest: NamedText | undefined;
  for (const folder of foldersFrom(resolve(cwd))) {
    const found = await readText(join(folder, 'Cargo.toml'));
    nearest ??= found;
    if (found !== undefined && /^\s*(?:\[\s*workspace\s*[.\]]|workspace\s*[.=])/m.test(found.text)) return found;
  }
  return nearest;
}

/** The file that cargo reads in a `.cargo` folder; undefined when there is none. */
export async function configIn(folder: string): Promise<FoundText | undefined> {
  return (await readText(join(folder, 'config'))) ?? readText(join(folder, 'config.toml'));
}

/** All that cargo reads when it is called in a folder, the nearest first. @param home cargo's own folder */
export async function cargoConfigs(cwd: string, home: string): Promise<readonly NamedText[]> {
  const folders = [...foldersFrom(resolve(cwd)).map((folder) => join(folder, '.cargo')), resolve(cwd, home)];
  const found = await Promise.all([...new Set(folders)].map(configIn));
  return found.filter((it) => it !== undefined);
}
