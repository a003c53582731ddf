// Knows: how to find out what a compiler is: by running it on a few lines, by asking for its helpers, by reading all of them.
// Refuses to know: which compilers are welcome, and for how long an answer is kept (core/engine).
import { closeSync, openSync, readSync, realpathSync } from 'node:fs';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EnvPairs, Fault, type KeyPart } from '../base/index.js';
import { clVariables, type CompilerFacts } from '../compilation/index.js';
import { msvcFiles, notePrefixOf } from './compiler-probe-msvc.js';
import { compilerFiles } from './compiler-probe-programs.js';
import { type Manner, type ProbeAnswer, probeFileName, probeSource, readProbe, readVerbose, type VerboseAnswer } from './compiler-probe-text.js';
import type { FileDigests, FileSnapshot } from './file-digests.js';
import { runProcess } from './processes.js';

export interface CompilerSubject {
  /** Absolute, as the caller resolved it. */
  readonly compiler: string;
  readonly cwd: string;
  /** The caller's whole environment. */
  readonly env: EnvPairs;
  /** Default `gnu`. */
  readonly manner?: Manner | undefined;
}

/** What one compiler is in one environment. */
export interface CompilerSurvey {
  readonly facts: CompilerFacts;
  /** Version, target, default options and the content of every program that takes part: what a compiler's identity is made of. */
  readonly parts: readonly KeyPart[];
  /** Folders that are searched for included files by default, as spelled. */
  readonly searched?: readonly string[] | undefined;
  /** Where the compiler's links lead. */
  readonly real: string;
  /** Every file that was read, and every place that was empty. */
  readonly snapshot: FileSnapshot;
}

export interface CompilerLook {
  readonly real: string;
  /** True when it starts with `#!`: any variable of the environment may change what it runs. */
  readonly script: boolean;
}

export interface CompilerProbe {
  /** A glance, without running it. Undefined: no readable file there. */
  look(path: string): CompilerLook | undefined;
  /**
   * Runs the compiler a few times, bounded in time and output.
   * @throws Fault COMPILER_NOT_FOUND (cannot be started), COMPILER_UNSUPPORTED (fails, hangs, or is of no kind we know)
   */
  survey(subject: CompilerSubject): Promise<CompilerSurvey>;
}

export interface CompilerProbeOptions {
  readonly digests: FileDigests;
  /** Where macOS keeps which Xcode was chosen; another place for tests. */
  readonly xcodeChoice?: string;
  /** For each run. Default 10 000. */
  readonly timeoutMs?: number;
}

const outputLimit = 1024 * 1024;

/** Variables that make compilers write files or chatter, for the probe must leave no trace; and those of single compiles in cl's manner. */
const unwanted = new Set([
  ...clVariables.filter((name) => name !== 'VSLANG'),
  'DEPENDENCIES_OUTPUT', 'SUNPRO_DEPENDENCIES', 'CC_PRINT_OPTIONS', 'CC_PRINT_HEADERS', 'CC_LOG_DIAGNOSTICS', 'LANGUAGE', 'PWD',
]);

function probeEnvironment(env: EnvPairs, folder: string): Record<string, string> {
  const given: Record<string, string> = {};
  for (const [name, value] of env) if (!unwanted.has(name) && !Object.hasOwn(given, name)) given[name] = value;
  return { ...given, LC_ALL: 'C', PWD: folder };
}

function look(path: string): CompilerLook | undefined {
  try {
    const real = realpathSync.native(path);
    const file = openSync(path, 'r');
    try {
      const head = Buffer.alloc(2);
      readSync(file, head, 0, 2, 0);
      return { real, script: head.toString('latin1') === '#!' };
    } finally {
      closeSync(file);
    }
  } catch {
    // Absent, a folder, or unreadable: the caller is told so, and exec says it in the system's own words.
    return undefined;
  }
}

type Run = (args: readonly string[]) => Promise<{ readonly code: number | undefined; readonly stdout: string; readonly stderr: Buffer }>;

function runnerOf(compiler: string, where: { folder: string; env: Record<string, string>; timeoutMs: number }): Run {
  return async (args) => {
    const { folder: cwd, env, timeoutMs } = where;
    const done = await runProcess(compiler, args, { cwd, env, timeoutMs, maxOutput: outputLimit });
    return { code: done.code, stdout: done.stdout.toString(), stderr: done.stderr };
  };
}

const unsupported = (compiler: string, why: string, cause?: unknown): Fault =>
  new Fault('COMPILER_UNSUPPORTED', `${compiler}: ${why}`, cause === undefined ? {} : { cause });

