// Knows: how a failure is told to the person at the terminal, and which exit code it has. Refuses to know: what failed.
import { causeChain, isFault } from '@sccache-ts/core/base';
import { journalMark } from '@sccache-ts/core/host';

export const programName = 'sccache-ts-dist';

/** 1: the settings cannot be used. 2: wrong arguments, or something went wrong while running. As sccache-dist has them. */
export type ExitCode = 0 | 1 | 2;

/** The sentence, its causes, and what can be done, on standard error. A stack only for what is our own mistake. */
export function complain(thrown: unknown): void {
  const [sentence, ...causes] = causeChain(thrown);
  const begin = `${journalMark(process.env)('error')}${programName}`;
  console.error(`${begin}: error: ${sentence}`);
  for (const cause of causes) console.error(`${begin}: caused by: ${cause}`);
  if (isFault(thrown) && thrown.hint !== undefined) console.error(`${begin}: hint: ${thrown.hint}`);
  if (thrown instanceof Error && (!isFault(thrown) || thrown.blame === 'bug')) console.error(thrown.stack);
}

/** Runs one stretch of a command whose failure has this exit code; undefined when it failed and that has been told. */
export async function orComplain<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (thrown) {
    complain(thrown);
    return undefined;
  }
}
