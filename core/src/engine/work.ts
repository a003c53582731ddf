// Knows: what the steps of one compile hand to each other. Refuses to know: the steps.
import type { CacheKey, KeyPart } from '../base/index.js';
import type { BaseFolder, Compilation, CompileRequest } from '../compilation/index.js';
import type { Controls } from './controls.js';
import type { Compiler, Front } from './ports.js';
import type { Inputs } from './preprocess.js';

/** A compile that is understood, before anything was looked up. */
export interface Asked {
  readonly request: CompileRequest;
  readonly front: Front;
  readonly compiler: Compiler;
  readonly compilation: Compilation;
  readonly controls: Controls;
  /** The folder around this compile whose name does not matter, if there is one. */
  readonly base: BaseFolder;
  /** Response files that were read to understand it; absolute. */
  readonly responseFiles: readonly string[];
  /** Inputs that changed after this moment may not be what the compiler saw. */
  readonly startedMs: number;
}

/** One compile on its way; what later steps need from earlier ones. */
export interface Work extends Asked {
  readonly inputs: Inputs;
  readonly key: CacheKey;
  readonly parts: readonly KeyPart[];
}
