// Knows: that a storage is looked at and never written to. Refuses to know: the storage.
import { Fault } from '../base/index.js';
import type { Storage } from './port.js';

/** A coat: every `put` is Fault STORAGE_FAILED, as sccache counts them (inventory R5-55). */
export function readOnly(storage: Storage): Storage {
  return {
    ...storage,
    put: (key) => Promise.reject(new Fault('STORAGE_FAILED', `entry ${key}: not stored, because the storage is read-only`)),
  };
}
