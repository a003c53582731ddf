// Knows: that a coat locates entries and notes uses where what is below it does, and only there. Refuses to know: what the coat is for.
import type { Storage } from './port.js';

/** @param locate how the coat asks for a place */
export function placesOf(storage: Storage, locate: NonNullable<Storage['locate']>): Pick<Storage, 'locate' | 'used'> {
  return {
    ...(storage.locate === undefined ? {} : { locate }),
    ...(storage.used === undefined ? {} : { used: (key) => storage.used?.(key) }),
  };
}
