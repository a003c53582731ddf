// Knows: when a daemon of the fleet reads its settings anew, and what the log then says. Refuses to know: which keys can change.
import { causeChain, type Log, type SettingsChanges, isFault } from '@sccache-ts/core/base';
import { versionOf, watchFiles } from '@sccache-ts/core/host';

export interface ReloadOptions<S> {
  /** Absolute. */
  readonly path: string;
  /** Reads and checks the whole file. */
  readonly load: () => Promise<S>;
  readonly take: (settings: S) => SettingsChanges;
  readonly log: Log;
  /** Around each reading. */
  readonly begin: () => void;
  readonly end: () => void;
}

export interface Reloading {
  close(): Promise<void>;
}

function tell(log: Log, { live, restart }: SettingsChanges, asked: boolean): void {
  if (live.length > 0) log.info(`settings read again, now in force: ${live.join(', ')}`);
  if (restart.length > 0) log.warn(`settings read again, in force after a restart: ${restart.join(', ')}`);
  if (asked && live.length + restart.length === 0) log.info('settings read again: nothing has changed');
}

async function readAgain<S>({ load, take, log, begin, end }: ReloadOptions<S>, asked: boolean): Promise<void> {
  begin();
  try {
    tell(log, take(await load()), asked);
  } catch (thrown) {
    const hint = isFault(thrown) && thrown.hint !== undefined ? ` (${thrown.hint})` : '';
    log.error(`settings cannot be used, those in force stay: ${causeChain(thrown).join(': ')}${hint}`);
  } finally {
    end();
  }
}

/** Reads the settings again at SIGHUP, and whenever the file has changed. */
export function reloadOnChange<S>(options: ReloadOptions<S>): Reloading {
  const { path } = options;
  // One after the other: the last word counts.
  let last = Promise.resolve();
  const soon = (asked: boolean) => (): void => void (last = last.then(() => readAgain(options, asked)));
  const onSignal = soon(true);
  process.on('SIGHUP', onSignal);
  // One that is gone is about to be replaced.
  const watch = watchFiles([path], () => versionOf(path) !== undefined && soon(false)());
  return {
    async close() {
      process.off('SIGHUP', onSignal);
      watch.close();
      await last;
    },
  };
}
