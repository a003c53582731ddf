// Knows: how the build server becomes a process: settings, log, signals. Refuses to know: what it does.
import { decodeBuilderSettings, runBuilder } from '@sccache-ts/builder';
import { closeInheritedFiles, createHttpClient, logFromEnvironment } from '@sccache-ts/core/host';
import { systemClock } from '@sccache-ts/scheduler';
import { complain, type ExitCode, orComplain } from './complain.js';
import { liveUntilAsked } from './daemon-life.js';
import type { DaemonOptions } from './scheduler-command.js';
import { loadSettings } from './settings.js';

/** Ends when the build server was asked to stop. Never goes into the background: whoever starts it watches it. */
export async function serverCommand({ config, syslog, env }: DaemonOptions): Promise<ExitCode> {
  closeInheritedFiles(env);
  const settings = await orComplain(() => loadSettings(config, decodeBuilderSettings));
  if (settings === undefined) return 1;
  const log = logFromEnvironment(env, { ident: 'sccache-buildserver', otherwise: 'info', ...(syslog === undefined ? {} : { syslog }) });
  const http = createHttpClient();
  try {
    await liveUntilAsked(await runBuilder({ settings, clock: systemClock, http, log }), log);
    return 0;
  } catch (thrown) {
    if (syslog !== undefined) log.error(thrown instanceof Error ? thrown.message : String(thrown));
    complain(thrown);
    return 2;
  } finally {
    await http.close();
  }
}
