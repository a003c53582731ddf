// Knows: the long way of a compile: preprocess, key, lookup, away, home, land, and what is stored once the answer is out.
// Refuses to know: direct mode's own lookup (near-path.ts).
import { keyOf, spelledFor } from '../base/index.js';
import { readsByPragma } from '../compilation/index.js';
import { discard, isNowhere, temporaryBeside } from '../host/index.js';
import type { Entry } from '../storage/index.js';
import { become, landEntry, type Outcome, replay, toldOf } from './answers.js';
import { awayReportOf } from './away-report.js';
import { parseDependencies } from './dependency-file.js';
import type { DirectPorts, EnginePorts } from './engine-ports.js';
import { compileAtHome } from './home.js';
import { lookUp } from './lookup.js';
import type { Near } from './near.js';
import { recordNear } from './near-record.js';
import { study, type Study } from './near-study.js';
import { entryFilesOfAway, placeOf } from './outputs.js';
import { gatherInputs } from './preprocess.js';
import type { AwayReport, CompileReport } from './report.js';
import { unsharedBecause } from './sharing.js';
import { storeEntry } from './store.js';
import type { Asked, Work } from './work.js';

/** What direct mode knows of this compile, to be remembered for the next one. */
export interface Direct {
  readonly near: Near;
  readonly ports: DirectPorts;
}

export interface LongWay {
  /** Undefined: direct mode is off, or cannot follow this compile. */
  readonly direct: Direct | undefined;
  /** Why it did not answer. */
  readonly why: string;
}

interface Way {
  readonly ports: EnginePorts;
  readonly direct: Direct | undefined;
  readonly told: Omit<CompileReport, 'outcome'>;
}

export async function compilePreprocessed(asked: Asked, { direct, why }: LongWay, ports: EnginePorts): Promise<Outcome> {
  const { compiler, compilation, request, front } = asked;
  const told = { ...toldOf(asked), near: why };
  const dependencyTemporary = dependencyTemporaryOf(asked);
  let kept = false;
  try {
    const asking = { dialect: compiler.dialect, program: compiler.path, compilation, dependencyTemporary, base: asked.base.path };
    const gathered = await gatherInputs(front, ports.digests, asking);
    if (gathered.kind === 'refused') return become({ ...told, outcome: 'preprocess-failed' });
    if (gathered.kind === 'unknowable') return become({ ...told, outcome: 'not-cacheable', reason: gathered.reason });
    const { inputs } = gathered;
    const parts = [
      { label: 'format', value: '1' },
      { label: 'compiler', value: compiler.identity },
      ...compiler.dialect.keyParts(compilation, request.env),
      ...inputs.parts,
    ];
    const outcome = await finish({ ...asked, inputs, key: keyOf(parts), parts }, { ports, direct, told });
    kept = outcome.dependenciesLanded;
    if (direct === undefined) return outcome;
    return { ...outcome, settle: () => direct.ports.near.settling.note(direct.near.key, outcome.settle()) };
  } finally {
    if (dependencyTemporary !== undefined && !kept && !isNowhere(dependencyTemporary)) await discard(dependencyTemporary);
  }
}

/** Where the preprocess step writes the dependency file; nothing may be left beside one that leads nowhere. */
function dependencyTemporaryOf({ compilation }: Asked): string | undefined {
  if (compilation.dependencyFile === undefined || !compilation.needsPreprocessing) return undefined;
  const place = placeOf(compilation, compilation.dependencyFile.path);
  return isNowhere(place) ? place : temporaryBeside(place);
}

type Finished = Outcome & { readonly dependenciesLanded: boolean };

async function finish(work: Work, way: Way): Promise<Finished> {
  const { ports } = way;
  const told = { ...way.told, key: work.key, parts: work.parts };
  const looked = await lookUp(work, work.key, { storage: ports.storage, place: false });
  const { entry } = looked;
  if (entry !== undefined && (await landEntry(work, entry, work.inputs.dependencyTemporary))) {
    const report: CompileReport = { ...told, outcome: 'hit', hitBy: 'preprocessed', ...looked.report };
    const early = await learnEarly(work, way);
    const settle = async (): Promise<CompileReport> => {
      return { ...report, ...(await remember(work, way, { result: entry, learnt: early ?? (await learn(work, way)) })) };
    };
    return { answer: replay(work, entry), report, dependenciesLanded: true, settle };
  }
  const missed = work.controls.noCache ? 'no-cache' : work.controls.recache ? 'recache' : 'miss';
  const base: CompileReport = { ...told, outcome: missed, ...looked.report };
  const away = await compileAway(work, ports);
  if (away?.entry !== undefined) {
    const result = away.entry;
    const report: CompileReport = { ...base, away: away.report, compileMs: result.compileMs };
    const unchanged = await inputsUnchanged(work);
    return { answer: replay(work, result), report, dependenciesLanded: true, settle: () => store(work, way, { entry: result, report, unchanged }) };
  }
  return finishAtHome(work, way, away === undefined ? base : { ...base, away: away.report });
}

