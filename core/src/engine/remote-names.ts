// Knows: under which path something exists on a build server that has a name here, and something that has a name there. Refuses to know: disks.
// Where the names here are those of Windows they have others over there (core/compilation/disk-paths.ts); a folder shows by its name which it is.
import { forwardSlashed, isWindowsFolder } from '../base/index.js';
import { isWindowsAbsolute, toDiskPath } from '../compilation/index.js';
import { createPathTransformer, type RemotePath } from './path-transformer.js';

export interface RemoteNames {
  /** The working directory over there; undefined: it cannot be there. */
  readonly cwd: string | undefined;
  /** Of a name as somebody here spells it; undefined: it has none over there. */
  here(spelled: string): RemotePath | undefined;
  /** Of a name as the compiler over there spells it. */
  there(spelled: string): RemotePath;
}

/** @param cwd the working directory here, under the name that it is to have over there if names are alike */
export function createRemoteNames(cwd: string, links: ReadonlyMap<string, string>): RemoteNames {
  const paths = createPathTransformer(links);
  if (!isWindowsFolder(cwd)) {
    const toRemote = (spelled: string): RemotePath => paths.toRemote(spelled, cwd);
    return { cwd, here: toRemote, there: toRemote };
  }
  const disk = toDiskPath(cwd);
  const there = (spelled: string): RemotePath => paths.toRemote(spelled, disk ?? '/');
  return {
    cwd: disk,
    here(spelled) {
      const path = isWindowsAbsolute(spelled) ? toDiskPath(spelled, cwd) : forwardSlashed(spelled);
      if (path === undefined || disk === undefined) return undefined;
      const remote = there(path);
      // Above a drive there is nothing here.
      return toDiskPath(spelled, cwd) === remote.path ? remote : undefined;
    },
    there,
  };
}
