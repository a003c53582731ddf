// Knows: what a compiler is, for as long as it stays the same. Refuses to know: how one is examined (core/host), what it is told to do.
import { Fault, type FileState, isFault, keyOf } from '../base/index.js';
import type { CompileRequest, CompilerKind, CrateDialect, Dialect } from '../compilation/index.js';
import type { CompilerProbe, CrateProbe, FileSnapshot } from '../host/index.js';
import { crateSurroundings, environmentKey } from './compilers-environment.js';
import { rustcOf, refusedByName, speaksCl } from './compilers-names.js';
import type { AnyCompiler, CompilerEvidence, Compilers } from './ports.js';

export interface CompilersPorts {
  /** Compilers of kinds that are not there are refused. */
  readonly dialects: Readonly<Partial<Record<CompilerKind, Dialect>>>;
  readonly probe: CompilerProbe;
  /** Undefined: compilers of crates are refused. */
  readonly crates?: { readonly dialect: CrateDialect; readonly probe: CrateProbe } | undefined;
  /** Milliseconds, never going backwards by more than a clock's correction. */
  readonly nowMs: () => number;
}

/** Compilers times environments; the ones unused for longest are forgotten. About a kilobyte each. */
const rememberedLimit = 512;
/** A compiler that could not be understood is left alone for so long: a broken one costs a build one probe, not one a file. */
const failureMs = 5_000;

interface Known {
  readonly compiler: AnyCompiler;
  readonly snapshot: FileSnapshot;
}

interface Failure {
  readonly fault: Fault;
  readonly untilMs: number;
}

/** Oldest out first; a Map keeps the order of insertion. */
function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= rememberedLimit) return;
  const oldest = map.keys().next();
  if (oldest.done !== true) map.delete(oldest.value);
}

function evidenceOf({ real, snapshot }: { readonly real: string; readonly snapshot: FileSnapshot }, script: boolean): CompilerEvidence | undefined {
  const files: { path: string; state: FileState }[] = [];
  const absent: string[] = [];
  for (const [at, path] of snapshot.paths.entries()) {
    const state = snapshot.states[at];
    if (snapshot.digests[at] === undefined) absent.push(path);
    else if (state === undefined) return undefined;
    else files.push({ path, state });
  }
  return { real, script, files, absent };
}

export function createCompilers({ dialects, probe, crates, nowMs }: CompilersPorts): Compilers {
  const known = new Map<string, Known>();
  const failures = new Map<string, Failure>();
  const examining = new Map<string, Promise<AnyCompiler>>();

  async function survey(request: CompileRequest, script: boolean): Promise<Known> {
    const surveyed = await probe.survey({ ...request, manner: speaksCl(request) ? 'cl' : 'gnu' });
    const { facts, snapshot, searched } = surveyed;
    const dialect = dialects[facts.kind];
    if (dialect === undefined) throw new Fault('COMPILER_UNSUPPORTED', `${request.compiler}: is a ${facts.kind}, which is not supported`);
    const compiler = { path: request.compiler, facts, dialect, identity: keyOf(surveyed.parts), searched, evidence: evidenceOf(surveyed, script) };
    return { compiler, snapshot };
  }

  async function surveyCrates(request: CompileRequest, wrapped: string | undefined): Promise<Known> {
    if (crates === undefined) throw new Fault('COMPILER_UNSUPPORTED', `${request.compiler}: compilers of crates are not supported`);
    const surveyed = await crates.probe.survey({ ...request, wrapped });
    const { version, host, sysroot, snapshot } = surveyed;
    const facts = { kind: 'rustc', version, host, sysroot } as const;
    // It runs macros, which may read any variable.
    const compiler = { path: request.compiler, facts, crates: crates.dialect, identity: keyOf(surveyed.parts), evidence: evidenceOf(surveyed, true) };
    return { compiler, snapshot };
  }

  async function examine(key: string, look: () => Promise<Known>): Promise<AnyCompiler> {
    try {
      const found = await look();
      keep(known, key, found);
      return found.compiler;
    } catch (thrown) {
      known.delete(key);
      if (isFault(thrown)) keep(failures, key, { fault: thrown, untilMs: nowMs() + failureMs });
      throw thrown;
    }
  }

  async function identify(request: CompileRequest): Promise<AnyCompiler> {
    const path = request.compiler;
    const seen = probe.look(path);
    const rustc = rustcOf(request);
    const refusal = rustc === undefined || crates === undefined ? refusedByName(path, seen?.real ?? path) : undefined;
    if (refusal !== undefined) throw new Fault('COMPILER_UNSUPPORTED', `${path}: ${refusal}`);
    if (seen === undefined) throw new Fault('COMPILER_NOT_FOUND', `${path}: no readable file there`);
    // Where the links lead is part of the key: a driver looks for its helpers beside its real place.
    const around = rustc === undefined ? environmentKey(request, seen.script) : crateSurroundings(request, [seen.real, ...(rustc.wrapped === undefined ? [] : [probe.look(rustc.wrapped)?.real ?? rustc.wrapped])]);
    const key = `${path}\n${seen.real}\n${speaksCl(request) ? 'cl' : ''}\n${around}`;
    const remembered = known.get(key);
    if (remembered !== undefined && (await remembered.snapshot.stillSame())) {
      keep(known, key, remembered);
      return remembered.compiler;
    }
    const failure = failures.get(key);
    if (failure !== undefined && nowMs() < failure.untilMs) throw failure.fault;
    const underWay = examining.get(key);
    if (underWay !== undefined) return underWay;
    const look = (): Promise<Known> => (rustc === undefined ? survey(request, seen.script) : surveyCrates(request, rustc.wrapped));
    const work = examine(key, look).finally(() => examining.delete(key));
    examining.set(key, work);
    return work;
  }

  return { cratesOf: (request) => (rustcOf(request) === undefined ? undefined : crates?.dialect), identify };
}
