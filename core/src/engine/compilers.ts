// Knows: what a compiler is, for as long as it stays the same. Refuses to know: how one is examined (core/host), what it is told to do.
import { Fault, type FileState, isFault, keyOf } from '../base/index.js';
import type { CompileRequest, CompilerKind, Dialect } from '../compilation/index.js';
import type { CompilerProbe, CompilerSurvey } from '../host/index.js';
import { environmentKey } from './compilers-environment.js';
import { refusedByName } from './compilers-names.js';
import type { Compiler, CompilerEvidence, Compilers } from './ports.js';

export interface CompilersPorts {
  readonly dialects: Readonly<Record<CompilerKind, Dialect>>;
  readonly probe: CompilerProbe;
  /** Milliseconds, never going backwards by more than a clock's correction. */
  readonly nowMs: () => number;
}

/** Compilers times environments; the ones unused for longest are forgotten. About a kilobyte each. */
const rememberedLimit = 512;
/** A compiler that could not be understood is left alone for so long: a broken one costs a build one probe, not one a file. */
const failureMs = 5_000;

interface Known {
  readonly compiler: Compiler;
  readonly survey: CompilerSurvey;
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

function evidenceOf({ real, snapshot }: CompilerSurvey, script: boolean): CompilerEvidence | undefined {
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

export function createCompilers({ dialects, probe, nowMs }: CompilersPorts): Compilers {
  const known = new Map<string, Known>();
  const failures = new Map<string, Failure>();
  const examining = new Map<string, Promise<Compiler>>();

  async function examine(request: CompileRequest, key: string, script: boolean): Promise<Compiler> {
    try {
      const survey = await probe.survey(request);
      const { facts } = survey;
      const compiler = { path: request.compiler, facts, dialect: dialects[facts.kind], identity: keyOf(survey.parts), evidence: evidenceOf(survey, script) };
      keep(known, key, { compiler, survey });
      return compiler;
    } catch (thrown) {
      known.delete(key);
      if (isFault(thrown)) keep(failures, key, { fault: thrown, untilMs: nowMs() + failureMs });
      throw thrown;
    }
  }

  async function identify(request: CompileRequest): Promise<Compiler> {
    const path = request.compiler;
    const seen = probe.look(path);
    const refusal = refusedByName(path, seen?.real ?? path);
    if (refusal !== undefined) throw new Fault('COMPILER_UNSUPPORTED', `${path}: ${refusal}`);
    if (seen === undefined) throw new Fault('COMPILER_NOT_FOUND', `${path}: no readable file there`);
    // Where the links lead is part of the key: a driver looks for its helpers beside its real place.
    const key = `${path}\n${seen.real}\n${environmentKey(request, seen.script)}`;
    const remembered = known.get(key);
    if (remembered !== undefined && (await remembered.survey.snapshot.stillSame())) {
      keep(known, key, remembered);
      return remembered.compiler;
    }
    const failure = failures.get(key);
    if (failure !== undefined && nowMs() < failure.untilMs) throw failure.fault;
    const underWay = examining.get(key);
    if (underWay !== undefined) return underWay;
    const work = examine(request, key, seen.script).finally(() => examining.delete(key));
    examining.set(key, work);
    return work;
  }

  return { identify };
}
