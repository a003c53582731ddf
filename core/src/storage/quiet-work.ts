// Knows: that some work waits until nobody asks for anything, and is done a little at a time. Refuses to know: what work.

export interface QuietWork {
  /** Somebody is served from now on. @returns to be called once that is over */
  began(): () => void;
  /** There may be something to do. */
  wake(): void;
  /** Waits for the step under way; no other one begins. */
  close(): Promise<void>;
}

export interface QuietWorkOptions {
  readonly isThereWork: () => boolean;
  /** One small piece. What it throws makes the rest wait for a while. */
  readonly step: () => Promise<void>;
  readonly nowMs: () => number;
}

/** It is quiet when so long nobody was served. */
const quietMs = 1_000;
const lookEveryMs = 250;
/** Then others on this machine have a turn. */
const sliceMs = 50;
/** What failed is hardly better a moment later. */
const failedMs = 60_000;

export function createQuietWork({ isThereWork, step, nowMs }: QuietWorkOptions): QuietWork {
  let serving = 0;
  let waitFrom = nowMs();
  let waitMs = quietMs;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  const isQuiet = (): boolean => {
    const since = nowMs() - waitFrom;
    // A clock that was set back must not stop the work until it is where it was.
    return serving === 0 && (since >= waitMs || since < 0);
  };

  async function slice(): Promise<void> {
    const until = performance.now() + sliceMs;
    try {
      while (!closed && isQuiet() && isThereWork() && performance.now() < until) await step();
    } catch {
      // Such work only makes things better; whoever looks up or stores meets the same trouble and is told of it.
      waitFrom = nowMs();
      waitMs = failedMs;
    }
  }

  function wake(): void {
    if (closed || timer !== undefined || !isThereWork()) return;
    timer = setTimeout(() => {
      running = slice().finally(() => {
        timer = undefined;
        wake();
      });
    }, lookEveryMs).unref();
  }

  return {
    began() {
      serving++;
      return () => {
        serving--;
        waitFrom = nowMs();
        waitMs = quietMs;
        wake();
      };
    },
    wake,
    async close() {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
