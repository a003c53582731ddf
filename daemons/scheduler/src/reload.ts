// Knows: which keys of scheduler.conf a running scheduler takes over. Refuses to know: files and signals.
import { type KeyManner, type SettingsChanges, takeOver } from '@sccache-ts/core/base';
import type { SchedulerSettings } from './settings.js';

const manners: { readonly [K in keyof SchedulerSettings]?: KeyManner } = {
  clientAuth: { live: true },
  serverAuth: { live: true },
  revokedServers: { live: true },
  trustedProxies: { live: true },
  drainSeconds: { live: true },
};

/** Changes `current`, which all parts of the scheduler read, in place. */
export const reloadInto = (current: SchedulerSettings, next: SchedulerSettings): SettingsChanges => takeOver(current, next, manners);
