// Knows: the words between a dialect and the engine. Refuses to know: any compiler's flags, any file, any process.
import type { EnvPairs, KeyPart } from '../base/index.js';
import type { SearchList } from './search-list.js';

/** How paths are spelled where the compile was asked for; given as data so that any flavour runs on any machine. */
export type PathFlavour = 'posix' | 'windows';

/** Families of compilers whose behaviour differs where it matters to us. */
export type CompilerKind = 'gcc' | 'clang' | 'clang-cl' | 'msvc';

/** The names sccache's advanced statistics use (inventory R5-43). */
export type Language =
  | 'c' | 'cHeader' | 'cPreprocessed'
  | 'c++' | 'c++Header' | 'c++Preprocessed'
  | 'objc' | 'objcHeader' | 'objcPreprocessed'
  | 'objc++' | 'objc++Header' | 'objc++Preprocessed'
  | 'assembler' | 'assemblerToPreprocess'
  | 'rust';

/** What the launcher was asked to do. */
export interface CompileRequest {
  /** Absolute path of the compiler, as resolved in the caller's PATH (symlinks not followed). */
  readonly compiler: string;
  /** Arguments after the compiler. */
  readonly args: readonly string[];
  /** Absolute. The kernel's name for the working directory, as getcwd gives it. */
  readonly cwd: string;
  /** The caller's whole environment. Never logged. */
  readonly env: EnvPairs;
}

/** What is known about the compiler before its arguments are read. */
export interface CompilerFacts {
  readonly kind: CompilerKind;
  /** True for g++ and clang++: `.c` files are then C++. */
  readonly plusplus: boolean;
  /** The compiler's own version text, e.g. `12.2.0`. */
  readonly version: string;
  /** True for Apple's clang. */
  readonly apple: boolean;
  /** Of cl.exe: what stands before the name in its notes about included files, byte by byte (latin1). */
  readonly notePrefix?: string | undefined;
  /** Of clang-cl: the folder in which its own headers lie. */
  readonly resources?: string | undefined;
}

/** How a response file is written: as UTF-8 alone, or with a byte order mark that may name UTF-16, as Windows programs do. */
export type ResponseEncoding = 'utf-8' | 'marked';

/** Reading a response file is the one thing a dialect cannot do by itself. `undefined`: unreadable. @param encoding default `utf-8` */
export type ReadResponseFile = (absolutePath: string, encoding?: ResponseEncoding) => string | undefined;

/** Not an error: a compile we do not take, with the reason that shows in the statistics. */
export interface Decline {
  readonly kind: 'decline';
  /** `not-compile`: linking, `--version`, `-E`…: nothing to cache. `not-cacheable`: a compile that we must not cache. */
  readonly why: 'not-compile' | 'not-cacheable';
  /** Short and stable, e.g. `-save-temps`, `multiple input files`; sccache's words where it has some. */
  readonly reason: string;
}

export type Verdict = { readonly kind: 'compile'; readonly compilation: Compilation } | Decline;

/** What an output is; the names are sccache's entry names (inventory 3.4), then ours. */
export type OutputRole =
  | 'obj' | 'd' | 'dwo' | 'gcno' | 'dia' | 'module' | 'su'
  /** A listing in assembler language beside the object. */
  | 'asm'
  /** What cl.exe lists of the files that it has read. */
  | 'source-dependencies'
  /** What cl.exe gathers of documentation comments. */
  | 'doc'
  /** Of crates; `dep-info` is a list of what was read that names its outputs, so that it is kept as it is. */
  | 'rlib' | 'rmeta' | 'dep-info' | 'staticlib' | 'bin' | 'dylib';

export interface Output {
  readonly role: OutputRole;
  /** As the compiler would open it: absolute, or relative to the working directory. */
  readonly path: string;
  /** True when a successful compile may leave it out. */
  readonly optional: boolean;
}

