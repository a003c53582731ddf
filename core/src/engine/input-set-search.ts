// Knows: how a build server's compiler finds headers by the very names by which the one here found them, where links lead to some of them.
// Refuses to know: which headers those are.
import { absoluteName } from '../base/index.js';
import { isFolder, type Member, plainMember, realName, statOfFile } from '../host/index.js';
import type { Gathering } from './gathering.js';

export interface SearchedHere {
  readonly cwd: string;
  /** Searched by the compiler of its own accord, as spelled. */
  readonly searched: readonly string[];
  /** Searched because the command line or the environment says so, as spelled. */
  readonly named: readonly string[];
  /** Headers that were read, as spelled. */
  readonly files: readonly string[];
  /** gcc spells a header of the system by where its links lead, when that is shorter. */
  readonly namesByEnd: boolean;
  /** What lies in the archive is not known. */
  readonly own: boolean;
}

type Links = Map<string, string>;

/**
 * Folders that the compiler searches of its own accord are searched over there too, else asking for the next header of a name is an error. One that is
 * a link here is one there, unless there may be a folder of that name already.
 */
function folderLinks(to: Gathering<unknown>, { searched, cwd, own }: SearchedHere): Links {
  const links: Links = new Map();
  for (const folder of searched) {
    if (!isFolder(absoluteName(cwd, folder))) continue;
    const remote = to.reach(folder);
    const real = realName(absoluteName(cwd, folder));
    const target = real === undefined || own ? remote : to.reach(real);
    to.addFolder(target);
    if (target !== remote) links.set(remote, target);
  }
  return links;
}

/** The name in a folder under which a header was found, where that is a link to it. */
function nameIn(folder: string, file: string, cwd: string): string | undefined {
  const real = realName(file);
  for (let cut = file.lastIndexOf('/'); cut > 0; cut = file.lastIndexOf('/', cut - 1)) {
    const name = folder + file.slice(cut);
    const path = absoluteName(cwd, name);
    if (statOfFile(path) !== undefined) return realName(path) === real ? name : undefined;
  }
  return undefined;
}

function headerLinks(to: Gathering<unknown>, { searched, named, files, namesByEnd, cwd }: SearchedHere): Links {
  const links: Links = new Map();
  if (!namesByEnd) return links;
  const folders = [...named, ...searched];
  for (const file of files) {
    if (!file.startsWith('/') || folders.some((folder) => file.startsWith(`${folder}/`))) continue;
    for (const folder of folders) {
      const name = nameIn(folder, file, cwd);
      if (name !== undefined) links.set(to.reach(name), to.reach(file));
    }
  }
  return links;
}

/** Adds the folders; to be called when all files are known. @returns the links, to be unpacked after the folders and before the files */
export async function searchMembers(to: Gathering<unknown>, here: SearchedHere): Promise<readonly Member<undefined>[]> {
  const files = to.files();
  const taken = new Set(files);
  const links = [...folderLinks(to, here), ...headerLinks(to, here)];
  // Where files are to lie there is a folder.
  const free = links.filter(([path, target]) => path !== target && !taken.has(path) && !files.some((file) => file.startsWith(`${path}/`)));
  return Promise.all(free.map(([path, target]) => plainMember(path, target)));
}
