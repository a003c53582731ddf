// Knows: how a toolchain's archive (a tar, compressed or not) becomes a folder that jobs can share as the lowest layer of
// their roots. Refuses to know: where archives come from, and when a folder is thrown away (toolchain-unpack-store.ts).
import { chmod, mkdir, rename } from 'node:fs/promises';
import { Fault, isFault } from '../base/index.js';
import { openArchive } from './archive-decoding.js';
import { temporaryBeside } from './files.js';
import { removeTree } from './remove-tree.js';
import { type RootView, viewRoot } from './root-view-disk.js';
import { type Unpacked, type UnpackLimits, unpackTar } from './unpack-tar.js';

/** Where the sandbox mounts, and where compilers keep their temporary files: there from the start, and directories. */
const needed = ['proc', 'dev', 'tmp'] as const;

async function prepare(root: RootView): Promise<void> {
  for (const name of needed) {
    const place = root.resolve(name, 'keep');
    if (place.kind === 'found' && place.entry.kind !== 'directory') throw new Fault('ARCHIVE_HOSTILE', `toolchain: /${name} is no directory`);
    root.makeDirectory(name);
  }
  // Archives bring it as 0755 or not at all, and some compilers run as somebody else than its owner.
  await chmod(root.makeDirectory('tmp'), 0o1777);
}

/** What a tar has besides the content of files: headers, long names and padding, generously. */
const overheadOfEntry = 4096;
const tarBytes = ({ maxBytes, maxEntries }: UnpackLimits): number => maxBytes + maxEntries * overheadOfEntry;

export interface ToolchainUnpacking extends UnpackLimits {
  /** PATH for programs that decode; undefined, as for archives of others: see DecodingOptions. */
  readonly searchPath?: string | undefined;
}

/**
 * Unpacks into a folder that appears, whole, at `destination`, or not at all.
 * @throws Fault TOOLCHAIN_UNPACKABLE when the archive is to blame, STORAGE_FAILED when this machine is, TOOL_MISSING where a program may decode and
 * is not there, CANCELLED
 */
export async function unpackToolchain(archive: string, destination: string, limits: ToolchainUnpacking): Promise<Unpacked> {
  const folder = temporaryBeside(destination);
  let close: (() => void) | undefined;
  try {
    const opened = await openArchive(archive, { searchPath: limits.searchPath, maxBytes: tarBytes(limits) });
    close = opened.close;
    await mkdir(folder, { mode: 0o755 });
    const root = viewRoot([folder]);
    const unpacked = await unpackTar(opened.tar, root, { upper: folder, limits, hardLinks: true, readableByAll: true });
    await prepare(root);
    await rename(folder, destination);
    return unpacked;
  } catch (cause) {
    await removeTree(folder);
    if (isFault(cause, 'STORAGE_FAILED') || isFault(cause, 'CANCELLED') || isFault(cause, 'TOOL_MISSING')) throw cause;
    throw new Fault('TOOLCHAIN_UNPACKABLE', `toolchain ${archive} cannot be unpacked`, { cause });
  } finally {
    close?.();
  }
}