/** What happens with one argument (one or two words of the command line). */
export type ArgumentClass =
  /** Into the key, to the preprocessor, to the compiler, to the build server. */
  | 'common'
  /** `-I` and friends: the preprocessor and every compile from source see them, the key sees their effect. */
  | 'preprocessor'
  /** `-MD`, `-MF`…: which dependency file to write; not in the key. */
  | 'dependency'
  /** Passed on locally, without effect on the result (`-pipe`). */
  | 'unhashed'
  /** Makes the compiler write one more file (`--serialize-diagnostics`); not for the preprocessor, its place not in the key. */
  | 'side-output'
  /** `-c`. */
  | 'mode'
  /** The source; also `--` and the source after it. */
  | 'input'
  /** `-o` and its operand. */
  | 'output';

export interface Argument {
  readonly class: ArgumentClass;
  readonly words: readonly string[];
}

/** Who decides about colours in diagnostics. `auto`: the terminal. */
export type ColourMode = 'auto' | 'always' | 'never';

/** Where dependencies are written, when they are asked for. */
export interface DependencyFile {
  /** As the compiler would open it. */
  readonly path: string;
  /** True for `-MMD`: system headers left out. */
  readonly userOnly: boolean;
  /** The dependency words for the preprocess step but `-MF`: every one the caller gave, plus the implied target. */
  readonly words: readonly string[];
}

/** One cacheable compile of one source file, understood. */
export interface Compilation {
  readonly language: Language;
  readonly compiler: CompilerFacts;
  /** The source as given on the command line. */
  readonly input: string;
  readonly cwd: string;
  /** All arguments in order, response files expanded, colour flags dropped. Their words are the caller's own. */
  readonly args: readonly Argument[];
  /** The `-o` operand as given; undefined when the compiler chooses. */
  readonly outputGiven: string | undefined;
  readonly outputs: readonly Output[];
  readonly dependencyFile: DependencyFile | undefined;
  /** Files named by arguments whose content enters the key and which a build server needs (profiles, plugins, lists). */
  readonly extraInputs: readonly string[];
  /** Files whose mere presence would change what is read (precompiled headers beside a `-include`): caching needs them absent. */
  readonly absentInputs: readonly string[];
  readonly colour: ColourMode;
  /** Files that decide about the outputs when they are there, and that no list of what was read names. */
  readonly readIfThere?: readonly string[];
  /** False for `.i`, `.s` and friends: the input's own bytes are all there is to read. */
  readonly needsPreprocessing: boolean;
  /** True when the bytes of the outputs depend on the working directory's name (debug info, coverage, profiles). */
  readonly cwdInOutputs: boolean;
  /** True when they depend on the output's name (split dwarf, coverage). */
  readonly outputNameInOutputs: boolean;
  /** True when the code depends on the processor we run on (`-march=native`): its description then belongs in the key. */
  readonly nativeCpu: boolean;
  /** True when the outputs or streams show the command line, as CodeView does: any word that we add would be found there. Default false. */
  readonly ownCommandOnly?: boolean | undefined;
  /** Folders that arguments and environment name for included files, as spelled; undefined: they are read from `args` and the gnu variables. */
  readonly searchFolders?: readonly string[] | undefined;
  /**
   * The words for which only the compile itself tells what it reads, and no preprocessor does; it then also looks at the times of those files, as with a
   * precompiled header. Undefined: the preprocessor tells.
   */
  readonly tracedOnly?: string | undefined;
  /** What the user may want to know of such a compile, e.g. that its object holds the time: told where compiles are explained. */
  readonly advice?: string | undefined;
  /** Operands of -include and -imacros, in order. */
  readonly forcedIncludes: readonly string[];
  /** A reason why the files that this compile reads cannot be followed by their names, e.g. `-remap`; undefined when they can. */
  readonly unfollowed: string | undefined;
  /** A reason why this compile must stay at home, e.g. `-v`, `-march=native`; undefined when it may travel. */
  readonly homeOnly: string | undefined;
  /** True when the source only asks the compiler something: who asked removes it as soon as there is an answer. */
  readonly probe?: true;
}

