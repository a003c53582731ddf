// Knows: what the scheduler needs from outside. Refuses to know: who provides it.
import type { Log } from '@sccache-ts/core/base';
import type { HttpClient, InheritedSockets } from '@sccache-ts/core/host';

export interface Clock {
  /** Milliseconds that never go back. */
  monotonicMs(): number;
  /** Milliseconds since 1970. */
  wallMs(): number;
}

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
};

export interface SchedulerPorts {
  readonly clock: Clock;
  /** Asks build servers. Whoever made it closes it. */
  readonly http: Pick<HttpClient, 'request'>;
  readonly log: Log;
  /** Listening already, and handed to this process. */
  readonly sockets?: Pick<InheritedSockets, 'take'>;
}
