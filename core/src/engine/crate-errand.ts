// Knows: what a compile of a crate sends to a build server, and when what comes back may stand for a compile at home.
// Refuses to know: how it goes there and comes back.
import { asBuffer, envValue, isWindowsFolder } from '../base/index.js';
import type { CrateReads } from '../compilation/index.js';
import type { MemberCache } from '../host/index.js';
import type { RunJobHeader, RunJobReply } from '../wire/index.js';
import { completed, doubtful, readByOne, sentOutputs, takeOutputs } from './away-reply.js';
import { isRustcItself } from './compilers-names.js';
import { type CrateInputSet, crateInputSetOf, type CrateMarks } from './crate-input-set.js';
import type { Errand, Verified } from './errand.js';
import { placeOf } from './outputs.js';
import type { AwayCrate, MadeAway } from './ports.js';

interface Expected {
  readonly job: AwayCrate;
  readonly set: CrateInputSet;
}

/** Why a crate is not for build servers. */
export function crateHomeOnly({ compilation, request }: Pick<AwayCrate, 'compilation' | 'request'>): string | undefined {
  if (compilation.linking !== undefined) return 'a linker takes part';
  if (compilation.nativeCpu) return 'the code depends on the processor';
  if (isWindowsFolder(compilation.cwd)) return 'a crate\'s arguments hold names of Windows';
  return isRustcItself(request) ? undefined : 'another program stands in for rustc';
}

const textOf = (bytes: Uint8Array): string => asBuffer(bytes).toString();

/** What is said when a file is not there, or a crate, or a library. */
const wantsFile = /couldn't read|can't find crate|file not found for module|No such file|could not find native|cannot open|not found for module|could not read/;

/** The words before the first colon are counted; what comes after them says more. */
function failureReason(code: number, stderr: string): string {
  const line = stderr.split('\n').find((candidate) => wantsFile.test(candidate));
  if (line === undefined) return `the compiler exited with ${code}`;
  const message = /"message":"((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? line;
  return `an input may be missing there: ${message.replace(/[^\x20-\x7e]/g, ' ').slice(0, 200)}`;
}

/** Metadata names the compiler that made it: an archive of the user's own may hold another one. That of executables is empty. */
function strangerIn(outputs: MadeAway['outputs'], version: string): string | undefined {
  const foreign = outputs.find(({ path, bytes }) => /\.(?:rlib|rmeta)$/.test(path) && bytes.byteLength > 0 && !asBuffer(bytes).includes(version));
  return foreign === undefined ? undefined : 'another rustc was at work there';
}

/** Of which both sides must tell the same; undefined when they do. */
function difference({ set, job }: Expected, there: CrateReads): string | undefined {
  const mayBeRead = new Set([...job.compilation.extraInputs, ...job.bundled].map(set.remote));
  const names = (reads: CrateReads): Set<string> => new Set(reads.files.map(set.remote));
  const file = readByOne(names(set.reads), names(there), (path) => mayBeRead.has(path));
  if (file !== undefined) return `only one side has read: ${file}`;
  const values = new Map(there.variables.map(({ name, value }) => [name, value]));
  const variable = set.reads.variables.find(({ name, value }) => !values.has(name) || values.get(name) !== value);
  if (variable !== undefined) return `a variable is another there: ${variable.name}`;
  return there.variables.length === set.reads.variables.length ? undefined : 'a variable is read there alone';
}

/** Messages are laid out for the width of a terminal, where the compiler has one. cargo gives it none. */
const hasOwnWidth = ({ compilation, request }: AwayCrate): boolean => compilation.messageWidth === undefined && envValue(request.env, 'CARGO') === undefined;

async function verify(reply: RunJobReply, { job, set }: Expected): Promise<Verified> {
  const complete = completed(reply);
  const { code, stdout, stderr } = complete.output;
  const { crates } = job.compiler;
  if (code !== 0) return { kind: 'repeat', reason: failureReason(code, textOf(stderr)) };
  if (hasOwnWidth(job) && crates.saysMore(textOf(stderr))) return { kind: 'repeat', reason: 'the compiler wrote diagnostics' };
  const sent = sentOutputs(complete, new Set(set.outputs.map(({ remote }) => remote)));
  const outputs = await takeOutputs(set.outputs, sent);
  const list = outputs.find(({ path }) => path === placeOf(job.compilation, job.compilation.depInfo));
  const there = list === undefined ? undefined : crates.readDepInfo(textOf(list.bytes));
  if (there === undefined) throw doubtful('its list of what was read cannot be understood');
  const different = strangerIn(outputs, job.compiler.facts.version) ?? difference({ job, set }, there);
  return different === undefined ? { kind: 'good', made: { outputs, stdout, stderr } } : { kind: 'repeat', reason: different };
}

function headerOf({ compilation, compiler, request, colours }: AwayCrate, executable: string, set: CrateInputSet): RunJobHeader {
  const { program, args } = compiler.crates.compileCommand(compilation, executable, { colours });
  const envVars = compiler.crates.remoteEnv(request.env, { asked: set.reads.variables.map(({ name }) => name), macros: set.macros });
  return { command: { executable: program, arguments: args, envVars, cwd: set.cwd }, outputs: set.outputs.map(({ remote }) => remote) };
}

export function crateErrand(job: AwayCrate, options: { readonly members: MemberCache<CrateMarks>; readonly maxBytes: number }): Errand {
  const { identity, facts } = job.compiler;
  return {
    // What the user calls may be rustup, which has no toolchain of its own.
    compiler: { path: `${facts.sysroot}/bin/rustc`, identity, kind: 'rustc', sysroot: facts.sysroot },
    signal: job.signal,
    async pack({ executable, links }) {
      const set = await crateInputSetOf(job, { ...options, links });
      if (set.kind === 'home') return set;
      return { kind: 'packed', header: headerOf(job, executable, set), archive: set.archive, verify: (reply) => verify(reply, { job, set }) };
    },
  };
}
