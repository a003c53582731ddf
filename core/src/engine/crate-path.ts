// Knows: the way of one compile of a crate: answered from what earlier ones have read, or compiled, here or on a build server, and remembered
// by what the compiler says that it has read. Refuses to know: command lines, preprocessors, and how build servers are spoken to.
//
// A build tool starts the next crate as soon as it hears of this one's metadata, long before the compiler ends; so what the compiler says is
// shown at once, and nothing but its end is left to say afterwards.
import { become, type Outcome, toldOf } from './answers.js';
import { compileCrateAway } from './crate-away.js';
import { type CompiledCrate, compileCrateHere } from './crate-compiled.js';
import { askerOf, openCrateNear } from './crate-near.js';
import { studyCrate } from './crate-study.js';
import { movedCrate, unsharedCrate } from './crate-sharing.js';
import type { DirectPorts, EnginePorts } from './engine-ports.js';
import type { Near } from './near.js';
import { answerNear } from './near-answer.js';
import { keepLearnt, reportOfMiss } from './near-keep.js';
import type { CompileReport } from './report.js';
import type { AskedCrate } from './work.js';

async function settleCompiled(asked: AskedCrate, near: Near, how: { readonly compiled: CompiledCrate; readonly report: CompileReport; readonly ports: DirectPorts }): Promise<CompileReport> {
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
  // What kept the last one from being stored keeps this one from being understood over there.
  const away = near.unfit === undefined ? await compileCrateAway(asked, ports) : undefined;
  const compiled = away?.compiled ?? (await compileCrateHere(asked));
  if (compiled === undefined) return become({ ...toldOf(asked), outcome: 'not-cacheable', reason: 'linking fails, or its place cannot be written' });
  const { result } = compiled;
  const report = { ...reportOfMiss(asked, why, result), ...(away === undefined ? {} : { away: away.report }) };
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
