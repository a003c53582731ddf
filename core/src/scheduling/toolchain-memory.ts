// Knows: which toolchains a build server is believed to hold, as far as its answers told. Refuses to know: archives.
// A belief may be outdated (the server's cache evicts); it only guides placement, the server's own answer decides.
import type { JobNumber } from './fleet.js';

/** Toolchains remembered per server; the ones not asked for longest are forgotten. */
export const toolchainsRemembered = 64;

/** `held`, or the job whose client was told to bring it. */
type Belief = 'held' | JobNumber;

export interface ToolchainMemory {
  /** Most recently told last. */
  readonly beliefs: ReadonlyMap<string, Belief>;
}

export function emptyMemory(): ToolchainMemory {
  return { beliefs: new Map() };
}

/** Changes the memory in place. */
export function believe(memory: ToolchainMemory, toolchain: string, belief: Belief): void {
  const beliefs = memory.beliefs as Map<string, Belief>;
  beliefs.delete(toolchain);
  beliefs.set(toolchain, belief);
  if (beliefs.size <= toolchainsRemembered) return;
  const oldest = beliefs.keys().next();
  if (oldest.done === false) beliefs.delete(oldest.value);
}
