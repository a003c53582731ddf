// Knows: whether a toolchain is whole: unpacked as a build server unpacks it, small programs compiled in the sandbox that a build server uses, and
// what came out compared with what comes out here. Refuses to know: schedulers, settings, and how it is told.
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { causeChain, Fault, isFault, type Log } from '../base/index.js';
import { missingFile } from '../compilation/index.js';
import {
  makeFolders, makeJobFolder, makeTemporaryFolder, openSandbox, packageToolchain, readWhole, removeTree, type RootView, runProcess, type Sandbox, unpackToolchain, viewRoot,
} from '../host/index.js';
import { perform, performLimits } from './perform.js';
import type { Compiler } from './ports.js';
import type { ReadyToolchain } from './toolchain-choice.js';
import { gnuJob, plainJob, type TrialJob, type TrialPlace, type TrialSource, trialSources, writeSource } from './toolchain-trial-jobs.js';

/** Whose toolchain is tried. `path` is absolute, and its name in an archive that is packed for this. */
export type TrialSubject =
  | { readonly kind: 'gnu'; readonly path: string; readonly compiler: Compiler }
  | { readonly kind: 'cl'; readonly path: string }
  | { readonly kind: 'rustc'; readonly path: string; readonly sysroot: string };

export interface TrialRequest {
  readonly subject: TrialSubject;
  readonly env: TrialPlace['env'];
  /** Undefined: the toolchain is packed for this. */
  readonly archive: string | undefined;
  /** The compiler's name in the archive; undefined: looked for. */
  readonly archiveCompiler: string | undefined;
  readonly log: Log;
}

export interface TrialResult {
  readonly language: string;
  /** `same`: it made there what it makes here. `untried`: it does not compile here either. */
  readonly kind: 'same' | 'differs' | 'failed' | 'untried';
  /** Continues a sentence that names the language; one sentence whatever happened. */
  readonly sentence: string;
}

export interface TrialReport {
  /** The compiler's name in the archive. */
  readonly executable: string;
  readonly bytes: number;
  readonly entries: number;
  /** What the sandbox rests on: `root` or `user`. */
  readonly sandbox: Sandbox['mode']['as'];
  readonly results: readonly TrialResult[];
}

const limits = { maxBytes: 16 * 1024 ** 3, maxEntries: 1_000_000 };
const timeMs = 60_000;
/** Where the loader's name stands in any program. */
const headBytes = 4096;

interface Bench {
  readonly request: TrialRequest;
  readonly folder: string;
  readonly root: string;
  readonly view: RootView;
  readonly toolchain: ReadyToolchain;
  readonly place: TrialPlace;
  readonly sandbox: Sandbox;
}

const isThere = (view: RootView, path: string): boolean => {
  const place = view.resolve(path, 'follow');
  return place.kind === 'found' && place.entry.kind === 'file';
};

/** Archives made elsewhere have the compiler under its own name or in the usual folder. */
function executableIn(view: RootView, { subject, archive, archiveCompiler }: TrialRequest): string {
  const name = subject.path.slice(subject.path.lastIndexOf('/') + 1);
  const names = [name, name.replace(/(?<![a-z])g\+\+/, 'gcc').replace('++', '')];
  const candidates = archiveCompiler === undefined ? [subject.path, ...names.flatMap((it) => [`/usr/bin/${it}`, `/bin/${it}`])] : [archiveCompiler];
  const found = candidates.find((path) => isThere(view, path));
  if (found !== undefined) return found;
  throw new Fault('TOOLCHAIN_INCOMPLETE', `${archive ?? 'the packed archive'} has no ${candidates[0] ?? name}`, {
    hint: 'The name that the compiler has in the archive stands in the settings as archive_compiler_executable.',
  });
}

/** The loader that a program names; undefined when it names none. */
async function loaderOf(view: RootView, path: string): Promise<string | undefined> {
  const file = await view.openFile(path);
  if (file === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return /\/[\w./-]*\/ld[\w.-]*\.so(?:\.\d+)*/.exec(buffer.toString('latin1', 0, bytesRead))?.[0];
  } finally {
    await file.close();
  }
}

/** The line that tells most: the first that speaks of an error. */
function firstError(said: string): string {
  const lines = said.trim().split('\n');
  return (lines.find((line) => /\berror\b/i.test(line)) ?? lines[0] ?? '').slice(0, 300);
}

/** One sentence of what compiler, loader and sandbox said. */
async function explained(said: string, { view }: Bench): Promise<string> {
  const missing = missingFile(said);
  if (missing === undefined) return `does not compile there: ${firstError(said)}`;
  const { file, by } = missing;
  if (!file.startsWith('/') || !isThere(view, file)) return `does not compile there: the archive has no ${file}${by === undefined ? '' : `, which ${by} needs`}`;
  const loader = await loaderOf(view, file);
  return loader === undefined || isThere(view, loader)
    ? `does not compile there: ${file} is in the archive but cannot be started`
    : `does not compile there: the archive has no ${loader}, the loader that ${file} needs`;
}

