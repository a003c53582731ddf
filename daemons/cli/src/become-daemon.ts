// Knows: how this process becomes the daemon, or starts one and leaves. Refuses to know: what a daemon serves.
import { prepareDaemon, runDaemon } from '@sccache-ts/client/life';
import { logFromEnvironment } from '@sccache-ts/core/host';
import type { CommandContext } from './commands/context.js';
import { failureText } from './commands/failure-text.js';
import { startServer } from './commands/server.js';
import { daemonParts } from './daemon-parts.js';

/**
 * With SCCACHE_NO_DAEMON=1, and when a launcher has started us, this process is the daemon until it ends. Otherwise, called from a
 * shell with SCCACHE_START_SERVER=1, it puts one into the background, as sccache does.
 * @returns the exit code
 */
export async function becomeDaemon(context: CommandContext): Promise<number> {
  const { env, around, uid, build } = context;
  const started = around.env['SCCACHE_TS_LOCK_FD'] !== undefined;
  try {
    if (!started && around.env['SCCACHE_NO_DAEMON'] !== '1') {
      await startServer(context);
      return 0;
    }
    const log = logFromEnvironment(around.env, { ident: 'sccache-ts' });
    await runDaemon({ env, uid, build, prepare: () => prepareDaemon(daemonParts(around, log, build)) });
    return 0;
  } catch (thrown) {
    context.complain(failureText(thrown));
    return 2;
  }
}
