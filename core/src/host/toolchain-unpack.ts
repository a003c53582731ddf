// Knows: how a toolchain's archive (a gzip stream of a tar) becomes a folder that jobs can share as the lowest layer of
// their roots. Refuses to know: where archives come from, and when a folder is thrown away (toolchain-unpack-store.ts).
import { createReadStream } from 'node:fs';
import { chmod, mkdir, rename } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { Fault, isFault } from '../base/index.js';
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

/**
 * Unpacks into a folder that appears, whole, at `destination`, or not at all.
 * @throws Fault TOOLCHAIN_UNPACKABLE when the archive is to blame, STORAGE_FAILED when this machine is, CANCELLED
 */
export async function unpackToolchain(archive: string, destination: string, limits: UnpackLimits): Promise<Unpacked> {
  const folder = temporaryBeside(destination);
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  const file = createReadStream(archive, { highWaterMark: 256 * 1024 });
  file.on('error', (cause) => gunzip.destroy(new Fault('STORAGE_FAILED', `${archive}: ${cause.message}`, { cause })));
  try {
    await mkdir(folder, { mode: 0o755 });
    const root = viewRoot([folder]);
    const unpacked = await unpackTar(file.pipe(gunzip), root, { upper: folder, limits, hardLinks: true });
    await prepare(root);
    await rename(folder, destination);
    return unpacked;
  } catch (cause) {
    await removeTree(folder);
    if (isFault(cause, 'STORAGE_FAILED') || isFault(cause, 'CANCELLED')) throw cause;
    throw new Fault('TOOLCHAIN_UNPACKABLE', `toolchain ${archive} cannot be unpacked`, { cause });
  } finally {
    file.destroy();
    gunzip.destroy();
  }
}
