// Knows: one compile from end to end: verdict, key, lookup, away, home, land, and what is stored once the answer is out.
// Refuses to know: sockets, settings, counters; who asks for a compile decides those.
import { isFault, keyOf } from '../base/index.js';
import type { Compilation, CompileRequest, ReadResponseFile } from '../compilation/index.js';
import { discard, type FileDigests, isNowhere, land, temporaryBeside } from '../host/index.js';
import type { Entry, Storage } from '../storage/index.js';
import { controlsOf } from './controls.js';
import { compileAtHome } from './home.js';
import { lookUp } from './lookup.js';
import { entryFilesOfAway, landingOfDependencies, landingsOfEntry, placeOf } from './outputs.js';
import type { Compiler, Compilers, Distribution, Front, ProcessEnd } from './ports.js';
import { gatherInputs } from './preprocess.js';
import type { AwayReport, CompileReport } from './report.js';
import { shown } from './streams.js';
import type { Work } from './work.js';

/** What the launcher does next: turn into the compiler, or print these bytes and end like this. */
export type Answer =
  | { readonly kind: 'become' }
  | { readonly kind: 'finish'; readonly stdout: Uint8Array; readonly stderr: Uint8Array; readonly end: ProcessEnd };

export interface Outcome {
  readonly answer: Answer;
  /** What is known when the answer is given. */
  readonly report: CompileReport;
  /** Call it once the answer has gone: stores what is worth storing, and tells that too. Never throws. */
  settle(): Promise<CompileReport>;
}

export interface EnginePorts {
  readonly compilers: Compilers;
  readonly digests: FileDigests;
  readonly storage: Storage;
  /** Undefined: everything is compiled at home. */
  readonly distribution: Distribution | undefined;
  readonly readResponseFile: ReadResponseFile;
  /** The wall clock, milliseconds since the epoch. */
  readonly nowMs: () => number;
}

const become = (report: CompileReport): Outcome => ({ answer: { kind: 'become' }, report, settle: () => Promise.resolve(report) });

/**
 * Runs one compile. Whatever goes wrong among our own parts ends in `become` or in a compile at home; faults never reach the caller,
 * except LAUNCHER_GONE, after which there is nobody to answer.
 */
export async function compile(request: CompileRequest, front: Front, ports: EnginePorts): Promise<Outcome> {
  let compiler: Compiler;
  try {
    compiler = await ports.compilers.identify(request);
  } catch (thrown) {
    if (isFault(thrown, 'COMPILER_UNSUPPORTED') || isFault(thrown, 'COMPILER_NOT_FOUND')) {
      return become({ outcome: 'unsupported', reason: thrown.message });
    }
    throw thrown;
  }
  const verdict = compiler.dialect.parse(request, compiler.facts, ports.readResponseFile);
  if (verdict.kind === 'decline') {
    return become({ outcome: verdict.why, reason: verdict.reason, compiler: compiler.facts.kind });
  }
  const { compilation } = verdict;
  const told = toldOf(compilation);
  const controls = controlsOf(request.env);
  if (controls.noCache && ports.distribution === undefined) return become({ ...told, outcome: 'no-cache' });

  const startedMs = ports.nowMs();
  const dependencyTemporary = dependencyTemporaryOf(compilation);
  let kept = false;
  try {
    const gathered = await gatherInputs(front, ports.digests, {
      dialect: compiler.dialect,
      program: compiler.path,
      compilation,
      dependencyTemporary,
    });
    if (gathered.kind === 'refused') return become({ ...told, outcome: 'preprocess-failed' });
    if (gathered.kind === 'unknowable') return become({ ...told, outcome: 'not-cacheable', reason: gathered.reason });
    const { inputs } = gathered;
    const parts = [
      { label: 'format', value: '1' },
      { label: 'compiler', value: compiler.identity },
      ...compiler.dialect.keyParts(compilation, request.env),
      ...inputs.parts,
    ];
    const outcome = await finish({ request, front, compiler, compilation, controls, inputs, key: keyOf(parts), parts, startedMs }, ports);
    kept = outcome.dependenciesLanded;
    return outcome;
  } finally {
    if (dependencyTemporary !== undefined && !kept && !isNowhere(dependencyTemporary)) await discard(dependencyTemporary);
  }
}

/** What every report of an understood compile tells of it. */
function toldOf({ input, cwd, outputs: [main], language, compiler }: Compilation): Omit<CompileReport, 'outcome'> {
  return { input, cwd, ...(main === undefined ? {} : { output: main.path }), language, compiler: compiler.kind };
}

/** Where the preprocess step writes the dependency file; nothing may be left beside one that leads nowhere. */
function dependencyTemporaryOf(compilation: Compilation): string | undefined {
  if (compilation.dependencyFile === undefined || !compilation.needsPreprocessing) return undefined;
  const place = placeOf(compilation, compilation.dependencyFile.path);
  return isNowhere(place) ? place : temporaryBeside(place);
}

