// Knows: how a command comes by what is recorded. Refuses to know: what it is asked for, and daemons.
import { causeChain, Fault } from '@sccache-ts/core/base';
import { readAppendLog } from '@sccache-ts/core/host';
import type { RecordSettings } from '../settings-shape.js';
import { type History, historyOf } from './record-history.js';
import { recordsPath } from './recorder.js';

/** What a daemon answers to `records-flush`. */
export interface RecordsPlace {
  readonly path: string;
  /** False: the settings want nothing recorded. */
  readonly on: boolean;
}

/** Where records are when no daemon says. */
export const recordsPlace = ({ dir, maxBytes }: RecordSettings): RecordsPlace => ({ path: recordsPath(dir), on: maxBytes > 0 });

/** @throws Fault STORAGE_FAILED when there is a log that cannot be read */
export async function readRecords({ path }: RecordsPlace): Promise<History> {
  try {
    return historyOf(await readAppendLog(path));
  } catch (cause) {
    throw new Fault('STORAGE_FAILED', `${path}: cannot be read: ${causeChain(cause).join(': ')}`);
  }
}
