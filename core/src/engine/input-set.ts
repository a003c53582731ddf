// Knows: which files, folders and links a build server needs so that the compiler finds there what it found here.
// Refuses to know: how they travel; and compilers, beyond the names of the options that add folders to search.
import { dirname } from 'node:path';
import { absoluteName, envValue } from '../base/index.js';
import type { Compilation } from '../compilation/index.js';
import {
  archiveOf,
  identityOf,
  isFolder,
  isSameFolder,
  type Member,
  type MemberCache,
  type MemberRequest,
  plainMember,
  statOfFile,
} from '../host/index.js';
import type { AwayMentions } from './input-set-scan.js';
import { namedFolders } from './named-folders.js';
import { placeOf } from './outputs.js';
import { createPathTransformer, type PathTransformer } from './path-transformer.js';
import type { AwayJob } from './ports.js';

export interface SetOutput {
  /** As the job's owner names it. */
  readonly local: string;
  readonly remote: string;
  /** True when a successful compile may leave it out. */
  readonly optional: boolean;
}

export interface InputSet {
  readonly kind: 'set';
  /** A zlib stream of a tar, in pieces. */
  readonly archive: readonly Uint8Array[];
  readonly outputs: readonly SetOutput[];
  /** The working directory over there. */
  readonly cwd: string;
  /** Remote paths of files that were sent because the sources ask whether they exist. */
  readonly asked: ReadonlySet<string>;
  /** The remote path of a name that the compiler on either side gives. */
  remote(spelled: string): string;
}

export type InputSetResult = InputSet | { readonly kind: 'home'; readonly reason: string };

export interface InputSetOptions {
  readonly members: MemberCache<AwayMentions>;
  /** Links in the toolchain's archive. */
  readonly links: ReadonlyMap<string, string>;
  /** Bytes of input that travel at most. */
  readonly maxBytes: number;
}

const refused = /^\/(?:proc|dev|sys)(?:\/|$)/;

/** Ends the gathering: not an error, the compile stays at home. */
class StaysHome extends Error {}

interface Gathering {
  readonly compilation: Compilation;
  readonly cwd: string;
  readonly paths: PathTransformer;
  readonly options: InputSetOptions;
  readonly files: Map<string, MemberRequest>;
  readonly folders: Set<string>;
  bytes: number;
}

/** Adds a file that is there. The name is walked by the kernel here and by us for over there. */
function addFile(to: Gathering, spelled: string, stat: MemberRequest['stat']): void {
  const { path: remote, through } = to.paths.toRemote(spelled, to.cwd);
  for (const folder of through) to.folders.add(folder);
  if (refused.test(remote)) throw new StaysHome(`${remote} exists only here`);
  const known = to.files.get(remote);
  if (known !== undefined) {
    if (identityOf(known.stat) !== identityOf(stat)) throw new StaysHome(`two files would be ${remote} on the build server`);
    return;
  }
  to.bytes += Number(stat.size);
  if (to.bytes > to.options.maxBytes) throw new StaysHome(`more than ${to.options.maxBytes} bytes of inputs`);
  to.files.set(remote, { path: absoluteName(to.compilation.cwd, spelled), remote, stat });
}

function addRead(to: Gathering, names: readonly string[]): void {
  for (const name of names) {
    const stat = statOfFile(absoluteName(to.compilation.cwd, name));
    if (stat === undefined) throw new StaysHome(`${name} is not a file that can be read`);
    addFile(to, name, stat);
  }
}

/** Every folder in which an included file may have been looked for, as spelled: those of the files themselves, and those above. */
function searchFolders(names: readonly string[], named: readonly string[]): readonly string[] {
  const folders = new Set(named);
  for (const name of names) {
    for (let at = dirname(name); !folders.has(at); at = dirname(at)) {
      folders.add(at);
      if (at === '/' || at === '.') break;
    }
  }
  return [...folders];
}

function addAsked(to: Gathering, asked: ReadonlySet<string>, folders: readonly string[]): void {
  for (const operand of asked) {
    const candidates = operand.startsWith('/') ? [operand] : folders.map((folder) => `${folder}/${operand}`);
    for (const candidate of candidates) {
      const stat = statOfFile(absoluteName(to.compilation.cwd, candidate));
      if (stat !== undefined) addFile(to, candidate, stat);
    }
  }
}

