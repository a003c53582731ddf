// Knows: how the scheduler becomes a process: settings, background, log, signals. Refuses to know: what it does.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatSocketAddress, type LogLevel } from '@sccache-ts/core/base';
import { createHttpClient, inheritedSockets, logFromEnvironment, startInBackground, waitingForeground } from '@sccache-ts/core/host';
import { decodeSchedulerSettings, runScheduler, type SchedulerSettings, systemClock } from '@sccache-ts/scheduler';
import { complain, type ExitCode, orComplain } from './complain.js';
import { asFault, liveUntilAsked, tellUnused } from './daemon-life.js';
import { loadSettings } from './settings.js';

export interface DaemonOptions {
  readonly config: string;
  readonly syslog?: LogLevel;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of this package. */
  readonly version: string;
}

const readyMs = 30_000;
const program = fileURLToPath(new URL('../dist-main.js', import.meta.url));

async function intoBackground({ config, syslog, env }: DaemonOptions): Promise<ExitCode> {
  const started = await orComplain(() =>
    startInBackground({
      argv: [program, 'scheduler', '--config', resolve(config), ...(syslog === undefined ? [] : ['--syslog', syslog])],
      env,
      ...(env['SCCACHE_ERROR_LOG'] === undefined ? {} : { errorLog: env['SCCACHE_ERROR_LOG'] }),
      timeoutMs: readyMs,
    }),
  );
  return started === undefined ? 2 : 0;
}

async function inThisProcess(settings: SchedulerSettings, { config, syslog, env, version }: DaemonOptions): Promise<ExitCode> {
  const foreground = waitingForeground(env);
  // Before the folder changes.
  const path = resolve(config);
  const log = logFromEnvironment(env, { ident: 'sccache-scheduler', otherwise: 'info', format: settings.logFormat, ...(syslog === undefined ? {} : { syslog }) });
  const http = createHttpClient({ connectTimeoutMs: 3_000 });
  try {
    const sockets = inheritedSockets(env);
    const scheduler = await runScheduler(settings, { clock: systemClock, http, log, version, sockets });
    tellUnused(sockets, log);
    const listens = `scheduler listening on ${formatSocketAddress(scheduler.address)}`;
    log.info(listens);
    if (foreground !== undefined) {
      // A daemon must not keep anybody's folder from being unmounted.
      process.chdir('/');
      foreground.ready();
    }
    const load = (): Promise<SchedulerSettings> => loadSettings(path, decodeSchedulerSettings);
    await liveUntilAsked(scheduler, { log, env, path, load, listens, settings, drainSeconds: (it) => it.drainSeconds });
    return 0;
  } catch (thrown) {
    if (syslog !== undefined) log.error(thrown instanceof Error ? thrown.message : String(thrown));
    if (foreground === undefined) complain(thrown);
    else await foreground.failed(asFault(thrown));
    return 2;
  } finally {
    await http.close();
  }
}

/** Ends when the scheduler was asked to stop, or, on the way into the background, as soon as it listens there. */
export async function schedulerCommand(options: DaemonOptions): Promise<ExitCode> {
  const settings = await orComplain(() => loadSettings(options.config, decodeSchedulerSettings));
  if (settings === undefined) return 1;
  const stays = options.env['SCCACHE_NO_DAEMON'] === '1' || waitingForeground(options.env) !== undefined;
  return stays ? inThisProcess(settings, options) : intoBackground(options);
}
