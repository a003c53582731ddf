// Knows: what the steps of one compile hand to each other. Refuses to know: the steps.
import type { CacheKey, KeyPart } from '../base/index.js';
import type { Compilation, CompileRequest } from '../compilation/index.js';
import type { Controls } from './controls.js';
import type { Compiler, Front } from './ports.js';
import type { Inputs } from './preprocess.js';

/** One compile on its way; what later steps need from earlier ones. */
export interface Work {
  readonly request: CompileRequest;
  readonly front: Front;
  readonly compiler: Compiler;
  readonly compilation: Compilation;
  readonly controls: Controls;
  readonly inputs: Inputs;
  readonly key: CacheKey;
  /** What the key is made of. */
  readonly parts: readonly KeyPart[];
  /** Inputs that changed after this moment may not be what the compiler saw. */
  readonly startedMs: number;
}
