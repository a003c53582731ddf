// Knows: which engine parts this program's daemon is made of. Refuses to know: their insides, and how a daemon lives.
import { type ClientDistribution, type ClientSettings, type PrepareOptions, type Surroundings } from '@sccache-ts/client';
import { causeChain, Fault, type Log } from '@sccache-ts/core/base';
import type { Compilers } from '@sccache-ts/core/engine';
import { watchFiles } from '@sccache-ts/core/host';

/** Knows no compiler, so that every one is run as if we were not there. */
const compilers: Compilers = {
  identify: ({ compiler }) => Promise.reject(new Fault('COMPILER_UNSUPPORTED', `${compiler}: no compiler is known`)),
};

function distribution(_settings: ClientSettings): ClientDistribution | undefined {
  return undefined;
}

/** Settings files are watched, and read again when the process is told SIGHUP: not every file system tells of changes. */
function watchSettings(log: Log): PrepareOptions['watch'] {
  return (files, changed) => {
    const watching = watchFiles(files, {
      onChange: changed,
      onError: (cause) => log.warn(`settings files cannot be watched: ${causeChain(cause).join(': ')}`),
    });
    process.on('SIGHUP', changed);
    return () => {
      process.off('SIGHUP', changed);
      void watching.then((watch) => watch.close());
    };
  };
}

export function daemonParts(around: Surroundings, log: Log, build: string): PrepareOptions {
  return { around, log, build, compilers, distribution, watch: watchSettings(log) };
}
