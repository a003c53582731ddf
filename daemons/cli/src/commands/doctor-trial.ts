// Knows: compiling a file that nobody has compiled before, bare and through the launcher, and where it ran. Refuses to know: what that means.
import { randomBytes } from 'node:crypto';
import { basename, join } from 'node:path';
import { findCompile, readRecords, type RecordsPlace } from '@sccache-ts/client';
import { causeChain } from '@sccache-ts/core/base';
import { discard, makeFile, pickUp, type ProcessResult, runProcess } from '@sccache-ts/core/host';
import type { CommandContext } from './context.js';
import { askDaemon, requireDaemon } from './daemon.js';
import type { TrialFacts } from './doctor-findings.js';
import { launcherOf } from './launcher-path.js';

const compileMs = 60_000;
const versionMs = 30_000;

/** A source of one function in a folder of ours, of a name and text that have never been. */
export interface Sample {
  readonly folder: string;
  /** Absolute. */
  readonly source: string;
  readonly object: string;
  readonly compiler: string;
}

export async function makeSample(folder: string, compiler: string): Promise<Sample> {
  const name = `doctor_${randomBytes(8).toString('hex')}`;
  const source = join(folder, `${name}${basename(compiler).includes('++') ? '.cc' : '.c'}`);
  await makeFile(source, `int ${name}(int x) { return x + 1; }\n`);
  return { folder, source, object: join(folder, `${name}.o`), compiler };
}

interface Made {
  readonly done: ProcessResult;
  readonly object: Uint8Array | undefined;
  readonly ms: number;
}

async function make(context: CommandContext, { folder, source, object, compiler }: Sample, launcher: readonly string[]): Promise<Made> {
  await discard(object);
  const [program = compiler, ...args] = [...launcher, compiler, '-O1', '-c', basename(source), '-o', basename(object)];
  const from = performance.now();
  const done = await runProcess(program, args, { cwd: folder, env: Object.fromEntries(context.env), timeoutMs: compileMs });
  const ms = performance.now() - from;
  return { done, object: (await pickUp(object))?.bytes, ms };
}

const wordsOf = ({ code, signal, stderr }: ProcessResult): string => `${code ?? signal ?? 'no exit'} ${stderr.toString().trim()}`.trim();

function difference(bare: Made, ours: Made): string | undefined {
  const [wanted, got] = [wordsOf(bare.done), wordsOf(ours.done)];
  if (wanted !== got) return `the compiler alone ends with ${wanted}, through us with ${got}`;
  if (bare.object === undefined || ours.object === undefined) return bare.object === ours.object ? undefined : 'the object is missing';
  return Buffer.from(bare.object).equals(ours.object) ? undefined : 'the object differs from what the compiler alone makes';
}

/** Where the newest compile of this source ran; empty when nothing is recorded. */
async function recordOf(context: CommandContext, source: string): Promise<Pick<TrialFacts, 'place' | 'reason'>> {
  const place = (await askDaemon(await requireDaemon(context), context, 'records-flush')) as RecordsPlace;
  const found = place.on ? findCompile(await readRecords(place), source, context.cwd) : undefined;
  if (found?.kind !== 'found') return { place: undefined, reason: undefined };
  const { record } = found;
  return { place: record.place, reason: record.home ?? record.reason ?? record.lookupFault ?? (record.stored === 'failed' ? 'it could not be stored' : undefined) };
}

/** The bare compiler's result, to be compared with. @throws Fault TOOL_MISSING, PROCESS_TIMEOUT */
export const makeBare = (context: CommandContext, sample: Sample): Promise<Made> => make(context, sample, []);

/** @throws Fault PROCESS_TIMEOUT, DAEMON_UNREACHABLE, STORAGE_FAILED */
export async function tryCompile(context: CommandContext, sample: Sample, bare: Made): Promise<TrialFacts> {
  const ours = await make(context, sample, [launcherOf(context)]);
  const told = await recordOf(context, sample.source);
  return { compiler: sample.compiler, difference: difference(bare, ours), ...told, ms: ours.ms };
}

/** What a compiler says instead of its version: rustup's stand-in without a toolchain, a script whose target is gone. Undefined: it runs. */
export async function versionRefusal({ env, cwd }: CommandContext, compiler: string): Promise<string | undefined> {
  try {
    const done = await runProcess(compiler, ['--version'], { cwd, env: Object.fromEntries(env), timeoutMs: versionMs });
    return done.code === 0 ? undefined : wordsOf(done);
  } catch (thrown) {
    return causeChain(thrown).join(': ');
  }
}

/** Starts the launcher for a program that does not exist, which it says without asking the daemon. @returns the quickest of some, in milliseconds */
export async function launcherStart(context: CommandContext): Promise<number> {
  const launcher = launcherOf(context);
  const times: number[] = [];
  for (let run = 0; run < 5; run++) {
    const from = performance.now();
    await runProcess(launcher, ['no-such-compiler-for-the-doctor'], { env: Object.fromEntries(context.env), timeoutMs: compileMs });
    times.push(performance.now() - from);
  }
  return Math.min(...times);
}