async function atHome(source: TrialSource, { request, place }: Bench): Promise<Buffer | string> {
  const { code, stderr } = await runProcess(request.subject.path, source.args, {
    cwd: place.cwd, env: { ...Object.fromEntries(place.env), LC_ALL: 'C' }, timeoutMs: timeMs, signal: place.signal,
  });
  const object = readWhole(join(place.cwd, source.output));
  if (code === 0 && object !== undefined) return object;
  return `does not compile here either: ${firstError(stderr.toString())}`;
}

function jobFor(source: TrialSource, { request, place, toolchain }: Bench): Promise<TrialJob | string> {
  const { subject } = request;
  return subject.kind === 'gnu' ? gnuJob(source, subject.compiler, { place, toolchain }) : plainJob(source, toolchain.executable, place);
}

async function tried(source: TrialSource, bench: Bench): Promise<TrialResult> {
  const { place, sandbox, root, folder } = bench;
  const told = (kind: TrialResult['kind'], sentence: string): TrialResult => ({ language: source.language, kind, sentence });
  await writeSource(source, place);
  const here = await atHome(source, bench);
  if (typeof here === 'string') return told('untried', here);
  const job = await jobFor(source, bench);
  if (typeof job === 'string') return told('failed', `would never leave this machine: ${job}`);
  const { header, archive } = job;
  try {
    const performed = await perform(sandbox, {
      header, inputs: Readable.from(archive, { objectMode: false }), toolchain: root,
      folders: { take: (toolchain) => makeJobFolder(join(folder, `job-${source.file}`), toolchain) },
      exitCodes: 'plain', limits: { ...performLimits, timeMs }, signal: place.signal,
    });
    if (performed.reply.kind !== 'Complete') return told('failed', 'the job was not done');
    const { code, stdout, stderr } = performed.reply.output;
    const said = `${Buffer.from(stderr).toString()}\n${Buffer.from(stdout).toString()}`;
    if (code !== 0) return told('failed', await explained(said, bench));
    const there = await job.objectOf(performed.reply);
    if (there === undefined) return told('failed', `compiles there, but leaves no ${source.output}`);
    return here.equals(there) ? told('same', 'compiles there to the very object that it makes here') : told('differs', 'compiles there, but to another object than here');
  } catch (thrown) {
    if (!isFault(thrown, 'SANDBOX_FAILED')) throw thrown;
    return told('failed', await explained(causeChain(thrown).join('\n'), bench));
  }
}

async function packed(folder: string, { subject, env, archive }: TrialRequest): Promise<{ readonly archive: string; readonly links: ReadonlyMap<string, string> }> {
  if (archive !== undefined) return { archive, links: new Map() };
  const out = join(folder, 'packed.tar.gz');
  const kind = subject.kind === 'gnu' ? subject.compiler.facts.kind : subject.kind === 'cl' ? 'clang-cl' : 'rustc';
  const { links } = await packageToolchain({ compiler: subject.path, kind, env: Object.fromEntries(env), out, ...(subject.kind === 'rustc' ? { sysroot: subject.sysroot } : {}) });
  return { archive: out, links };
}

async function inFolder(folder: string, request: TrialRequest): Promise<TrialReport> {
  const searchPath = Object.fromEntries(request.env)['PATH'] ?? '';
  const sandbox = await openSandbox({ dir: folder, bwrapPath: undefined, searchPath, log: request.log });
  const { archive, links } = await packed(folder, request);
  const root = join(folder, 'root');
  const { bytes, entries } = await unpackToolchain(archive, root, { ...limits, searchPath });
  const view = viewRoot([root]);
  const executable = executableIn(view, request);
  const cwd = join(folder, 'work');
  await makeFolders(cwd);
  const toolchain: ReadyToolchain = { kind: 'ready', archiveId: '', executable, links, own: request.archive !== undefined, archive: () => Promise.resolve(undefined) };
  const bench: Bench = { request, folder, root, view, toolchain, sandbox, place: { cwd, env: request.env, signal: new AbortController().signal } };
  const results: TrialResult[] = [];
  for (const source of trialSources[request.subject.kind]) results.push(await tried(source, bench));
  return { executable, bytes, entries, sandbox: sandbox.mode.as, results };
}

/**
 * Packs, or takes the archive, unpacks it and compiles with it.
 * @throws Fault TOOLCHAIN_INCOMPLETE (no compiler in it), TOOLCHAIN_UNPACKABLE, TOOL_MISSING, NOT_ROOT, SETTINGS_INVALID
 */
export async function tryToolchain(request: TrialRequest): Promise<TrialReport> {
  if (process.platform !== 'linux') throw new Fault('TOOL_MISSING', 'the sandbox of build servers needs Linux: try the archive on a build server', { hint: 'Its compiler must be one for Linux, too.' });
  const folder = await makeTemporaryFolder('sccache-ts-trial-');
  try {
    return await inFolder(folder, request);
  } finally {
    await removeTree(folder);
  }
}
