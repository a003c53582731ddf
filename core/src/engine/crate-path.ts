// Knows: the way of one compile of a crate: answered from what earlier ones have read, or compiled at once, shown as it goes, and remembered
// by what the compiler says that it has read. Refuses to know: command lines, preprocessors, and build servers.
//
// A build tool starts the next crate as soon as it hears of this one's metadata, long before the compiler ends; so what the compiler says is
// shown at once, and nothing but its end is left to say afterwards.
import { dirname } from 'node:path';
import { discard, isWritableFolder, linkListOption, pickUp, reachableStat, temporaryBeside } from '../host/index.js';
import type { Entry } from '../storage/index.js';
import { become, type Outcome, toldOf } from './answers.js';
import { askerOf, openCrateNear } from './crate-near.js';
import { studyCrate } from './crate-study.js';
import { movedCrate, unsharedCrate } from './crate-sharing.js';
import type { DirectPorts, EnginePorts } from './engine-ports.js';
import type { Near } from './near.js';
import { answerNear } from './near-answer.js';
import { keepLearnt, reportOfMiss } from './near-keep.js';
import { entryFilesOfHome, placeOf } from './outputs.js';
import type { RunResult } from './ports.js';
import type { CompileReport } from './report.js';
import type { AskedCrate } from './work.js';

interface Compiled {
  readonly result: RunResult;
  /** What is left to be shown. */
  readonly unshown: Pick<RunResult, 'stdout' | 'stderr'>;
  /** What may be stored, or why there is nothing. */
  readonly kept: Entry | string;
  /** The compiler's list of what it has read. */
  readonly depInfo: string | undefined;
  /** The linker's; undefined: it wrote none, or none took part. */
  readonly linkList: string | undefined;
}

const nothing = new Uint8Array();

/** What is stored goes through memory, and several compiles end at a time. */
const mostBytes = 256 * 1024 * 1024;

async function readText(path: string): Promise<string | undefined> {
  const file = await pickUp(path);
  return file === undefined ? undefined : Buffer.from(file.bytes).toString();
}

async function pickUpResult({ compilation }: AskedCrate, result: RunResult): Promise<Pick<Compiled, 'kept' | 'depInfo'>> {
  if (result.code !== 0) return { kept: 'the compiler failed', depInfo: undefined };
  const depInfo = await readText(placeOf(compilation, compilation.depInfo));
  const bytes = compilation.outputs.reduce((sum, { path }) => sum + Number(reachableStat(placeOf(compilation, path))?.size ?? 0), 0);
  if (bytes > mostBytes) return { kept: 'outputs of more than 256 MB', depInfo };
  const files = await entryFilesOfHome(compilation);
  const { stdout, stderr, wallMs: compileMs } = result;
  return { depInfo, kept: files === undefined ? 'an expected output is missing' : { files, stdout, stderr, compileMs } };
}

/** Nobody waits for the metadata of one of these, so that what it says may wait for its end. */
async function compileLinked(asked: AskedCrate): Promise<Compiled | undefined> {
  const { compilation, compiler, front } = asked;
  const main = placeOf(compilation, compilation.outputs[0]?.path ?? '');
  // The linker is about to say so in its own words, which a list that cannot be written would change.
  if (!isWritableFolder(dirname(main))) return undefined;
  const place = temporaryBeside(main);
  try {
    const command = compiler.crates.compileCommand(compilation, compiler.path, { colours: front.colour, linkArgument: linkListOption(place) });
    const result = await front.run(command, { how: 'final' });
    const { stdout, stderr } = result;
    // A link that fails is told with all of its arguments.
    if (Buffer.from(stderr.buffer, stderr.byteOffset, stderr.byteLength).includes(place)) return undefined;
    return { result, unshown: { stdout, stderr }, ...(await pickUpResult(asked, result)), linkList: await readText(place) };
  } finally {
    await discard(place);
  }
}

async function compileShown(asked: AskedCrate): Promise<Compiled> {
  const { compilation, compiler, front } = asked;
  const command = compiler.crates.compileCommand(compilation, compiler.path, { colours: front.colour });
  const result = await front.run(command, { how: 'live' });
  return { result, unshown: { stdout: nothing, stderr: nothing }, ...(await pickUpResult(asked, result)), linkList: undefined };
}

async function settleCompiled(asked: AskedCrate, near: Near, how: { readonly compiled: Compiled; readonly report: CompileReport; readonly ports: DirectPorts }): Promise<CompileReport> {
  const { compiled, report, ports } = how;
  const { kept, depInfo, linkList, result } = compiled;
  if (result.code !== 0) return report;
  const skipped = (reason: string): CompileReport => ({ ...report, stored: 'skipped', reason });
  if (typeof kept === 'string') return skipped(kept);
  const reads = depInfo === undefined ? undefined : asked.compiler.crates.readDepInfo(depInfo);
  if (reads === undefined) return skipped('the compiler does not tell what it has read');
  if (asked.compilation.linking !== undefined && linkList === undefined) return skipped('the linker does not tell what it has read');
  const learnt = await studyCrate({ ...reads, linkList }, { asked, near, digests: ports.digests, views: ports.near.views, stderr: result.stderr });
  const unshared = asked.base.path === '' || learnt.kind !== 'known' ? undefined : unsharedCrate(asked, kept, learnt.sight.remembered.conditions);
  return keepLearnt(asked, { near, learnt, entry: kept, report, unshared }, ports);
}

async function compileAndNote(asked: AskedCrate, near: Near, { why, ports }: { readonly why: string; readonly ports: DirectPorts }): Promise<Outcome> {
  const compiled = await (asked.compilation.linking === undefined ? compileShown(asked) : compileLinked(asked));
  if (compiled === undefined) return become({ ...toldOf(asked), outcome: 'not-cacheable', reason: 'linking fails, or its place cannot be written' });
  const { result } = compiled;
  const report = reportOfMiss(asked, why, result);
  return {
    answer: { kind: 'finish', ...compiled.unshown, end: { code: result.code, signal: result.signal } },
    report,
    settle: () => ports.near.settling.note(near.key, settleCompiled(asked, near, { compiled, report, ports })),
  };
}

export async function compileCrate(asked: AskedCrate, ports: EnginePorts): Promise<Outcome> {
  const decline = (reason: string): Outcome => become({ ...toldOf(asked), outcome: 'not-cacheable', reason });
  if (asked.controls.noCache) return become({ ...toldOf(asked), outcome: 'no-cache' });
  if (ports.near === undefined) return decline('direct mode is off');
  const direct = { ...ports, near: ports.near };
  const opened = await openCrateNear(asked, direct);
  if (opened.kind === 'none') return decline(opened.reason);
  const { near } = opened;
  const answered = asked.controls.recache ? 'asked not to look' : (near.unfit ?? (await answerNear(asked, near, { ports: direct, ask: askerOf(asked), holdsNames: true, move: movedCrate })));
  return typeof answered === 'string' ? compileAndNote(asked, near, { why: answered, ports: direct }) : answered;
}
