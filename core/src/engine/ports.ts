// Knows: what one compile needs from the world around it. Refuses to know: who provides it.
import type { Digest, FileState } from '../base/index.js';
import type { Command, Compilation, CompileRequest, CompilerFacts, CrateCompilation, CrateDialect, CrateReads, Dialect } from '../compilation/index.js';
import type { RunHow } from '../wire/index.js';

/** How a process ended. Exactly one of the two is set. */
export interface ProcessEnd {
  readonly code: number | undefined;
  readonly signal: number | undefined;
}

export interface RunResult extends ProcessEnd {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** Wall time in milliseconds, as the launcher measured it. */
  readonly wallMs: number;
}

export interface RunOptions {
  /** Called with each piece of standard output instead of gathering it in the result. */
  readonly onStdout?: (chunk: Uint8Array) => void;
  readonly how: RunHow;
}

/** The launcher that waits for an answer. Children run there: its signals, ulimits, jobserver, cgroup and user are theirs. */
export interface Front {
  /** Runs a command as the launcher's child, in the request's directory and environment. Fault LAUNCHER_GONE when it left. */
  run(command: Command, options: RunOptions): Promise<RunResult>;
  /** Aborted when the launcher is gone. */
  readonly signal: AbortSignal;
  /** Whether the caller's standard error shows colours (a terminal that is not dumb). */
  readonly colour: boolean;
  /** Mode mask of the caller; outputs that we write get `0o666 & ~umask`. */
  readonly umask: number;
}

/** A compiler that we have met. */
export interface Compiler {
  /** As the caller resolved it. */
  readonly path: string;
  readonly facts: CompilerFacts;
  readonly dialect: Dialect;
  /** Covers the driver and the programs it starts (cc1, cc1plus, as, collect2, plugins). */
  readonly identity: Digest;
  /** Folders that it searches for included files when nobody tells it otherwise, as it spells them. */
  readonly searched?: readonly string[] | undefined;
  /** What proves that it is still the same; undefined when only asking again does. */
  readonly evidence?: CompilerEvidence | undefined;
}

/** A compiler of whole crates that we have met. */
export interface CrateCompiler {
  readonly path: string;
  readonly facts: { readonly kind: 'rustc'; readonly version: string; readonly host: string; readonly sysroot: string };
  readonly crates: CrateDialect;
  /** Covers the compiler and its standard libraries. */
  readonly identity: Digest;
  readonly evidence?: CompilerEvidence | undefined;
}

export type AnyCompiler = Compiler | CrateCompiler;

export interface CompilerEvidence {
  /** Where its links lead. */
  readonly real: string;
  /** Any variable of the environment may change what it runs or makes: it starts with `#!`, or runs programs of its sources as it compiles. */
  readonly script: boolean;
  readonly files: readonly { readonly path: string; readonly state: FileState }[];
  /** Places where files would be found before others, or be read. */
  readonly absent: readonly string[];
}

/** Finds out what a compiler is. Remembers, validated by stat. Fault COMPILER_UNSUPPORTED or COMPILER_NOT_FOUND. */
export interface Compilers {
  /** How the compiler of crates is spoken to that a request names, as far as names tell; undefined: it names another compiler. */
  cratesOf(request: CompileRequest): CrateDialect | undefined;
  identify(request: CompileRequest): Promise<AnyCompiler>;
}

/** What a compile away needs. */
export interface AwayJob {
  readonly request: CompileRequest;
  readonly compiler: Compiler;
  readonly compilation: Compilation;
  /** Every file the preprocessor entered, as spelled by it; relative names are relative to the request's cwd. */
  readonly files: readonly string[];
  /** The same with the separators that the compiler here gives them, where it has two kinds; undefined: `files` has them. */
  readonly spelled?: readonly string[] | undefined;
  readonly signal: AbortSignal;
}

/** The same for a crate. */
export interface AwayCrate {
  readonly request: CompileRequest;
  readonly compiler: CrateCompiler;
  readonly compilation: CrateCompilation;
  /** Libraries that are bundled, as spelled. */
  readonly bundled: readonly string[];
  /** The caller's standard error shows colours. */
  readonly colours: boolean;
  /** Has the compiler say now what it will read; undefined: it will fail, or does not say so. */
  reads(): Promise<CrateReads | undefined>;
  readonly signal: AbortSignal;
}

export interface AwayOutput {
  /** The local path, absolute. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What the compiler said and made over there. */
export interface MadeAway {
  readonly outputs: readonly AwayOutput[];
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

/**
 * `compiled`: the build server produced outputs that are exactly a home compile's.
 * `home`: repeat at home, e.g. because it exited non-zero or wrote diagnostics; not an error of the fleet when `fault` is undefined.
 */
export type AwayResult =
  | (MadeAway & { readonly kind: 'compiled'; readonly server: string; readonly compileMs: number })
  | { readonly kind: 'home'; readonly reason: string; readonly server: string | undefined; readonly fault: unknown };

/** Distribution. Never throws for the fleet's sake: every doubt is `home`. */
export interface Distribution {
  compile(job: AwayJob | AwayCrate): Promise<AwayResult>;
}
