// Knows: which keys of server.conf a running server takes over. Refuses to know: files and signals.
import { type KeyManner, type SettingsChanges, takeOver } from '@sccache-ts/core/base';
import type { BuilderSettings } from './settings.js';

const manners: { readonly [K in keyof BuilderSettings]?: KeyManner } = {
  serverId: { key: 'public_addr' },
  buildDir: { key: 'builder.build_dir' },
  bwrapPath: { key: 'builder.bwrap_path' },
  unpackedSize: { key: 'unpacked_toolchains_size' },
  schedulerUrl: { live: true },
  schedulerToken: { key: 'scheduler_auth', live: true },
  exitCodes: { live: true },
  jobSeconds: { live: true },
  drainSeconds: { live: true },
};

/** Changes `current`, which all parts of the server read, in place. */
export const reloadInto = (current: BuilderSettings, next: BuilderSettings): SettingsChanges => takeOver(current, next, manners);
