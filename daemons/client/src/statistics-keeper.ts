// Knows: the daemon's statistics over its life, and the commands that ask for them. Refuses to know: sockets and compiles.
import type { CompileReport } from '@sccache-ts/core/engine';
import type { Storage, StorageStatus } from '@sccache-ts/core/storage';
import type { ClientSettings } from './settings-shape.js';
import { emptyStatistics, recordCompile, recordCorruptEntry } from './statistics.js';
import { type CacheFacts, statisticsInfo, type StatisticsInfo } from './statistics-json.js';

/** What statistics tell of the cache. @param status undefined: no daemon runs, so nobody knows the size */
export function cacheFacts(settings: ClientSettings, status: StorageStatus | undefined, version: string): CacheFacts {
  return {
    location: status?.location ?? `Local disk: ${JSON.stringify(settings.disk.dir)}`,
    size: status?.size,
    maxSize: status?.maxSize ?? settings.disk.maxBytes,
    directMode: settings.disk.direct.enabled,
    basedirs: settings.basedirs,
    readOnly: status === undefined ? undefined : settings.disk.readOnly,
    version,
  };
}

/** What `--show-stats` tells when no daemon runs. */
export function statisticsWithoutDaemon(settings: ClientSettings, version: string): StatisticsInfo {
  return statisticsInfo(emptyStatistics, cacheFacts(settings, undefined, version));
}

export interface KeeperParts {
  readonly storage: Pick<Storage, 'status'>;
  /** Asked each time, because settings are read again while the daemon runs. */
  readonly settings: () => ClientSettings;
  readonly version: string;
}

/** A class because it has a lifetime: the daemon's. */
export class StatisticsKeeper {
  readonly #parts: KeeperParts;
  #statistics = emptyStatistics;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  record(report: CompileReport): void {
    this.#statistics = recordCompile(this.#statistics, report);
  }

  recordCorruptEntry(): void {
    this.#statistics = recordCorruptEntry(this.#statistics);
  }

  zero(): void {
    this.#statistics = emptyStatistics;
  }

  async info(): Promise<StatisticsInfo> {
    const { storage, settings, version } = this.#parts;
    return statisticsInfo(this.#statistics, cacheFacts(settings(), await storage.status(), version));
  }
}