/** A command line for a program: everything but environment and working directory. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

/** How one compiler family speaks. All members are pure. */
export interface Dialect {
  readonly kind: CompilerKind;
  parse(request: CompileRequest, facts: CompilerFacts, readResponseFile: ReadResponseFile): Verdict;
  /**
   * The command that writes the preprocessed text, line markers kept, to standard output. Its text is exact enough that
   * equal text, equal inputs and equal key parts mean equal outputs.
   * @param dependencyPath where the dependency file goes instead of its own place (the engine lands it there when the
   * compile has succeeded, as the compilers do); given exactly when the compilation has a dependencyFile
   */
  preprocessCommand(compilation: Compilation, program: string, dependencyPath: string | undefined): Command;
  /** The whole compile from the original source, diagnostics forced to `colour`. */
  compileCommand(compilation: Compilation, program: string, colour: 'always' | 'never'): Command;
  /** The same, which also writes every file that it reads (system headers too) to `dependencyPath`; for compiles that write no dependency file of their own. */
  tracedCommand(compilation: Compilation, program: string, options: { readonly colour: 'always' | 'never'; readonly dependencyPath: string }): Command;
  /** Preprocesses nothing, and tells on standard error (in the C locale) where this compile looks for included files; `readSearchList` reads it. */
  searchCommand(compilation: Compilation, program: string): Command;
  /**
   * The compile as a build server runs it, from source and headers under their own names, never coloured, writing all its
   * dependencies (system headers too) to `dependencyPath` so that the client can prove that the same files were read.
   */
  remoteCommand(compilation: Compilation, program: string, dependencyPath: string): Command;
  /** The files that the preprocessor entered, the input first, as it told on standard error; absent: its line markers tell. */
  enteredFiles?(compilation: Compilation, stderr: Uint8Array): EnteredFiles;
  /** All files that a compile told of on standard output because it was asked to, as spelled there; undefined when it was not, or when it said more. */
  notedFiles?(compilation: Compilation, stdout: string): readonly string[] | undefined;
  /**
   * Words that make the same compiler, installed elsewhere and under another name, do as the one here; absent where nothing of the kind is possible.
   * @param list where this compile looks for included files here, if that is known
   */
  foreignWords?(compilation: Compilation, list: SearchList | undefined): readonly string[];
  /** Key parts from arguments, language, environment variables that the compiler reads; no file's content. */
  keyParts(compilation: Compilation, env: EnvPairs): readonly KeyPart[];
  /** What decides, besides `keyParts`, which files are read and what the dependency file says: search paths, source name, dependency words. */
  nearParts(compilation: Compilation): readonly KeyPart[];
  /** The environment that a build server needs for this compile: an allow list, so that secrets stay here. */
  remoteEnv(env: EnvPairs): EnvPairs;
}

export type EnteredFiles =
  /** `others`: what else was said, for the key: equal for equal diagnostics. */
  | { readonly kind: 'entered'; readonly files: readonly string[]; readonly others: string }
  | { readonly kind: 'unknowable'; readonly reason: string };

/** What the preprocessed text tells about files. */
export interface SourceFiles {
  /** Every file that was entered, in first-entered order, as the line markers spell it (unescaped); the input first. */
  readonly files: readonly string[];
  /** Precompiled headers that were used (`#pragma GCC pch_preprocess`). */
  readonly precompiled: readonly string[];
  /** True when the text holds `.incbin` or `.include "`, so that files unknown to us are read by the assembler. */
  readonly incbin: boolean;
}

/** Reads preprocessed text piece by piece; chunks may end anywhere. */
export interface LineMarkerScanner {
  push(chunk: Uint8Array): void;
  end(): SourceFiles;
}
