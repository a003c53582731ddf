// Knows: starting and stopping the daemon, in sccache's words. Refuses to know: what the daemon does.
import { type StatisticsInfo, statisticsText } from '@sccache-ts/client';
import { Fault, isFault } from '@sccache-ts/core/base';
import { type CommandContext, settingsOf } from './context.js';
import { requireDaemon, startDaemonProcess, stopDaemon } from './daemon.js';

/** @throws Fault ADDRESS_IN_USE, DAEMON_START_FAILED */
export async function startServer(context: CommandContext): Promise<void> {
  const settings = await settingsOf(context);
  context.print('sccache: Starting the server...\n');
  const started = await startDaemonProcess(context, settings).catch((cause: unknown) => {
    if (!isFault(cause)) throw cause;
    throw new Fault(cause.code, `Server startup failed: ${cause.message}`, cause.hint === undefined ? { cause: cause.cause } : { hint: cause.hint });
  });
  if (started === 'busy') {
    throw new Fault('ADDRESS_IN_USE', 'Server startup failed: Address in use', { hint: 'a daemon is running already: sccache-ts --stop-server' });
  }
  context.print(`sccache: Listening on address ${started.listening}\n`);
}

/** @throws Fault DAEMON_UNREACHABLE */
export async function stopServer(context: CommandContext): Promise<void> {
  await settingsOf(context);
  context.print('Stopping sccache server...\n');
  const info = await stopDaemon(await requireDaemon(context), context);
  context.print(statisticsText(info as StatisticsInfo, false));
}
