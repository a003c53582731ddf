// Knows: how many processors and how much memory this process may use. Refuses to know: what for.
import { availableParallelism, totalmem } from 'node:os';

/** Those that affinity and the like leave to us; at least 1. */
export const usableProcessors = (): number => availableParallelism();

/** Bytes of memory that this process may use: the machine's, or less where a control group says so. */
export const memoryOfMachine = (): number => {
  const constrained = process.constrainedMemory();
  return constrained > 0 && constrained < totalmem() ? constrained : totalmem();
};
