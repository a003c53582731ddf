// Knows: that a login ends while a daemon lives, and that builds then go on at home. Refuses to know: who distributes and how.
import type { Log } from '@sccache-ts/core/base';
import type { AwayResult } from '@sccache-ts/core/engine';
import type { ClientDistribution } from '../services.js';
import { whyNoLogin } from '../settings-auth.js';
import type { LoginSettings } from '../settings-shape.js';

export interface LoggedInOptions {
  readonly auth: LoginSettings;
  readonly schedulerUrl: string;
  readonly log: Log;
  readonly nowMs: () => number;
}

/** Distribution for as long as the login holds; afterwards everything stays at home, which is said once. No token is sent that is known to be worth nothing. */
export function loggedIn(distribution: ClientDistribution, { auth, schedulerUrl, log, nowMs }: LoggedInOptions): ClientDistribution {
  // At the start the settings' own warning has told.
  let said = whyNoLogin(auth, nowMs()) !== undefined;
  const useless = (): string | undefined => {
    const why = whyNoLogin(auth, nowMs());
    if (why !== undefined && !said) {
      said = true;
      log.warn(why);
    }
    return why;
  };
  return {
    compile(job): Promise<AwayResult> {
      if (useless() === undefined) return distribution.compile(job);
      return Promise.resolve({ kind: 'home', reason: 'nobody is logged in: sccache-ts --dist-auth', server: undefined, fault: undefined });
    },
    status: () => (useless() === undefined ? distribution.status() : Promise.resolve({ NotConnected: [schedulerUrl, 'enabled, auth not configured'] })),
    close: () => distribution.close(),
  };
}