async function finishAtHome(work: Work, way: Way, base: CompileReport): Promise<Finished> {
  const home = await compileAtHome(work);
  const { entry, result } = home;
  const report: CompileReport = {
    ...base,
    compileMs: result.wallMs,
    compileFailed: result.code !== 0,
    ...(home.notStored === undefined ? {} : { stored: 'skipped', reason: home.notStored }),
  };
  const unchanged = entry !== undefined && (await inputsUnchanged(work));
  const early = unchanged ? await learnEarly(work, way) : undefined;
  return {
    answer: { kind: 'finish', ...home.shown, end: { code: result.code, signal: result.signal } },
    report,
    dependenciesLanded: false,
    settle: () => (entry === undefined ? Promise.resolve(report) : store(work, way, { entry, report, unchanged, early })),
  };
}

async function compileAway(work: Work, ports: EnginePorts): Promise<{ entry: Entry | undefined; report: AwayReport } | undefined> {
  const { distribution } = ports;
  const { inputs, compilation } = work;
  if (distribution === undefined || inputs.precompiled.length > 0 || compilation.probe === true) return undefined;
  const homeOnly = compilation.homeOnly ?? inputs.named;
  if (homeOnly !== undefined) return { entry: undefined, report: { kind: 'repeated', server: undefined, reason: homeOnly } };
  const { request, compiler } = work;
  const result = await distribution.compile({ request, compiler, compilation, files: inputs.files, spelled: inputs.spelled, signal: work.front.signal });
  if (result.kind === 'home') return { entry: undefined, report: awayReportOf(result) };
  const files = entryFilesOfAway(compilation, result.outputs, inputs.dependencies);
  const { stdout, stderr, compileMs } = result;
  const entry = files && { files, stdout, stderr, compileMs };
  if (entry !== undefined && (await landEntry(work, entry, inputs.dependencyTemporary))) {
    return { entry, report: awayReportOf(result) };
  }
  return { entry: undefined, report: { kind: 'repeated', server: result.server, reason: 'outputs could not be put in place' } };
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
  readonly early?: Study | undefined;
}

async function store(work: Work, way: Way, { entry, report, unchanged, early }: Storable): Promise<CompileReport> {
  if (work.controls.noCache) return report;
  if (!unchanged) return { ...report, stored: 'skipped', reason: 'an input changed while the compiler ran' };
  const learnt = early ?? (await learn(work, way));
  if (learnt?.kind === 'unfit' && learnt.reason === readsByPragma) {
    await remember(work, way, { result: entry, learnt });
    return { ...report, stored: 'skipped', reason: learnt.reason };
  }
  const told = { ...report, ...(await storeEntry(work.key, entry, way.ports)) };
  return told.stored === 'stored' ? { ...told, ...(await remember(work, way, { result: entry, learnt })) } : told;
}

/** What was read, as completely as this compile tells; undefined when something is read that it does not tell. */
function namesRead({ compilation, inputs }: Work): readonly string[] | undefined {
  if (inputs.precompiled.length > 0) return undefined;
  const { dependencyFile } = compilation;
  if (inputs.dependencies !== undefined && dependencyFile?.userOnly === false) return parseDependencies(Buffer.from(inputs.dependencies).toString())?.map((name) => spelledFor(compilation.cwd, name));
  // Text shows nothing of files of which only the macros are taken.
  return compilation.args.some(({ words: [word = ''] }) => word.startsWith('-imacros')) ? undefined : inputs.files;
}

/** What direct mode will have to know; undefined when it is off, or when that cannot be known. */
async function learn(work: Work, { direct }: Way): Promise<Study | undefined> {
  const names = direct === undefined ? undefined : namesRead(work);
  if (direct === undefined || names === undefined) return undefined;
  return study(names, direct.near, { asked: work, digests: direct.ports.digests, near: direct.ports.near });
}

/** The folder of a question is gone as soon as it is answered: what was read is looked at before, which of others would only hold up the build. */
const learnEarly = (work: Work, way: Way): Promise<Study | undefined> => (work.compilation.probe === true ? learn(work, way) : Promise.resolve(undefined));

/** Lets direct mode answer next time. That it cannot is no trouble: the long way stays. */
async function remember(work: Work, { direct }: Way, { result, learnt }: { readonly result: Entry; readonly learnt: Study | undefined }): Promise<Pick<CompileReport, 'unshared'>> {
  if (direct === undefined || learnt === undefined) return {};
  const inBase = work.base.path !== '';
  const unshared = inBase ? unsharedBecause(work, result) : undefined;
  await recordNear(work, { near: direct.near, learnt, entry: work.key, shared: inBase && unshared === undefined }, direct.ports);
  return unshared === undefined ? {} : { unshared };
}
