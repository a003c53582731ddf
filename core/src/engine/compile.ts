// Knows: one compile from end to end: what it is, whether we take it, and which way it goes. Refuses to know: the ways themselves, sockets,
// settings, counters; who asks for a compile decides those.
import { absoluteName, Fault, isFault, isWindowsFolder } from '../base/index.js';
import { dirname, normalize } from 'node:path';
import { type BaseFolder, baseFolder, baseOf, type Compilation, type CompileRequest, type Decline, isScratchFolder, readsByPragma, type ReadResponseFile, scratchFolderOf } from '../compilation/index.js';
import { become, type Outcome, toldOf } from './answers.js';
import { controlsOf } from './controls.js';
import type { EnginePorts } from './engine-ports.js';
import { openNear } from './near.js';
import { compileNear } from './near-path.js';
import { compilePreprocessed, type LongWay } from './preprocessed-path.js';
import { compileCrate } from './crate-path.js';
import type { AnyCompiler, Front } from './ports.js';
import type { Asked, AskedCrate } from './work.js';

/** What a request says wins over the settings. A relative folder names none. */
function baseAround({ cwd, input }: Pick<Compilation, 'cwd' | 'input'>, asked: readonly string[] | undefined, set: readonly string[]): BaseFolder {
  // There one folder has many spellings, of which a result may hold any.
  if (isWindowsFolder(cwd)) return baseFolder(undefined);
  // Such a folder has a name of chance, another one each time.
  const scratch = isScratchFolder(cwd) ? cwd : scratchFolderOf(absoluteName(cwd, input));
  if (scratch !== undefined) return baseFolder(normalize(scratch));
  const folders = asked?.filter((dir) => dir.startsWith('/')).map((dir) => `${normalize(dir).replace(/\/$/, '')}/`) ?? set;
  return baseFolder(baseOf(folders, cwd) ?? baseOf(folders, dirname(absoluteName(cwd, input))));
}

const isCrate = (asked: Asked | AskedCrate): asked is AskedCrate => asked.compilation.language === 'rust';

async function identified(request: CompileRequest, { compilers }: EnginePorts): Promise<AnyCompiler | Outcome> {
  try {
    return await compilers.identify(request);
  } catch (thrown) {
    if (isFault(thrown, 'COMPILER_UNSUPPORTED') || isFault(thrown, 'COMPILER_NOT_FOUND')) return become({ outcome: 'unsupported', reason: thrown.message });
    throw thrown;
  }
}

/** Understands the command line; or what is to be told of one that we do not take. */
async function understand(request: CompileRequest, front: Front, ports: EnginePorts): Promise<Asked | AskedCrate | Outcome> {
  const responseFiles: string[] = [];
  const read: ReadResponseFile = (path, encoding) => {
    responseFiles.push(path);
    return ports.readResponseFile(path, encoding);
  };
  const declined = ({ why, reason }: Decline, compiler?: AnyCompiler): Outcome => become({ outcome: why, reason, ...(compiler && { compiler: compiler.facts.kind }) });
  // Before the compiler is looked at: build tools ask it many things before they have it compile anything.
  const crate = ports.compilers.cratesOf(request)?.parse(request, read);
  if (crate?.kind === 'decline') return declined(crate);
  const compiler = await identified(request, ports);
  if ('answer' in compiler) return compiler;
  const controls = controlsOf(request.env);
  const common = { request, front, controls, responseFiles, startedMs: ports.nowMs() };
  const baseOfThis = (compilation: Pick<Compilation, 'cwd' | 'input'>): BaseFolder => baseAround(compilation, controls.basedirs, ports.basedirs);
  if ('crates' in compiler) {
    if (crate === undefined) throw new Fault('IMPOSSIBLE', `${request.compiler} compiles crates, and was not named as one that does`);
    const { compilation } = crate;
    // Sources of registries lie elsewhere; what is made of them is the project's.
    const made = absoluteName(compilation.cwd, compilation.outputs[0]?.path ?? '');
    return { ...common, compiler, compilation, base: baseOfThis({ cwd: dirname(made), input: made }) };
  }
  const verdict = compiler.dialect.parse(request, compiler.facts, read);
  if (verdict.kind === 'decline') return declined(verdict, compiler);
  return { ...common, compiler, compilation: verdict.compilation, base: baseOfThis(verdict.compilation) };
}

async function longWay(asked: Asked, way: LongWay, ports: EnginePorts): Promise<Outcome> {
  const { tracedOnly } = asked.compilation;
  if (tracedOnly === undefined) return compilePreprocessed(asked, way, ports);
  return become({ ...toldOf(asked), outcome: 'not-cacheable', reason: `${tracedOnly} where ${way.why}`, near: way.why });
}

/**
 * Runs one compile. Whatever goes wrong among our own parts ends in `become` or in a compile at home; faults never reach the caller,
 * except LAUNCHER_GONE, after which there is nobody to answer.
 */
export async function compile(request: CompileRequest, front: Front, ports: EnginePorts): Promise<Outcome> {
  const asked = await understand(request, front, ports);
  if ('answer' in asked) return asked;
  if (isCrate(asked)) return compileCrate(asked, ports);
  const { controls } = asked;
  if (controls.noCache && ports.distribution === undefined) return become({ ...toldOf(asked), outcome: 'no-cache' });
  if (ports.near === undefined || controls.noCache || !(controls.direct ?? ports.direct)) {
    return longWay(asked, { direct: undefined, why: 'direct mode is off' }, ports);
  }
  const direct = { ...ports, near: ports.near };
  const opened = await openNear(asked, direct);
  if (opened.kind === 'none') return longWay(asked, { direct: undefined, why: opened.reason }, ports);
  // The compiler compares the times of files, of which the preprocessed text shows nothing.
  if (opened.near.unfit === readsByPragma) return become({ ...toldOf(asked), outcome: 'not-cacheable', reason: readsByPragma });
  const way = await compileNear(asked, opened.near, direct);
  return way.kind === 'done' ? way.outcome : longWay(asked, { direct: { near: opened.near, ports: direct }, why: way.why }, ports);
}
