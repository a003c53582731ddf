// Knows: which parts the settings choose, and how one set of them is exchanged for another. Refuses to know: the parts' insides.
import { causeChain, type Log } from '@sccache-ts/core/base';
import type { Distribution } from '@sccache-ts/core/engine';
import { createDiskStorage, deadline, type Storage } from '@sccache-ts/core/storage';
import { createRecorder, type Recorder } from './records/recorder.js';
import type { ClientSettings } from './settings-shape.js';

/** Everything that is made anew when settings change. */
export interface Services {
  readonly settings: ClientSettings;
  readonly storage: Storage;
  readonly distribution: ClientDistribution | undefined;
  readonly records: Recorder;
}

/** Distribution as the daemon has it: compiles, tells how it stands, and can be let go of. */
export interface ClientDistribution extends Distribution {
  /** One of sccache's `--dist-status` shapes. */
  status(): Promise<unknown>;
  close(): Promise<void>;
}

export interface ServiceMakers {
  readonly log: Log;
  readonly distribution: (settings: ClientSettings) => ClientDistribution | undefined;
  /** An entry turned out to be none. */
  readonly onCorrupt: () => void;
}

/** Nobody waits for a put; the first one into a big folder reads all of it. */
const putTimeoutMs = 120_000;

function storageFor(settings: ClientSettings, makers: ServiceMakers): Storage {
  const { dir, maxBytes, plainBytes, compressionLevel, readOnly, lookupTimeoutMs } = settings.disk;
  const onCorrupt = (path: string, why: string): void => {
    makers.log.warn(`${path}: not a whole entry, counted as a miss and removed: ${why}`);
    makers.onCorrupt();
  };
  return deadline(createDiskStorage({ dir, maxBytes, plainBytes, level: compressionLevel, readOnly, onCorrupt }), lookupTimeoutMs, putTimeoutMs);
}

export function createServices(settings: ClientSettings, makers: ServiceMakers): Services {
  for (const warning of settings.warnings) makers.log.warn(warning);
  const records = createRecorder(settings.records, makers.log);
  return { settings, storage: storageFor(settings, makers), distribution: makers.distribution(settings), records };
}

/** Lets go of services that no new compile uses; those on their way keep them until they are done. */
export async function closeServices(services: Services, log: Log): Promise<void> {
  for (const part of [services.storage, services.distribution]) {
    try {
      await part?.close();
    } catch (thrown) {
      log.warn(`a part could not be closed: ${causeChain(thrown).join(': ')}`);
    }
  }
  await services.records.flush();
}
