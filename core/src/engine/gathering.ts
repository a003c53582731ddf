// Knows: how the files, folders and links that a job needs on a build server are gathered, each under its name over there.
// Refuses to know: which ones those are.
import { dirname } from 'node:path';
import { absoluteName } from '../base/index.js';
import { identityOf, type Member, type MemberCache, type MemberRequest, plainMember, statOfFile } from '../host/index.js';
import { placeOf } from './outputs.js';
import type { RemotePath } from './path-transformer.js';
import type { RemoteNames } from './remote-names.js';
import type { AskedAny } from './work.js';

export interface SetOutput {
  /** As the job's owner names it. */
  readonly local: string;
  readonly remote: string;
  /** True when a successful compile may leave it out. */
  readonly optional: boolean;
}

export interface InputSetOptions<More> {
  readonly members: MemberCache<More>;
  /** Links in the toolchain's archive. */
  readonly links: ReadonlyMap<string, string>;
  /** The archive is the user's own: what lies in it is not known. */
  readonly own?: boolean;
  /** Bytes of input that travel at most. */
  readonly maxBytes: number;
}

/** Ends the gathering: not an error, the compile stays at home. */
export class StaysHome extends Error {}

/** @throws Fault RESULT_DOUBTFUL when a file changes meanwhile; whatever reading throws */
export async function orHome<Set>(gather: () => Promise<Set>): Promise<Set | { readonly kind: 'home'; readonly reason: string }> {
  try {
    return await gather();
  } catch (thrown) {
    if (thrown instanceof StaysHome) return { kind: 'home', reason: thrown.message };
    throw thrown;
  }
}

export interface Gathering<More> {
  /** The path over there of a name that is given here. @throws StaysHome */
  remote(spelled: string): string;
  /** The same of a name that will be used over there: the folders on its way will exist. */
  reach(spelled: string): string;
  addFolder(remote: string): void;
  /** Adds a file that is there. The name is walked by the kernel here and by us for over there. @throws StaysHome */
  addFile(spelled: string, stat: MemberRequest['stat']): void;
  /** Adds files that must be there. @throws StaysHome */
  addRead(names: readonly string[]): void;
  /** Of one that was added. */
  member(remote: string): Promise<Member<More>>;
  /** Remote paths of all files, in the order in which they were added. */
  files(): readonly string[];
  /** Those of folders that no file brings along. @throws StaysHome */
  bareFolders(): Promise<readonly Member<undefined>[]>;
  outputs(placed: Pick<AskedAny['compilation'], 'cwd' | 'outputs'>): readonly SetOutput[];
}

const refused = /^\/(?:proc|dev|sys)(?:\/|$)/;

function nameOf(names: RemoteNames, spelled: string): RemotePath {
  const found = names.here(spelled);
  if (found === undefined) throw new StaysHome(`${spelled} has no name on a build server`);
  return found;
}

/** @param here the working directory */
export function createGathering<More>({ here, names }: { readonly here: string; readonly names: RemoteNames }, options: Pick<InputSetOptions<More>, 'members' | 'maxBytes'>): Gathering<More> {
  const files = new Map<string, MemberRequest>();
  const folders = new Set<string>();
  let bytes = 0;

  function reach(spelled: string): string {
    const { path, through } = nameOf(names, spelled);
    for (const folder of through) folders.add(folder);
    return path;
  }

  function addFile(spelled: string, stat: MemberRequest['stat']): void {
    const remote = reach(spelled);
    if (refused.test(remote)) throw new StaysHome(`${remote} exists only here`);
    const known = files.get(remote);
    if (known !== undefined) {
      if (identityOf(known.stat) !== identityOf(stat)) throw new StaysHome(`two files would be ${remote} on the build server`);
      return;
    }
    bytes += Number(stat.size);
    if (bytes > options.maxBytes) throw new StaysHome(`more than ${options.maxBytes} bytes of inputs`);
    files.set(remote, { path: absoluteName(here, spelled), remote, stat });
  }

  return {
    remote: (spelled) => nameOf(names, spelled).path,
    reach,
    addFolder: (remote) => void folders.add(remote),
    addFile,
    addRead(names) {
      for (const name of names) {
        const stat = statOfFile(absoluteName(here, name));
        if (stat === undefined) throw new StaysHome(`${name} is not a file that can be read`);
        addFile(name, stat);
      }
    },
    member(remote) {
      const request = files.get(remote);
      if (request === undefined) throw new StaysHome(`${remote} was not gathered`);
      return options.members.fileMember(request);
    },
    files: () => [...files.keys()],
    /** A folder where a file has to be cannot be. */
    async bareFolders() {
      const parents = new Set<string>();
      for (const remote of files.keys()) {
        for (let at = dirname(remote); at !== '/' && !parents.has(at); at = dirname(at)) parents.add(at);
      }
      for (const path of [...parents, ...folders]) {
        if (files.has(path)) throw new StaysHome(`${path} would be a file and a folder on the build server`);
      }
      const bare = [...folders].filter((folder) => folder !== '/' && !parents.has(folder)).sort();
      return Promise.all(bare.map((folder) => plainMember(folder)));
    },
    outputs(placed) {
      const outputs = placed.outputs
        .filter((output) => output.role !== 'd')
        .map((output) => ({ local: placeOf(placed, output.path), remote: reach(output.path), optional: output.optional }));
      if (outputs.some(({ remote }) => refused.test(remote))) throw new StaysHome('an output is not an ordinary file');
      return outputs;
    },
  };
}
