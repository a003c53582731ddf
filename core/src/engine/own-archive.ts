// Knows: whether the compiler in an archive that a user made is of the release of the one here, as it says itself on a build server. Refuses to know: how
// jobs get there.
//
// Builds of one release by different people are taken to compile alike; archives for Windows and macOS cannot be made of anything else.
import { keyOf, type Log } from '../base/index.js';
import type { CompilerFacts } from '../compilation/index.js';
import { archiveOf } from '../host/index.js';
import type { RunJobHeader, RunJobReply } from '../wire/index.js';
import { completed } from './away-reply.js';
import { type Packable, type ReadyToolchain, retryMs } from './toolchain-choice.js';

export interface ReleaseJob {
  readonly header: RunJobHeader;
  readonly archive: readonly Uint8Array[];
}

/** `other`: nothing that it makes may stand for what is made here. */
export type Likeness = { readonly kind: 'same' } | { readonly kind: 'other'; readonly reason: string };

export interface OwnArchives {
  /** Undefined: it has not been asked yet. */
  likeness(compiler: Packable, toolchain: ReadyToolchain): Likeness | undefined;
  /** Asks it over a job of its own. Throws what `run` throws, and Fault JOB_UNKNOWN. */
  ask(compiler: Packable, toolchain: ReadyToolchain, run: (job: ReleaseJob) => Promise<RunJobReply>): Promise<void>;
}

/** Without what whoever built it has added: the place of its sources, or the day. */
const bare = (version: string): string => version.trim().split(' ')[0] ?? '';

/** How a compiler's release is told from others. Apple counts otherwise than LLVM. */
export const releaseOf = ({ version, apple }: Pick<CompilerFacts, 'version' | 'apple'>): string => (apple ? `Apple's ${version}` : bare(version));

/** From the macros that a compiler defines of its own accord. Undefined: they are not gcc's or clang's. */
export function releaseIn(macros: string): string | undefined {
  const value = (name: string): string | undefined => new RegExp(`^#define ${name} "?([^"\r\n]*)`, 'm').exec(macros)?.[1];
  const version = value('__clang_version__') ?? value('__VERSION__');
  return version === undefined ? undefined : releaseOf({ version: version.trim(), apple: value('__apple_build_version__') !== undefined });
}

const macrosOnly = ['-ffreestanding', '-nostdinc', '-E', '-dM', '-x', 'c', '/dev/null'] as const;

/** `/tmp` and `/dev/null` are in every sandbox, so that no file need be sent; and gcc would want a header of libc's, which archives need not have. */
function releaseJob({ kind }: Packable, executable: string): ReleaseJob {
  const mode = kind === 'gcc' ? [] : ['--driver-mode=gcc'];
  return { header: { command: { executable, arguments: [...mode, ...macrosOnly], envVars: [], cwd: '/tmp' }, outputs: [] }, archive: archiveOf([]) };
}

function likenessIn(reply: RunJobReply, release: string, executable: string): Likeness {
  const { code, stdout, stderr } = completed(reply).output;
  const there = code === 0 ? releaseIn(Buffer.from(stdout).toString()) : undefined;
  if (there === release) return { kind: 'same' };
  const said = Buffer.from(stderr).toString().split('\n')[0]?.slice(0, 200) ?? '';
  const why = there === undefined ? `${executable} does not say which compiler it is (exit ${code}) ${said}` : `${executable} there is ${there}, the one here is ${release}`;
  return { kind: 'other', reason: `another compiler in its archive: ${why.trim()}` };
}

/** What is known lasts as long as the daemon; what was refused is asked again after a while. */
export function createOwnArchives(log: Log, nowMs: () => number = () => performance.now()): OwnArchives {
  const known = new Map<string, Likeness & { readonly until: number }>();
  const key = ({ identity }: Packable, { archiveId, executable }: ReadyToolchain): string => keyOf([identity, archiveId, executable].map((value) => ({ label: 'part', value })));
  return {
    likeness(compiler, toolchain) {
      // Ours are packed from the very files; and crates say themselves which compiler has made them.
      if (!toolchain.own || compiler.release === undefined) return { kind: 'same' };
      const found = known.get(key(compiler, toolchain));
      return found === undefined || found.until <= nowMs() ? undefined : found;
    },
    async ask(compiler, toolchain, run) {
      const likeness = likenessIn(await run(releaseJob(compiler, toolchain.executable)), compiler.release ?? '', toolchain.executable);
      const name = key(compiler, toolchain);
      if (likeness.kind === 'other' && known.get(name)?.kind !== 'other') log.warn(`compiles of ${compiler.path} stay at home: ${likeness.reason}`);
      known.set(name, { ...likeness, until: likeness.kind === 'same' ? Infinity : nowMs() + retryMs });
    },
  };
}