async function firstRun({ compiler, manner = 'gnu' }: CompilerSubject, run: Run, folder: string): Promise<{ answer: ProbeAnswer & { kind: 'known' }; verbose: VerboseAnswer }> {
  await writeFile(join(folder, probeFileName), probeSource);
  // `-P` would write a file there.
  const words = manner === 'cl' ? ['--driver-mode=cl', '-v', '/EP'] : ['-v', '-E', '-P'];
  const { code, stdout, stderr } = await run([...words, probeFileName]).catch((thrown: Fault) => {
    if (thrown.code === 'TOOL_MISSING') throw new Fault('COMPILER_NOT_FOUND', thrown.message, { cause: thrown });
    throw unsupported(compiler, 'does not answer as a C compiler does', thrown);
  });
  if (code !== 0) throw unsupported(compiler, `${code === undefined ? 'was killed by a signal' : `ends with ${code}`} when asked to preprocess a few lines`);
  const answer = readProbe(stdout, manner);
  if (answer.kind === 'unsupported') throw unsupported(compiler, answer.why);
  return { answer, verbose: readVerbose(stderr.toString(), folder) };
}

async function learnNotes(compiler: string, folder: string, run: Run): Promise<string> {
  const prefix = await notePrefixOf(folder, async (args) => {
    const { code, stderr } = await run(args);
    return code === 0 ? stderr : undefined;
  }).catch((thrown: Fault) => {
    throw unsupported(compiler, 'no answer to /showIncludes', thrown);
  });
  if (prefix === undefined) throw unsupported(compiler, 'its notes about included files (/showIncludes) cannot be told from its other words');
  return prefix;
}

async function surveyIn(folder: string, subject: CompilerSubject, options: CompilerProbeOptions): Promise<CompilerSurvey> {
  const { compiler } = subject;
  const { digests } = options;
  const env = probeEnvironment(subject.env, folder);
  const [before, real] = [await digests.take([compiler]), look(compiler)?.real ?? compiler];
  const run = runnerOf(compiler, { folder, env, timeoutMs: options.timeoutMs ?? 10_000 });
  const { answer, verbose } = await firstRun(subject, run, folder);
  // In cl's manner it has no words for such questions.
  const manner = answer.facts.kind === 'clang-cl' ? ['--driver-mode=gcc'] : [];
  const ask = async (option: string): Promise<string | undefined> => {
    const { code, stdout } = await run([...manner, option]).catch((thrown: Fault) => {
      throw unsupported(compiler, `no answer to ${option}`, thrown);
    });
    const text = stdout.trim();
    return code === 0 && text !== '' && !text.includes('\n') ? text : undefined;
  };
  const isMsvc = answer.facts.kind === 'msvc';
  const machine = isMsvc ? answer.target : await ask('-dumpmachine');
  const resources = answer.facts.kind === 'clang-cl' ? await ask('-print-resource-dir') : undefined;
  const notePrefix = isMsvc ? await learnNotes(compiler, folder, run) : undefined;
  const files = isMsvc
    ? msvcFiles(compiler, real)
    : await compilerFiles({ kind: answer.facts.kind, compiler, real, verbose, machine, env, cwd: subject.cwd, ask, xcodeChoice: options.xcodeChoice });
  const snapshot = await digests.take([...files.present.map((file) => file.path), ...files.absent]);
  // Replaced while we asked: answers of one compiler must not be filed under the bytes of another.
  if (snapshot.digests[0] !== before.digests[0]) throw unsupported(compiler, 'changed while it was examined');
  return {
    facts: { ...answer.facts, ...(resources === undefined ? {} : { resources }), ...(notePrefix === undefined ? {} : { notePrefix }) },
    parts: [
      { label: 'kind', value: answer.facts.kind },
      { label: 'version', value: answer.fullVersion },
      { label: 'release', value: answer.facts.version },
      { label: 'target', value: machine ?? '' },
      // Its objects name it.
      ...(isMsvc ? [{ label: 'path', value: compiler }] : []),
      ...verbose.commands.map((value) => ({ label: 'command', value })),
      ...files.present.map((file, at) => ({ label: file.role, value: snapshot.digests[at] ?? 'unreadable' })),
    ],
    real,
    searched: verbose.searched,
    snapshot,
  };
}

export function createCompilerProbe(options: CompilerProbeOptions): CompilerProbe {
  return {
    look,
    survey: async (subject) => {
      const folder = await realpath(await mkdtemp(join(tmpdir(), 'sccache-ts-probe-')));
      try {
        return await surveyIn(folder, subject, options);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}
