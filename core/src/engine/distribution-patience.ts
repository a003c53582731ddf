// Knows: when somebody who has failed is asked again. Refuses to know: who it is.
// After a failure nobody asks for a while; then one may, and until that one has told how it went the others wait on.

export interface Patience {
  /** True when it may be asked now; after a failure true for one asker at a time. */
  mayTry(): boolean;
  worked(): void;
  failed(): void;
  /** Until the next try, in milliseconds; 0 when it may be asked. */
  leftMs(): number;
}

export interface PatienceOptions {
  readonly clockMs: () => number;
  /** After the first failure; doubled with each further one. */
  readonly firstMs: number;
  readonly longestMs: number;
}

export function createPatience({ clockMs, firstMs, longestMs }: PatienceOptions): Patience {
  let failures = 0;
  let until = -Infinity;
  let trying = false;
  const leftMs = (): number => Math.max(0, until - clockMs());
  return {
    leftMs,
    mayTry() {
      if (leftMs() > 0) return false;
      if (failures > 0) {
        trying = true;
        // Should this one never tell how it went, the next may ask after the shortest pause.
        until = clockMs() + firstMs;
      }
      return true;
    },
    worked() {
      failures = 0;
      until = -Infinity;
      trying = false;
    },
    failed() {
      // Those who were under way together and fail together are one failure.
      if (leftMs() > 0 && !trying) return;
      trying = false;
      failures += 1;
      until = clockMs() + Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 20));
    },
  };
}
