// Knows: the small programs that show whether a toolchain is whole, and the job that each becomes: for C and C++ the very one that a compile makes,
// for other compilers one put together here. Refuses to know: sandboxes, and what is made of the answer.
import { absoluteName } from '../base/index.js';
import type { CompileRequest } from '../compilation/index.js';
import { archiveOf, createFolderViews, createMemberCache, createSearchLists, plainMember, runProcess, statOfFile, writeAtomically } from '../host/index.js';
import type { RunJobHeader, RunJobReply } from '../wire/index.js';
import { completed, contentOf } from './away-reply.js';
import { compileErrand } from './compile-errand.js';
import { parseDependencies } from './dependency-file.js';
import { mentionsOf } from './input-set-scan.js';
import type { Compiler } from './ports.js';
import type { ReadyToolchain } from './toolchain-choice.js';

/** One small program. */
export interface TrialSource {
  /** For people. */
  readonly language: string;
  readonly file: string;
  readonly text: string;
  /** The whole command line behind the compiler, the same here and there. */
  readonly args: readonly string[];
  readonly output: string;
}

/** The compiler's own headers are what is forgotten most; without them nothing of any size compiles. */
const c = '#include <stdarg.h>\n#include <stddef.h>\nsize_t longest(int n, ...) {\n  va_list all;\n  size_t most = 0;\n  va_start(all, n);\n' +
  '  while (n-- > 0) { size_t it = va_arg(all, size_t); if (it > most) most = it; }\n  va_end(all);\n  return most;\n}\n';
const cpp = '#include <cstddef>\n#include <new>\ntemplate <typename T> struct Box { T it; };\nstd::size_t sized(int n) {\n' +
  '  Box<std::size_t>* box = new Box<std::size_t>{sizeof(Box<int>)};\n  std::size_t size = box->it * n;\n  delete box;\n  return size;\n}\n';
const rust = 'pub fn longest(all: &[String]) -> usize { all.iter().map(|it| it.len()).max().unwrap_or(0) }\n';

const gnu = (language: string, file: string, text: string): TrialSource => ({ language, file, text, args: ['-O2', '-c', file, '-o', 'trial.o'], output: 'trial.o' });

export const trialSources = {
  gnu: [gnu('C', 'trial.c', c), gnu('C++', 'trial.cc', cpp)],
  cl: [{ language: 'C', file: 'trial.c', text: c, args: ['/O2', '/Brepro', '/c', '/Fotrial.obj', '--', 'trial.c'], output: 'trial.obj' }],
  rustc: [
    {
      language: 'Rust', file: 'trial.rs', text: rust, output: 'trial.o',
      args: ['--crate-name', 'trial', '--crate-type', 'lib', '--emit=obj', '-C', 'opt-level=2', '-C', 'codegen-units=1', '-o', 'trial.o', 'trial.rs'],
    },
  ],
} as const satisfies Readonly<Record<string, readonly TrialSource[]>>;

/** A job, and how its object is taken from the reply. */
export interface TrialJob {
  readonly header: RunJobHeader;
  readonly archive: readonly Uint8Array[];
  /** The object; undefined when the reply has none. */
  objectOf(reply: RunJobReply): Promise<Uint8Array | undefined>;
}

export interface TrialPlace {
  /** Absolute, without links. */
  readonly cwd: string;
  readonly env: CompileRequest['env'];
  readonly signal: AbortSignal;
}

const mostBytes = 64 * 1024 * 1024;

const objectAt = (path: string): TrialJob['objectOf'] => async (reply) => {
  const found = completed(reply).outputs.find(([name]) => name === path);
  return found === undefined ? undefined : contentOf(path, found[1]);
};

/** Puts the program where it is compiled. */
export const writeSource = ({ file, text }: TrialSource, { cwd }: TrialPlace): Promise<void> => writeAtomically(`${cwd}/${file}`, text, 0o644);

/** The files that the preprocessor enters, as it spells them. */
async function filesRead(compiler: string, { file }: TrialSource, place: TrialPlace): Promise<readonly string[]> {
  const { stdout } = await runProcess(compiler, ['-M', file], { cwd: place.cwd, env: Object.fromEntries(place.env), timeoutMs: 30_000, signal: place.signal });
  return (parseDependencies(stdout.toString()) ?? []).filter((name) => name !== file);
}

/** The job that a compile of this would be. @returns why it would never leave home, as a sentence's end */
export async function gnuJob(source: TrialSource, compiler: Compiler, by: { readonly place: TrialPlace; readonly toolchain: ReadyToolchain }): Promise<TrialJob | string> {
  const { place, toolchain } = by;
  const request: CompileRequest = { compiler: compiler.path, args: source.args, cwd: place.cwd, env: place.env };
  const verdict = compiler.dialect.parse(request, compiler.facts, () => undefined);
  if (verdict.kind !== 'compile') return verdict.reason;
  const { compilation } = verdict;
  if (compilation.homeOnly !== undefined) return compilation.homeOnly;
  const files = await filesRead(compiler.path, source, place);
  const members = createMemberCache({ maxBytes: mostBytes, watch: mentionsOf });
  const errand = compileErrand({ request, compiler, compilation, files, signal: place.signal }, { members, maxBytes: mostBytes, views: createFolderViews(Date.now), searchLists: createSearchLists() });
  const packed = await errand.pack(toolchain);
  if (packed.kind === 'home') return packed.reason;
  return { header: packed.header, archive: packed.archive, objectOf: objectAt(packed.header.outputs[0] ?? '') };
}

/** A job of one file, for compilers whose sources need no company. */
export async function plainJob(source: TrialSource, executable: string, place: TrialPlace): Promise<TrialJob> {
  const remote = absoluteName(place.cwd, source.file);
  const stat = statOfFile(remote);
  if (stat === undefined) throw new Error(`${remote} has gone`);
  const members = createMemberCache({ maxBytes: mostBytes, watch: () => undefined });
  const output = absoluteName(place.cwd, source.output);
  const path = place.env.find(([name]) => name === 'PATH');
  return {
    header: { command: { executable, arguments: source.args, envVars: path === undefined ? [] : [path], cwd: place.cwd }, outputs: [output] },
    archive: archiveOf([await plainMember(place.cwd), await members.fileMember({ path: remote, remote, stat })]),
    objectOf: objectAt(output),
  };
}
