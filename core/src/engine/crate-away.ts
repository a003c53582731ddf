// Knows: a crate compiled on a build server in place of its compiler here. Refuses to know: how it is packed, sent and verified (crate-errand.ts).
import { asBuffer } from '../base/index.js';
import { discard, isNowhere, temporaryBeside } from '../host/index.js';
import type { CrateReads } from '../compilation/index.js';
import { landEntry } from './answers.js';
import { awayReportOf } from './away-report.js';
import { crateHomeOnly } from './crate-errand.js';
import { bundledFiles } from './crate-near.js';
import { type CompiledCrate, readText } from './crate-compiled.js';
import type { EnginePorts } from './engine-ports.js';
import { entryFilesOfAway, placeOf } from './outputs.js';
import type { AwayResult } from './ports.js';
import type { AwayReport } from './report.js';
import type { AskedCrate } from './work.js';

export interface CrateAway {
  /** Undefined: it is to be compiled at home. */
  readonly compiled: CompiledCrate | undefined;
  readonly report: AwayReport;
}

/** What the compiler says that it will read, without compiling; undefined: it says nothing, or would fail. */
async function readsOf({ compilation, compiler, front }: AskedCrate): Promise<CrateReads | undefined> {
  const place = temporaryBeside(placeOf(compilation, compilation.depInfo));
  try {
    const { code } = await front.run(compiler.crates.listCommand(compilation, compiler.path, place), { how: 'helper' });
    const text = code === 0 ? await readText(place) : undefined;
    return text === undefined ? undefined : compiler.crates.readDepInfo(text);
  } finally {
    await discard(place);
  }
}

async function take(asked: AskedCrate, result: Extract<AwayResult, { kind: 'compiled' }>): Promise<CompiledCrate | undefined> {
  const { compilation } = asked;
  const { outputs, stdout, stderr, compileMs } = result;
  const files = entryFilesOfAway(compilation, outputs, undefined);
  if (files === undefined) return undefined;
  const entry = { files, stdout, stderr, compileMs };
  if (!(await landEntry(asked, entry))) return undefined;
  const list = files.find(({ role }) => role === 'dep-info');
  const depInfo = list && asBuffer(list.bytes).toString();
  const unshown = { stdout, stderr };
  return { result: { code: 0, signal: undefined, ...unshown, wallMs: compileMs }, unshown, kept: entry, depInfo, linkList: undefined };
}

/** @returns undefined when nobody was asked */
export async function compileCrateAway(asked: AskedCrate, { distribution }: EnginePorts): Promise<CrateAway | undefined> {
  const { request, compiler, compilation, front } = asked;
  if (distribution === undefined || crateHomeOnly(asked) !== undefined || isNowhere(compilation.depInfo)) return undefined;
  const bundled = bundledFiles(compilation) ?? [];
  const reads = (): Promise<CrateReads | undefined> => readsOf(asked);
  const result = await distribution.compile({ request, compiler, compilation, bundled, colours: front.colour, reads, signal: front.signal });
  if (result.kind === 'home') return { compiled: undefined, report: awayReportOf(result) };
  const compiled = await take(asked, result);
  if (compiled !== undefined) return { compiled, report: awayReportOf(result) };
  return { compiled: undefined, report: { kind: 'repeated', server: result.server, reason: 'outputs could not be put in place' } };
}
