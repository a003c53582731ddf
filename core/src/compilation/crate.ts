// Knows: the words between the engine and a dialect of compilers that read whole crates. Refuses to know: any compiler's flags, any file, any
// process.
//
// Such a compiler has no preprocessor: what a compile reads is known only from what the compiler says afterwards. Before that there are its
// arguments, its environment, and the files that the arguments name.
import type { EnvPairs, KeyPart } from '../base/index.js';
import type { ColourMode, Command, CompileRequest, Decline, Output, ReadResponseFile } from './types.js';

/** What a crate is made into; `test`: an executable of its tests. */
export type CrateType = 'lib' | 'rlib' | 'staticlib' | 'bin' | 'dylib' | 'cdylib' | 'proc-macro' | 'test';

export interface SearchFolder {
  readonly kind: 'dependency' | 'crate' | 'native' | 'framework' | 'all';
  /** As given. */
  readonly path: string;
}

export interface CrateLinking {
  /** As given; undefined: the compiler's own choice. */
  readonly linker: string | undefined;
  /** All words that bear on it: linker, flavour, link arguments, target, code model and the like. */
  readonly words: readonly string[];
  /** As given; undefined: the host. */
  readonly target: string | undefined;
  /** True when the compiler itself reads all crates beneath, and hands the linker what it has made of them. */
  readonly throughCrates: boolean;
}

/** One cacheable compile of one crate, understood. */
export interface CrateCompilation {
  readonly language: 'rust';
  readonly crateName: string;
  /** In order, each once; not empty. */
  readonly crateTypes: readonly CrateType[];
  /** The root source as given. */
  readonly input: string;
  readonly cwd: string;
  /** All words in order, response files expanded. */
  readonly words: readonly string[];
  readonly outputs: readonly Output[];
  /** The place of the list of what was read; it is among the outputs too. */
  readonly depInfo: string;
  /** Files named by arguments, other than the input, whose content enters the key: extern crates, target specifications, profiles. As given. */
  readonly extraInputs: readonly string[];
  readonly searchFolders: readonly SearchFolder[];
  /** Libraries that are bundled by name: `-l static=`, without their folder. */
  readonly bundled: readonly string[];
  /** What chooses and steers the linker; undefined when none takes part. */
  readonly linking: CrateLinking | undefined;
  /** For which messages are laid out, where it was given. */
  readonly messageWidth: string | undefined;
  /** True when the compiler was told another name for the working directory, so that its own is no part of what is made. */
  readonly cwdRenamed: boolean;
  readonly colour: ColourMode;
  /** True when the code depends on the processor we run on. */
  readonly nativeCpu: boolean;
}

export type CrateVerdict = { readonly kind: 'compile'; readonly compilation: CrateCompilation } | Decline;

/** A variable that the source asked for by name. */
export interface AskedVariable {
  readonly name: string;
  /** Undefined: it was not set. */
  readonly value: string | undefined;
}

/** What a compiler says that it has read. */
export interface CrateReads {
  /** As the compiler spells them, each once, in its order. */
  readonly files: readonly string[];
  readonly variables: readonly AskedVariable[];
}

export interface LinkProbe {
  /** A file of this name with this text stands in the folder. */
  readonly source: { readonly name: string; readonly text: string };
  /** For the same compiler, in the folder. */
  readonly args: readonly string[];
}

export interface CrateCommandOptions {
  /** The caller's standard error shows colours. */
  readonly colours: boolean;
  /** A further argument for the linker, if there is one to be given. */
  readonly linkArgument?: string | undefined;
}

/** Who reads variables of a compile's environment. */
export interface EnvRead {
  /** Variables that the source asks for. */
  readonly asked: readonly string[];
  /** Macros take part, which may read any. */
  readonly macros: boolean;
}

/** All members are pure. */
export interface CrateDialect {
  parse(request: CompileRequest, readResponseFile: ReadResponseFile): CrateVerdict;
  /** The whole compile. */
  compileCommand(compilation: CrateCompilation, program: string, options: CrateCommandOptions): Command;
  /** Has the compiler write its list of what a compile reads to `place`, and make nothing else. */
  listCommand(compilation: CrateCompilation, program: string, place: string): Command;
  /** What a build server is told of the environment. */
  remoteEnv(env: EnvPairs, read: EnvRead): EnvPairs;
  /** Key parts from arguments and environment; no file's content. Arguments that only name files whose content is hashed are left out. */
  keyParts(compilation: CrateCompilation, env: EnvPairs, options: { readonly colours: boolean }): readonly KeyPart[];
  /**
   * Names of files that the compiler looks for, or would be confused by, and of which it tells only when they are there.
   * @param sources that were read, as the compiler spells them
   */
  lookedFor(request: CompileRequest, sources: readonly string[]): readonly string[];
  /** Whether a source may have a library bundled that no argument names. */
  mayBundle(source: string): boolean;
  /** Whether messages say more than where outputs are. */
  saysMore(messages: string): boolean;
  /** Whether a file that a linker was given is the compiler's own, which it removes afterwards. @param folder absolute, of the outputs */
  isLinkTemporary(path: string, folder: string): boolean;
  /** A crate that is linked as this one is, to see whether that works with a further argument for the linker. */
  linkProbe(compilation: CrateCompilation, at: { readonly folder: string; readonly linkArgument: string }): LinkProbe;
  /** @returns undefined when the text is no such list */
  readDepInfo(text: string): CrateReads | undefined;
}
