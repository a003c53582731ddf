// Knows: what a compile of C or C++ sends to a build server, and when what comes back may stand for a compile at home.
// Refuses to know: how it goes there and comes back.
import { isWindowsFolder } from '../base/index.js';
import { diskWord, notesFromDisk, textFromDisk, toDiskVariables } from '../compilation/index.js';
import type { FolderViews, MemberCache, SearchLists } from '../host/index.js';
import type { RunJobHeader, RunJobReply } from '../wire/index.js';
import { completed, contentOf, doubtful, readByOne, sentOutputs, takeOutputs } from './away-reply.js';
import { parseDependencies } from './dependency-file.js';
import type { Errand, Verified } from './errand.js';
import { type InputSet, inputSetOf } from './input-set.js';
import type { AwayMentions } from './input-set-scan.js';
import { releaseOf } from './own-archive.js';
import type { AwayJob } from './ports.js';
import { searchQuestion } from './search-question.js';

/** `/tmp` is in every toolchain, and each job has its own. */
const dependencyPath = '/tmp/sccache-ts-read.d';

interface Expected {
  readonly job: AwayJob;
  readonly set: InputSet;
}

/** Lists that belong to clang itself and lie in its archive; it names them as dependencies, though no preprocessor enters them. */
const clangOwn = /\/clang\/[^/]+\/share\/[^/]+$/;

/** The name of a file that only one side has read; undefined when both have read the same ones. */
function difference({ job, set }: Expected, dependencies: ReadonlySet<string>): string | undefined {
  const { compilation } = job;
  const mine = new Set([compilation.input, ...job.files].map(set.remote));
  // Clang lists them, gcc does not.
  const mayBeRead = new Set([...compilation.extraInputs.map(set.remote), ...set.asked]);
  return readByOne(mine, dependencies, (path) => mayBeRead.has(path) || clangOwn.test(path));
}

const onlyOne = (path: string): Verified => ({ kind: 'repeat', reason: `only one side has read ${textFromDisk(path)}` });

async function verify(reply: RunJobReply, expected: Expected): Promise<Verified> {
  const { job, set } = expected;
  const complete = completed(reply);
  const { code, stdout, stderr } = complete.output;
  if (code !== 0) return { kind: 'repeat', reason: `the compiler exited with ${code}` };
  // Notes that the caller has asked for are the result's own.
  const noted = job.compiler.dialect.notedFiles?.(job.compilation, Buffer.from(stdout).toString());
  if ((noted === undefined ? stdout.byteLength : 0) + stderr.byteLength > 0) return { kind: 'repeat', reason: 'the compiler wrote diagnostics' };
  const sent = sentOutputs(complete, new Set([dependencyPath, ...set.outputs.map((output) => output.remote)]));
  const dependencies = sent.get(dependencyPath);
  if (dependencies !== undefined) {
    const names = parseDependencies(Buffer.from(await contentOf(dependencyPath, dependencies)).toString());
    if (names === undefined) throw doubtful('its dependency file has no rule');
    const different = difference(expected, new Set(names.map(set.there)));
    if (different !== undefined) return onlyOne(different);
  } else if (noted !== undefined && job.compilation.ownCommandOnly === true) {
    // What the command line itself names is in no note.
    const { input, extraInputs } = job.compilation;
    const different = difference(expected, new Set([...[input, ...extraInputs].map(set.remote), ...noted.map(set.there)]));
    if (different !== undefined) return onlyOne(different);
  } else if (job.compilation.needsPreprocessing) {
    throw doubtful('it lacks the list of files that were read');
  }
  const windows = isWindowsFolder(job.compilation.cwd);
  const notes = windows ? Buffer.from(notesFromDisk(Buffer.from(stdout).toString(), job.spelled ?? job.files)) : stdout;
  return { kind: 'good', made: { outputs: await takeOutputs(set.outputs, sent), stdout: notes, stderr } };
}

/** An archive of the user's own may hold the compiler in other folders, and under another name. */
async function foreignWords(job: AwayJob, searchLists: SearchLists | undefined): Promise<readonly string[]> {
  const { dialect } = job.compiler;
  if (dialect.foreignWords === undefined) return [];
  const list = dialect.kind === 'clang' && job.compilation.needsPreprocessing ? await searchLists?.of(searchQuestion(job)) : undefined;
  const { cwd } = job.compilation;
  const words = dialect.foreignWords(job.compilation, list);
  return isWindowsFolder(cwd) ? words.map((word) => diskWord(word, cwd)) : words;
}

/** Undefined: a variable names what is on no drive. */
function headerOf(job: AwayJob, set: InputSet, by: { readonly executable: string; readonly search: readonly string[] }): RunJobHeader | undefined {
  const { dialect } = job.compiler;
  const { program, args } = dialect.remoteCommand(job.compilation, by.executable, dependencyPath);
  const { cwd } = job.compilation;
  const sent = dialect.remoteEnv(job.request.env);
  const envVars = isWindowsFolder(cwd) ? toDiskVariables(sent, cwd) : sent;
  if (envVars === undefined) return undefined;
  return {
    command: { executable: program, arguments: [...by.search, ...args], envVars, cwd: set.cwd },
    outputs: [...set.outputs.map((output) => output.remote), dependencyPath],
  };
}

export interface CompileErrandOptions {
  readonly members: MemberCache<AwayMentions>;
  readonly maxBytes: number;
  readonly views: FolderViews;
  /** Undefined: compilers of other installations are left to look where they will. */
  readonly searchLists?: SearchLists;
}

export function compileErrand(job: AwayJob, options: CompileErrandOptions): Errand {
  const { path, identity, facts } = job.compiler;
  return {
    compiler: { path, identity, kind: facts.kind, release: releaseOf(facts) },
    signal: job.signal,
    async pack({ executable, links, own }) {
      if (own && job.compilation.ownCommandOnly === true) return { kind: 'home', reason: 'debug information names the compiler' };
      const set = await inputSetOf(job, { ...options, links, own });
      if (set.kind === 'home') return set;
      const search = own ? await foreignWords(job, options.searchLists) : [];
      const header = headerOf(job, set, { executable, search });
      if (header === undefined) return { kind: 'home', reason: 'a variable names a path that is on no drive' };
      return { kind: 'packed', header, archive: set.archive, verify: (reply) => verify(reply, { job, set }) };
    },
  };
}
