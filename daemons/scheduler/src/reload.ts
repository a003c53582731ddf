// Knows: which keys of scheduler.conf a running scheduler takes over. Refuses to know: files and signals.
import { type KeyManner, type SettingsChanges, settingsChanges, takeOver } from '@sccache-ts/core/base';
import type { SchedulerSettings } from './settings.js';

const manners: { readonly [K in keyof SchedulerSettings]?: KeyManner } = {
  clientAuth: { live: true },
  serverAuth: { live: true },
  revokedServers: { live: true },
  trustedProxies: { live: true },
  drainSeconds: { live: true },
};

/** Changes `current`, which all parts of the scheduler read, in place. */
export function reloadInto(current: SchedulerSettings, next: SchedulerSettings): SettingsChanges {
  const changes = settingsChanges(current, next, manners);
  Object.assign(current, takeOver(current, next, manners));
  return changes;
}
