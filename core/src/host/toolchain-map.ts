// Knows: which archive a compiler was packed into, remembered on disk, and whether that is still true.
// Refuses to know: how one packs, and what makes a compiler the same one.
//
// Format: JSON { version: 1, toolchains: { <key>: { archiveId, files: [[path, size, mtimeMs, inode]…], links: [[path, target]…] } } }
import { mkdir, readFile, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type ArchiveId, isArchiveId } from '../wire/index.js';
import { writeAtomically } from './files.js';
import { isUnchanged } from './inputs-look.js';
import type { PackedFile } from './toolchain-package.js';

export interface KnownToolchain {
  readonly archiveId: ArchiveId;
  readonly files: readonly PackedFile[];
  readonly links: ReadonlyMap<string, string>;
}

export interface ToolchainMap {
  /** Undefined when it is not known, or when one of the packed files is another one now. */
  get(key: string): KnownToolchain | undefined;
  /** Takes effect at once. @returns when it is on disk; @throws what writing throws */
  set(key: string, toolchain: KnownToolchain): Promise<void>;
  /** All that is written down, true or no longer. */
  entries(): Iterable<readonly [key: string, toolchain: KnownToolchain]>;
  /** Forgets; on disk with the next `set`. */
  drop(key: string): void;
}

/** More compilers than anybody has; the oldest are forgotten. */
const mostToolchains = 500;
/** So many thousand looks at files belong to a toolchain that they are not repeated for each compile of a burst. */
const believedMs = 2_000;

const isText = (it: unknown): it is string => typeof it === 'string';
const isNumber = (it: unknown): it is number => typeof it === 'number' && Number.isFinite(it);
const rowsOf = (it: unknown): readonly (readonly unknown[])[] | undefined =>
  Array.isArray(it) && it.every((row) => Array.isArray(row)) ? (it as readonly (readonly unknown[])[]) : undefined;

function readToolchain(value: unknown): KnownToolchain | undefined {
  const { archiveId, files, links } = (value ?? {}) as Record<string, unknown>;
  const [fileRows, linkRows] = [rowsOf(files), rowsOf(links)];
  if (!isText(archiveId) || !isArchiveId(archiveId) || fileRows === undefined || linkRows === undefined) return undefined;
  const packed: PackedFile[] = [];
  for (const [path, size, mtimeMs, inode] of fileRows) {
    if (!isText(path) || !isNumber(size) || !isNumber(mtimeMs) || !isNumber(inode)) return undefined;
    packed.push({ path, size, mtimeMs, inode });
  }
  const found = new Map<string, string>();
  for (const [path, target] of linkRows) {
    if (!isText(path) || !isText(target)) return undefined;
    found.set(path, target);
  }
  return { archiveId, files: packed, links: found };
}

/** A file that is missing, unreadable or not ours is an empty map: everything in it can be found out again. */
async function read(path: string): Promise<Map<string, KnownToolchain>> {
  const known = new Map<string, KnownToolchain>();
  try {
    const json = JSON.parse(await readFile(path, 'utf8')) as { version?: unknown; toolchains?: unknown } | null;
    if (json?.version !== 1 || typeof json.toolchains !== 'object' || json.toolchains === null) return known;
    for (const [key, value] of Object.entries(json.toolchains)) {
      const toolchain = readToolchain(value);
      if (toolchain !== undefined) known.set(key, toolchain);
    }
  } catch {
    known.clear();
  }
  return known;
}

function textOf(known: ReadonlyMap<string, KnownToolchain>): string {
  const rows = [...known].map(([key, { archiveId, files, links }]) => [
    key,
    { archiveId, files: files.map(({ path, size, mtimeMs, inode }) => [path, size, mtimeMs, inode]), links: [...links] },
  ]);
  return `${JSON.stringify({ version: 1, toolchains: Object.fromEntries(rows) as unknown })}\n`;
}

/** Several daemons may write the same file: each writes a whole one, and what another has forgotten is found out again. */
export async function openToolchainMap(path: string): Promise<ToolchainMap> {
  const known = await read(path);
  const believedUntil = new Map<string, number>();
  let writing: Promise<void> = Promise.resolve();

  return {
    get(key) {
      const found = known.get(key);
      if (found === undefined) return undefined;
      const now = performance.now();
      if ((believedUntil.get(key) ?? 0) > now) return found;
      if (found.files.every(isUnchanged)) {
        believedUntil.set(key, now + believedMs);
        return found;
      }
      known.delete(key);
      return undefined;
    },
    set(key, toolchain) {
      known.delete(key);
      known.set(key, toolchain);
      for (const oldest of known.keys()) {
        if (known.size <= mostToolchains) break;
        known.delete(oldest);
      }
      const write = async (): Promise<void> => {
        await mkdir(dirname(path), { recursive: true });
        await writeAtomically(path, textOf(known));
      };
      const done = writing.then(write);
      writing = done.catch(() => undefined);
      return done;
    },
    entries: () => known.entries(),
    drop(key) {
      known.delete(key);
      believedUntil.delete(key);
    },
  };
}

/** The path without links; the path itself where that cannot be said. */
export function canonicalPath(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}
