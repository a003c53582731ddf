// Knows: how to find out what a rustc is, or a program in its place: by asking its version and its sysroot, and by reading what lies there.
// Refuses to know: command lines, and for how long an answer is kept (core/engine).
import { readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type EnvPairs, envValue, Fault, type KeyPart } from '../base/index.js';
import type { CompilerSubject } from './compiler-probe.js';
import type { FileDigests, FileSnapshot } from './file-digests.js';
import { runProcess } from './processes.js';

export interface CrateSubject extends CompilerSubject {
  /** The rustc that `compiler` is to start, when it stands before one as clippy-driver does. */
  readonly wrapped: string | undefined;
}

/** What one compiler of crates is in one environment and folder. */
export interface CrateSurvey {
  /** As `-vV` tells it, `rustc 1.95.0 (…)`. */
  readonly version: string;
  /** The target of compiles that name none. */
  readonly host: string;
  readonly sysroot: string;
  /** Version and the content of compiler and standard libraries. */
  readonly parts: readonly KeyPart[];
  readonly real: string;
  /** Every file that was read, and every place that was empty. */
  readonly snapshot: FileSnapshot;
}

export interface CrateProbe {
  /** @throws Fault COMPILER_NOT_FOUND (cannot be started), COMPILER_UNSUPPORTED (fails, hangs, or answers otherwise than rustc) */
  survey(subject: CrateSubject): Promise<CrateSurvey>;
}

const outputLimit = 1024 * 1024;
/** Shared libraries beside others in a system's library folder. */
const ownLibrary = /^lib(?:rustc|std|test|LLVM|proc_macro)/;
const mostFiles = 20_000;

/** In all folders below; none where there is none. At most some ten thousand. */
export function filesBelow(folder: string, wanted: (name: string) => boolean = () => true): string[] {
  const found: string[] = [];
  const look = (at: string): void => {
    let entries;
    try {
      entries = readdirSync(at, { withFileTypes: true });
    } catch {
      // There is none: nothing of it takes part.
      return;
    }
    for (const entry of entries) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) look(path);
      else if (wanted(entry.name) && found.length < mostFiles) found.push(path);
    }
  };
  look(folder);
  return found.sort();
}

function subfolders(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [join(folder, entry.name)] : []));
  } catch {
    return [];
  }
}

/** What compiles read or load of a sysroot: the compiler's own libraries, the standard libraries of every target, linkers that come along. */
export function sysrootFiles(sysroot: string): readonly string[] {
  const own = [join(sysroot, 'lib'), join(sysroot, 'lib64')].flatMap((folder) => {
    try {
      return readdirSync(folder).filter((name) => ownLibrary.test(name)).map((name) => join(folder, name));
    } catch {
      return [];
    }
  });
  const targets = subfolders(join(sysroot, 'lib/rustlib')).flatMap((target) => ['lib', 'bin', 'codegen-backends'].flatMap((part) => filesBelow(join(target, part))));
  return [...own.sort(), ...targets];
}

/** rustup chooses a toolchain by files above the working folder and by its own settings. */
function rustupFiles(cwd: string, env: EnvPairs): readonly string[] {
  const home = envValue(env, 'RUSTUP_HOME') ?? join(envValue(env, 'HOME') ?? '/', '.rustup');
  const files = [join(home, 'settings.toml')];
  for (let folder = cwd; ; folder = dirname(folder)) {
    files.push(join(folder, 'rust-toolchain'), join(folder, 'rust-toolchain.toml'));
    if (folder === dirname(folder)) return files;
  }
}

const unsupported = (compiler: string, why: string, cause?: unknown): Fault =>
  new Fault('COMPILER_UNSUPPORTED', `${compiler}: ${why}`, cause === undefined ? {} : { cause });

async function ask(program: string, args: readonly string[], { cwd, env }: CompilerSubject): Promise<string> {
  const done = await runProcess(program, args, { cwd, env: Object.fromEntries(env), timeoutMs: 20_000, maxOutput: outputLimit }).catch((thrown: Fault) => {
    if (thrown.code === 'TOOL_MISSING') throw new Fault('COMPILER_NOT_FOUND', thrown.message, { cause: thrown });
    throw unsupported(program, `no answer to ${args.join(' ')}`, thrown);
  });
  const text = done.stdout.toString().trim();
  if (done.code !== 0 || text === '') throw unsupported(program, `ends with ${done.code ?? 'a signal'} when asked ${args.join(' ')}`);
  return text;
}

/** Where rustup leads for one of its names. */
async function behindRustup(subject: CompilerSubject, real: string): Promise<string | undefined> {
  if (!basename(real).startsWith('rustup')) return undefined;
  return realpathSync.native(await ask(real, ['which', basename(subject.compiler)], subject));
}

async function survey(subject: CrateSubject, digests: FileDigests): Promise<CrateSurvey> {
  const { compiler, wrapped, cwd, env } = subject;
  const before = wrapped === undefined ? [] : [wrapped];
  const real = realpathSync.native(compiler);
  const version = await ask(compiler, [...before, '-vV'], subject);
  const host = /^host: (\S+)$/m.exec(version)?.[1];
  if (host === undefined) throw unsupported(compiler, 'does not tell its version as rustc does');
  const sysroot = await ask(compiler, [...before, '--print', 'sysroot'], subject);
  const programs = [compiler, ...before];
  const behind = await Promise.all(programs.map(async (program) => [program, await behindRustup({ ...subject, compiler: program }, realpathSync.native(program))] as const));
  const chosen = behind.some(([, path]) => path !== undefined) ? rustupFiles(cwd, env) : [];
  const roles = [
    ...behind.map(([program, path]) => ({ role: 'program', path: path ?? program })),
    ...sysrootFiles(sysroot).map((path) => ({ role: path.slice(sysroot.length), path })),
  ];
  const snapshot = await digests.take([...roles.map(({ path }) => path), ...chosen]);
  return {
    version: version.split('\n', 1)[0] ?? '',
    host,
    sysroot,
    parts: [{ label: 'version', value: version }, ...roles.map(({ role }, at) => ({ label: role, value: snapshot.digests[at] ?? 'unreadable' }))],
    real,
    snapshot,
  };
}

export function createCrateProbe({ digests }: { readonly digests: FileDigests }): CrateProbe {
  return { survey: (subject) => survey(subject, digests) };
}
