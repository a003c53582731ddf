// Knows: what the steps of one compile hand to each other. Refuses to know: the steps.
import type { CacheKey, KeyPart } from '../base/index.js';
import type { BaseFolder, Compilation, CompileRequest, CrateCompilation } from '../compilation/index.js';
import type { Controls } from './controls.js';
import type { AnyCompiler, Compiler, CrateCompiler, Front } from './ports.js';
import type { Inputs } from './preprocess.js';

/** What all compiles that are understood have in common. */
export interface AskedAny {
  readonly request: CompileRequest;
  readonly front: Front;
  readonly compiler: Pick<AnyCompiler, 'path' | 'identity' | 'evidence'> & { readonly facts: Pick<AnyCompiler['facts'], 'kind'> };
  readonly compilation: Pick<Compilation, 'language' | 'input' | 'cwd' | 'outputs' | 'colour'> & Partial<Pick<CrateCompilation, 'crateTypes'> & Pick<Compilation, 'advice'>>;
  readonly controls: Controls;
  /** The folder around this compile whose name does not matter, if there is one. */
  readonly base: BaseFolder;
  /** Response files that were read to understand it; absolute. */
  readonly responseFiles: readonly string[];
  /** Inputs that changed after this moment may not be what the compiler saw. */
  readonly startedMs: number;
}

/** A compile that is understood, before anything was looked up. */
export interface Asked extends AskedAny {
  readonly compiler: Compiler;
  readonly compilation: Compilation;
}

/** The same of a crate. */
export interface AskedCrate extends AskedAny {
  readonly compiler: CrateCompiler;
  readonly compilation: CrateCompilation;
}

/** One compile on its way; what later steps need from earlier ones. */
export interface Work extends Asked {
  readonly inputs: Inputs;
  readonly key: CacheKey;
  readonly parts: readonly KeyPart[];
}