async function members(to: Gathering, from: number): Promise<readonly Member<AwayMentions>[]> {
  const wanted = [...to.files.values()].slice(from);
  return Promise.all(wanted.map((request) => to.options.members.fileMember(request)));
}

/** Folders that nothing else brings along. A folder where a file has to be cannot be. */
function bareFolders(to: Gathering): readonly string[] {
  const parents = new Set<string>();
  for (const remote of to.files.keys()) {
    for (let at = dirname(remote); at !== '/' && !parents.has(at); at = dirname(at)) parents.add(at);
  }
  for (const path of [...parents, ...to.folders]) {
    if (to.files.has(path)) throw new StaysHome(`${path} would be a file and a folder on the build server`);
  }
  return [...to.folders].filter((folder) => folder !== '/' && !parents.has(folder)).sort();
}

/** The name in PWD goes into debug information when it is another name of the working directory; then it must exist over there. */
function otherNameOfCwd({ request, compilation }: AwayJob): string | undefined {
  const pwd = envValue(request.env, 'PWD');
  if (pwd === undefined || !pwd.startsWith('/') || pwd === compilation.cwd || !isSameFolder(compilation.cwd, pwd)) return undefined;
  // The sandbox would shorten it.
  if (/\/\.{0,2}(?:\/|$)/.test(pwd)) throw new StaysHome('PWD names the working directory in a roundabout way');
  return pwd;
}

function outputsOf(compilation: Compilation, reach: (spelled: string) => string): readonly SetOutput[] {
  const outputs = compilation.outputs
    .filter((output) => output.role !== 'd')
    .map((output) => ({ local: placeOf(compilation, output.path), remote: reach(output.path), optional: output.optional }));
  if (outputs.some(({ remote }) => refused.test(remote))) throw new StaysHome('an output is not an ordinary file');
  return outputs;
}

async function gather(job: AwayJob, options: InputSetOptions): Promise<InputSet> {
  const { compilation } = job;
  const pwd = otherNameOfCwd(job);
  // The sandbox sets PWD to where it goes. So the other name is the folder over there, and the real one a link to it.
  const links = pwd === undefined ? options.links : new Map([...options.links, [compilation.cwd, pwd]]);
  const cwd = pwd ?? compilation.cwd;
  const to: Gathering = { compilation, cwd, paths: createPathTransformer(links), options, files: new Map(), folders: new Set(), bytes: 0 };
  const reach = (spelled: string): string => {
    const { path, through } = to.paths.toRemote(spelled, cwd);
    for (const folder of through) to.folders.add(folder);
    return path;
  };
  if (reach(cwd) !== cwd) throw new StaysHome('the working directory has another name on the build server');
  // The compiler warns about those that are not there.
  const named = namedFolders(compilation, job.request.env).filter((path) => isFolder(absoluteName(compilation.cwd, path)));
  for (const folder of named) to.folders.add(reach(folder));
  const outputs = outputsOf(compilation, reach);

  addRead(to, [compilation.input, ...job.files, ...compilation.extraInputs]);
  const read = await members(to, 0);
  const unclear = read.find((member) => member.more.unclear !== undefined)?.more.unclear;
  if (unclear !== undefined) throw new StaysHome(unclear);
  const operands = new Set(read.flatMap((member) => member.more.asked));
  const before = to.files.size;
  if (operands.size > 0) addAsked(to, operands, searchFolders([compilation.input, ...job.files], named));
  const found = await members(to, before);
  const folders = await Promise.all(bareFolders(to).map((folder) => plainMember(folder)));
  const otherName = pwd === undefined ? [] : [await plainMember(compilation.cwd, pwd)];
  return {
    kind: 'set',
    archive: archiveOf([...folders, ...read, ...found, ...otherName]),
    outputs,
    cwd,
    asked: new Set([...to.files.keys()].slice(before)),
    remote: (spelled) => to.paths.toRemote(spelled, cwd).path,
  };
}

/** @throws Fault RESULT_DOUBTFUL when a file changes meanwhile; whatever reading throws */
export async function inputSetOf(job: AwayJob, options: InputSetOptions): Promise<InputSetResult> {
  try {
    return await gather(job, options);
  } catch (thrown) {
    if (thrown instanceof StaysHome) return { kind: 'home', reason: thrown.message };
    throw thrown;
  }
}
