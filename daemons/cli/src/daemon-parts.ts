// Knows: which engine parts this program's daemon is made of. Refuses to know: their insides, and how a daemon lives.
import { rustcDialect } from '@sccache-ts/adapter-cargo';
import { clangClDialect, msvcDialect } from '@sccache-ts/adapter-msvc';
import { type ClientDistribution, type ClientSettings, loggedIn, type Surroundings } from '@sccache-ts/client';
import type { PrepareOptions } from '@sccache-ts/client/life';
import type { Log } from '@sccache-ts/core/base';
import { clangDialect, gccDialect } from '@sccache-ts/core/compilation';
import { createCompilers, createDistribution } from '@sccache-ts/core/engine';
import { createCompilerProbe, createCrateProbe, createFileDigests, watchFiles } from '@sccache-ts/core/host';

export interface DistributionSurroundings {
  /** For the programs that find out what belongs to a compiler. */
  readonly env: Readonly<Record<string, string>>;
  readonly log: Log;
  readonly platform: NodeJS.Platform;
}

export function distributionOf({ dist }: ClientSettings, around: DistributionSurroundings): ClientDistribution | undefined {
  if (dist === undefined) return undefined;
  const { auth, schedulerUrl, schedulerPin, cacheDir, toolchainCacheBytes, toolchains } = dist;
  const common = { schedulerUrl, schedulerPin, cacheDir, toolchainCacheBytes, toolchains };
  if (auth.kind === 'token') return createDistribution({ ...common, token: auth.token }, around);
  const refusedHint = 'the login may have been withdrawn: `sccache-ts --dist-auth` logs in anew';
  const distribution = createDistribution({ ...common, token: auth.kept?.token ?? '', refusedHint }, around);
  return loggedIn(distribution, { auth, schedulerUrl, log: around.log, nowMs: Date.now });
}

/** Settings files are watched, and read again at once when the process is told SIGHUP. */
const watchSettings: PrepareOptions['watch'] = (files, changed) => {
  const watch = watchFiles(files, changed);
  process.on('SIGHUP', changed);
  return () => {
    process.off('SIGHUP', changed);
    watch.close();
  };
};

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
    watch: watchSettings,
  };
}
