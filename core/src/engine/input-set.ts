// Knows: which files, folders and links a build server needs so that the compiler finds there what it found here.
// Refuses to know: how they travel; and compilers, beyond the names of the options that add folders to search.
import { dirname } from 'node:path';
import { absoluteName, envValue, isWindowsFolder } from '../base/index.js';
import { isWindowsAbsolute, sysroots } from '../compilation/index.js';
import { archiveOf, type FolderViews, isFolder, isSameFolder, plainMember, statOfFile } from '../host/index.js';
import { createGathering, type Gathering, type InputSetOptions, orHome, type SetOutput, StaysHome } from './gathering.js';
import type { AwayMentions } from './input-set-scan.js';
import { searchMembers } from './input-set-search.js';
import { namedFolders, systemFolders } from './named-folders.js';
import type { AwayJob } from './ports.js';
import { createRemoteNames } from './remote-names.js';

export interface InputSet {
  readonly kind: 'set';
  /** A zlib stream of a tar, in pieces. */
  readonly archive: readonly Uint8Array[];
  readonly outputs: readonly SetOutput[];
  /** The working directory over there. */
  readonly cwd: string;
  /** Remote paths of files that were sent because the sources ask whether they exist. */
  readonly asked: ReadonlySet<string>;
  /** The remote path of a name that is given here. */
  remote(spelled: string): string;
  /** The same of a name that the compiler over there gives. */
  there(spelled: string): string;
}

export interface CompileSetOptions extends InputSetOptions<AwayMentions> {
  readonly views: FolderViews;
}

export type InputSetResult = InputSet | { readonly kind: 'home'; readonly reason: string };

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

function addAsked(to: Gathering<AwayMentions>, asked: ReadonlySet<string>, where: { readonly cwd: string; readonly folders: readonly string[] }): void {
  for (const operand of asked) {
    const absolute = isWindowsFolder(where.cwd) ? isWindowsAbsolute(operand) : operand.startsWith('/');
    const candidates = absolute ? [operand] : where.folders.map((folder) => `${folder}/${operand}`);
    for (const candidate of candidates) {
      const stat = statOfFile(absoluteName(where.cwd, candidate));
      if (stat !== undefined) to.addFile(candidate, stat);
    }
  }
}

/** The name in PWD goes into debug information when it is another name of the working directory; then it must exist over there. */
function otherNameOfCwd({ request, compilation }: AwayJob): string | undefined {
  if (isWindowsFolder(compilation.cwd)) return undefined;
  const pwd = envValue(request.env, 'PWD');
  if (pwd === undefined || !pwd.startsWith('/') || pwd === compilation.cwd || !isSameFolder(compilation.cwd, pwd)) return undefined;
  // The sandbox would shorten it.
  if (/\/\.{0,2}(?:\/|$)/.test(pwd)) throw new StaysHome('PWD names the working directory in a roundabout way');
  return pwd;
}

async function gather(job: AwayJob, options: CompileSetOptions): Promise<InputSet> {
  const { compilation } = job;
  const pwd = otherNameOfCwd(job);
  // The sandbox sets PWD to where it goes. So the other name is the folder over there, and the real one a link to it.
  const known = pwd === undefined ? options.links : new Map([...options.links, [compilation.cwd, pwd]]);
  const names = createRemoteNames(pwd ?? compilation.cwd, known);
  const { cwd } = names;
  const to = createGathering({ here: compilation.cwd, names }, options);
  if (cwd === undefined || to.reach(pwd ?? compilation.cwd) !== cwd) throw new StaysHome('the working directory has another name on the build server');
  const areThere = (folders: readonly string[]): readonly string[] => folders.filter((path) => isFolder(absoluteName(compilation.cwd, path)));
  // The compiler warns about those that are not there.
  const named = areThere(namedFolders(compilation, job.request.env));
  const roots = areThere(sysroots(compilation.args, job.request.env));
  for (const folder of [...named, ...roots]) to.addFolder(to.reach(folder));
  const outputs = to.outputs(compilation);

  to.addRead([compilation.input, ...job.files, ...compilation.extraInputs]);
  for (const name of compilation.readIfThere ?? []) {
    const stat = statOfFile(absoluteName(compilation.cwd, name));
    if (stat !== undefined) to.addFile(name, stat);
  }
  const ofReads = to.files();
  const read = await Promise.all(ofReads.map((remote) => to.member(remote)));
  const unclear = read.find((member) => member.more.unclear !== undefined)?.more.unclear;
  if (unclear !== undefined) throw new StaysHome(unclear);
  const operands = new Set(read.flatMap((member) => member.more.asked));
  if (operands.size > 0) addAsked(to, operands, { cwd: compilation.cwd, folders: searchFolders([compilation.input, ...job.files], named) });
  const asked = to.files().slice(ofReads.length);
  const found = await Promise.all(asked.map((remote) => to.member(remote)));
  const otherName = pwd === undefined ? [] : [await plainMember(compilation.cwd, pwd)];
  const { kind } = job.compiler.facts;
  const links = await searchMembers(to, {
    cwd: compilation.cwd, searched: job.compiler.searched ?? [], named, files: job.files, namesByEnd: kind === 'gcc', own: options.own === true,
    system: systemFolders(compilation, job.request.env), views: options.views,
  });
  return {
    kind: 'set',
    archive: archiveOf([...(await to.bareFolders()), ...links, ...read, ...found, ...otherName]),
    outputs,
    cwd,
    asked: new Set(asked),
    remote: (spelled) => to.remote(spelled),
    there: (spelled) => names.there(spelled).path,
  };
}

/** @throws Fault RESULT_DOUBTFUL when a file changes meanwhile; whatever reading throws */
export const inputSetOf = (job: AwayJob, options: CompileSetOptions): Promise<InputSetResult> => orHome(() => gather(job, options));
