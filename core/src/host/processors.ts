// Knows: how many processors this process may use. Refuses to know: what for.
import { availableParallelism } from 'node:os';

/** Those that affinity and the like leave to us; at least 1. */
export const usableProcessors = (): number => availableParallelism();