type Finished = Outcome & { readonly dependenciesLanded: boolean };

async function finish(work: Work, ports: EnginePorts): Promise<Finished> {
  const told = { ...toldOf(work.compilation), key: work.key, parts: work.parts };
  const looked = await lookUp(work, ports.storage);
  if (looked.entry !== undefined && (await landEntry(work, looked.entry))) {
    const report: CompileReport = { ...told, outcome: 'hit', hitBy: 'preprocessed', ...looked.report };
    return { ...replay(work, looked.entry), report, dependenciesLanded: true, settle: () => Promise.resolve(report) };
  }
  const missed = work.controls.noCache ? 'no-cache' : work.controls.recache ? 'recache' : 'miss';
  const base: CompileReport = { ...told, outcome: missed, ...looked.report };
  const away = await compileAway(work, ports);
  if (away?.entry !== undefined) {
    const { entry } = away;
    const report: CompileReport = { ...base, away: away.report, compileMs: entry.compileMs };
    const unchanged = await inputsUnchanged(work);
    return { ...replay(work, entry), report, dependenciesLanded: true, settle: () => store(work, ports, { entry, report, unchanged }) };
  }
  const home = await compileAtHome(work);
  const report: CompileReport = {
    ...base,
    ...(away === undefined ? {} : { away: away.report }),
    compileMs: home.result.wallMs,
    compileFailed: home.result.code !== 0,
    ...(home.notStored === undefined ? {} : { stored: 'skipped', reason: home.notStored }),
  };
  const { entry } = home;
  const unchanged = entry !== undefined && (await inputsUnchanged(work));
  return {
    answer: { kind: 'finish', ...home.shown, end: { code: home.result.code, signal: home.result.signal } },
    report,
    dependenciesLanded: false,
    settle: () => (entry === undefined ? Promise.resolve(report) : store(work, ports, { entry, report, unchanged })),
  };
}

/** Lands an entry and the dependency file, all or none. False: not possible, compile instead. */
async function landEntry(work: Work, entry: Entry): Promise<boolean> {
  const landings = landingsOfEntry(work.compilation, entry);
  if (landings === undefined || work.front.signal.aborted) return false;
  try {
    await land([...landings, ...landingOfDependencies(work.compilation, work.inputs.dependencyTemporary)], work.front.umask);
    return true;
  } catch {
    // A read-only folder, a full disk, a device in the way: the compiler meets the same and tells the user in its own words.
    return false;
  }
}

async function compileAway(work: Work, ports: EnginePorts): Promise<{ entry: Entry | undefined; report: AwayReport } | undefined> {
  const { distribution } = ports;
  if (distribution === undefined || work.compilation.homeOnly !== undefined || work.inputs.precompiled.length > 0) return undefined;
  const { request, compiler, compilation } = work;
  const result = await distribution.compile({ request, compiler, compilation, files: work.inputs.files, signal: work.front.signal });
  if (result.kind === 'home') {
    const { server, reason, fault } = result;
    const report: AwayReport = fault === undefined ? { kind: 'repeated', server, reason } : { kind: 'fault', server, fault };
    return { entry: undefined, report };
  }
  const files = entryFilesOfAway(compilation, result.outputs);
  const nothing = new Uint8Array();
  const entry = files && { files, stdout: nothing, stderr: nothing, compileMs: result.compileMs };
  if (entry !== undefined && (await landEntry(work, entry))) {
    return { entry, report: { kind: 'compiled', server: result.server } };
  }
  return { entry: undefined, report: { kind: 'repeated', server: result.server, reason: 'outputs could not be put in place' } };
}

/** Prints a stored result as the compiler would have printed it to this caller. */
function replay(work: Work, entry: Entry): Pick<Outcome, 'answer'> {
  const { stdout, stderr } = shown(work, entry);
  return { answer: { kind: 'finish', stdout, stderr, end: { code: 0, signal: undefined } } };
}

/** Asked before the answer goes out: afterwards the build may do with its files as it likes, as configure does with its probes. */
async function inputsUnchanged(work: Work): Promise<boolean> {
  const { snapshot } = work.inputs;
  return !work.controls.noCache && snapshot.newestChangeMs < work.startedMs && (await snapshot.stillSame());
}

interface Storable {
  readonly entry: Entry;
  readonly report: CompileReport;
  /** True when every input is still what the key says. */
  readonly unchanged: boolean;
}

async function store(work: Work, ports: EnginePorts, what: Storable): Promise<CompileReport> {
  if (work.controls.noCache) return what.report;
  if (!what.unchanged) {
    return { ...what.report, stored: 'skipped', reason: 'an input changed while the compiler ran' };
  }
  const from = ports.nowMs();
  try {
    await ports.storage.put(work.key, what.entry);
    return { ...what.report, stored: 'stored', storeMs: ports.nowMs() - from };
  } catch (thrown) {
    return { ...what.report, stored: 'failed', reason: isFault(thrown) ? thrown.message : String(thrown) };
  }
}
