// Knows: how many jobs run at once, and who waits for a place. Refuses to know: what a job is.
import { Fault } from '@sccache-ts/core/base';

export interface Slots {
  /**
   * Waits for a place. @returns gives it back; calling it twice does no harm.
   * @throws Fault NO_CAPACITY when too many wait already or it took too long, CANCELLED
   */
  take(signal: AbortSignal): Promise<() => void>;
  readonly busy: number;
  /** Jobs that wait for a place. */
  readonly waiting: number;
}

export interface SlotsOptions {
  readonly count: number;
  readonly queue: number;
  /** Longest wait in milliseconds. A client that is refused compiles at home, so a long wait helps nobody. */
  readonly waitMs: number;
}

export function createSlots({ count, queue, waitMs }: SlotsOptions): Slots {
  let busy = 0;
  const waiting = new Set<() => void>();

  function place(): () => void {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      busy -= 1;
      const [next] = waiting;
      if (next !== undefined) {
        busy += 1;
        waiting.delete(next);
        next();
      }
    };
  }

  function wait(signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        waiting.delete(enter);
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
      };
      const enter = (): void => {
        settle();
        resolve(place());
      };
      const give = (fault: Fault): void => {
        settle();
        reject(fault);
      };
      const onAbort = (): void => give(new Fault('CANCELLED', 'the client went away while its job waited for a place'));
      const timer = setTimeout(() => give(new Fault('NO_CAPACITY', `all ${count} places were taken for ${waitMs} ms`)), waitMs);
      signal.addEventListener('abort', onAbort, { once: true });
      waiting.add(enter);
    });
  }

  return {
    async take(signal) {
      if (signal.aborted) throw new Fault('CANCELLED', 'the client went away');
      if (busy < count) {
        busy += 1;
        return place();
      }
      if (waiting.size >= queue) throw new Fault('NO_CAPACITY', `all ${count} places are taken, and ${queue} jobs wait already`);
      return wait(signal);
    },
    get busy() {
      return busy;
    },
    get waiting() {
      return waiting.size;
    },
  };
}
