// Knows: how a failure is told on standard error. Refuses to know: what failed.
import { causeChain, type Fault, isFault } from '@sccache-ts/core/base';

/** sccache's words for a class of failures; the fault's own message is then the cause. */
function headline(fault: Fault): string | undefined {
  switch (fault.code) {
    case 'SETTINGS_SYNTAX':
    case 'SETTINGS_UNKNOWN_KEY':
    case 'SETTINGS_INVALID':
    case 'SETTINGS_UNREADABLE':
      return 'Failed to load config file';
    default:
      return undefined;
  }
}

/** What standard error says of a failure. */
export function failureText(thrown: unknown): string {
  if (isFault(thrown, 'USAGE')) return `error: ${thrown.message}\n${thrown.hint === undefined ? '' : `\n${thrown.hint}\n`}`;
  const own = isFault(thrown) ? headline(thrown) : undefined;
  const [first = 'unknown', ...causes] = [...(own === undefined ? [] : [own]), ...causeChain(thrown)];
  const lines = [`sccache: error: ${first}`, ...causes.map((cause) => `sccache: caused by: ${cause}`)];
  if (isFault(thrown) && thrown.hint !== undefined) lines.push(`sccache: hint: ${thrown.hint}`);
  if (isFault(thrown) ? thrown.blame === 'bug' : thrown instanceof Error) lines.push((thrown as Error).stack ?? '');
  return `${lines.join('\n')}\n`;
}
