// Knows: how a build server's compiler finds headers by the very names by which the one here found them, where links lead to some of them.
// Refuses to know: which headers those are.
import { absoluteName } from '../base/index.js';
import { type FolderViews, isFolder, type Member, plainMember, realName, type Standing } from '../host/index.js';
import type { Gathering } from './gathering.js';

export interface SearchedHere {
  readonly cwd: string;
  /** Searched by the compiler of its own accord, as spelled. */
  readonly searched: readonly string[];
  /** Searched because the command line or the environment says so, as spelled. */
  readonly named: readonly string[];
  /** Those of them whose headers count as the system's, as spelled. */
  readonly system: readonly string[];
  readonly views: FolderViews;
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

/** A folder and those in it whose names end as a header's folder does; both as spelled. */
interface Ending {
  readonly folder: string;
  /** Where the header's name is cut for each, short ends first. */
  readonly cuts: readonly number[];
}

/** Only the folder's own names are asked for most headers, and those are known as long as nothing comes or goes in it. */
function endingIn(folder: string, dir: string, at: (name: string) => Standing): Ending {
  const cuts = [dir.length];
  for (let cut = dir.lastIndexOf('/'); cut >= 0; cut = dir.lastIndexOf('/', cut - 1)) {
    const first = dir.slice(cut + 1).split('/', 1)[0] ?? '';
    if (first !== '' && at(`${folder}/${first}`).kind === 'folder') cuts.push(cut);
    if (cut === 0) break;
  }
  return { folder, cuts };
}

/** The links by which gcc has found headers in folders of the system: it spells them by where those lead. */
function headerLinks(to: Gathering<unknown>, here: SearchedHere): Links {
  const links: Links = new Map();
  if (!here.namesByEnd) return links;
  const view = here.views.view();
  const at = (name: string): Standing => view.at(absoluteName(here.cwd, name));
  const folders = [...new Set([...here.system, ...here.searched])].filter((folder) => isFolder(absoluteName(here.cwd, folder)));
  const own = [...new Set([...here.named, ...here.searched])].map((folder) => `${folder}/`);
  const endings = new Map<string, readonly Ending[]>();
  for (const file of here.files) {
    if (!file.startsWith('/') || own.some((folder) => file.startsWith(folder))) continue;
    const dir = file.slice(0, file.lastIndexOf('/'));
    const there = endings.get(dir) ?? folders.map((folder) => endingIn(folder, dir, at));
    endings.set(dir, there);
    const names = there.flatMap(({ folder, cuts }) => cuts.map((cut) => folder + file.slice(cut)).filter((name) => at(name).kind === 'file'));
    if (names.length === 0) continue;
    const real = realName(file);
    for (const name of names) if (realName(absoluteName(here.cwd, name)) === real) links.set(to.reach(name), to.reach(file));
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
