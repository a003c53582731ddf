// Knows: how the build server becomes a process: settings, log, signals. Refuses to know: what it does.
import { resolve } from 'node:path';
import { type BuilderSettings, decodeBuilderSettings, runBuilder } from '@sccache-ts/builder';
import { closeInheritedFiles, createHttpClient, inheritedSockets, logFromEnvironment } from '@sccache-ts/core/host';
import { systemClock } from '@sccache-ts/scheduler';
import { complain, type ExitCode, orComplain } from './complain.js';
import { liveUntilAsked, tellUnused } from './daemon-life.js';
import type { DaemonOptions } from './scheduler-command.js';
import { loadSettings } from './settings.js';

/** Ends when the build server was asked to stop. Never goes into the background: whoever starts it watches it. */
export async function serverCommand({ config, syslog, env, version }: DaemonOptions): Promise<ExitCode> {
  closeInheritedFiles(env);
  const settings = await orComplain(() => loadSettings(config, decodeBuilderSettings));
  if (settings === undefined) return 1;
  const log = logFromEnvironment(env, { ident: 'sccache-buildserver', otherwise: 'info', format: settings.logFormat, ...(syslog === undefined ? {} : { syslog }) });
  const http = createHttpClient();
  try {
    const path = resolve(config);
    const load = (): Promise<BuilderSettings> => loadSettings(path, decodeBuilderSettings);
    const listens = `build server ${settings.serverId}`;
    const sockets = inheritedSockets(env);
    const builder = await runBuilder({ settings, clock: systemClock, http, log, version, sockets });
    tellUnused(sockets, log);
    await liveUntilAsked(builder, { log, env, path, load, listens, settings, drainSeconds: (it) => it.drainSeconds });
    return 0;
  } catch (thrown) {
    if (syslog !== undefined) log.error(thrown instanceof Error ? thrown.message : String(thrown));
    complain(thrown);
    return 2;
  } finally {
    await http.close();
  }
}
