// Knows: which engine parts this program's daemon is made of. Refuses to know: their insides, and how a daemon lives.
import { rustcDialect } from '@sccache-ts/adapter-cargo';
import { clangClDialect, msvcDialect } from '@sccache-ts/adapter-msvc';
import type { ClientDistribution, ClientSettings, PrepareOptions, Surroundings } from '@sccache-ts/client';
import { causeChain, type Log } from '@sccache-ts/core/base';
import { clangDialect, gccDialect } from '@sccache-ts/core/compilation';
import { createCompilers, createDistribution } from '@sccache-ts/core/engine';
import { createCompilerProbe, createCrateProbe, createFileDigests, watchFiles } from '@sccache-ts/core/host';

/** Distribution that was asked for with a way to log in that there is not: everything stays at home, and the status says why. */
function withoutLogin(schedulerUrl: string, type: string): ClientDistribution {
  const reason = `login kind ${type} is not available yet`;
  return {
    compile: () => Promise.resolve({ kind: 'home', reason, server: undefined, fault: undefined }),
    status: () => Promise.resolve({ NotConnected: [schedulerUrl, 'enabled, auth not configured'] }),
    close: () => Promise.resolve(),
  };
}

export interface DistributionSurroundings {
  /** For the programs that find out what belongs to a compiler. */
  readonly env: Readonly<Record<string, string>>;
  readonly log: Log;
  readonly platform: NodeJS.Platform;
}

export function distributionOf({ dist }: ClientSettings, around: DistributionSurroundings): ClientDistribution | undefined {
  if (dist === undefined) return undefined;
  const { auth, schedulerUrl, cacheDir, toolchainCacheBytes, toolchains } = dist;
  if (auth.kind === 'unavailable') return withoutLogin(schedulerUrl, auth.type);
  return createDistribution({ schedulerUrl, token: auth.token, cacheDir, toolchainCacheBytes, toolchains }, around);
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
  const env = Object.fromEntries(Object.entries(around.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  const digests = createFileDigests(Date.now);
  const probe = createCompilerProbe({ digests });
  const crates = { dialect: rustcDialect, probe: createCrateProbe({ digests }) };
  return {
    around,
    log,
    build,
    compilers: createCompilers({ dialects: { gcc: gccDialect, clang: clangDialect, 'clang-cl': clangClDialect, msvc: msvcDialect }, probe, crates, nowMs: Date.now }),
    distribution: (settings) => distributionOf(settings, { env, log, platform: around.platform }),
    watch: watchSettings(log),
  };
}
