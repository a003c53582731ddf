// Knows: when a daemon ends: idle, told so, replaced by a newer one, or no longer reachable. Refuses to know: what it serves.

export interface LifecycleOptions {
  /** 0: never. Counted from the end of the last session, and asked for then. */
  readonly idleTimeoutMs: () => number;
  /** How long sessions may still take once the daemon is told to stop. */
  readonly drainMs: number;
  /** Called once, before draining: take no more launchers. */
  readonly close: () => void;
  /** Called once, when sessions are still there after `drainMs`. */
  readonly abandon: () => void;
}

export interface Lifecycle {
  /** A session begins; call what is returned when it has ended. */
  enter(): () => void;
  readonly active: number;
  /** Takes no more launchers and ends when those that are served are done, however long they take. */
  retire(): void;
  /** The idle time-out may be another now, and begins anew. */
  settingsChanged(): void;
  /** As `retire`, but no longer than `drainMs`. */
  stop(): void;
  /** Resolves when the daemon has nothing more to do. */
  readonly ended: Promise<void>;
}

export function createLifecycle(options: LifecycleOptions): Lifecycle {
  let active = 0;
  let closing = false;
  let idle: NodeJS.Timeout | undefined;
  let idleMs = 0;
  let drain: NodeJS.Timeout | undefined;
  let finish: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    finish = resolve;
  });

  const waitIdly = (ms: number): void => {
    // One timer a session would be dear in a long build; refreshing an old one is cheap.
    if (idle !== undefined && ms === idleMs) return void idle.refresh();
    clearTimeout(idle);
    idleMs = ms;
    idle = ms > 0 ? setTimeout(() => active === 0 && retire(), ms) : undefined;
  };
  const settled = (): void => {
    if (active > 0) return;
    if (closing) {
      clearTimeout(drain);
      finish();
    } else {
      waitIdly(options.idleTimeoutMs());
    }
  };
  const retire = (): void => {
    if (closing) return;
    closing = true;
    clearTimeout(idle);
    options.close();
    settled();
  };

  settled();
  return {
    enter() {
      active += 1;
      let inside = true;
      return () => {
        if (!inside) return;
        inside = false;
        active -= 1;
        settled();
      };
    },
    get active() {
      return active;
    },
    retire,
    settingsChanged: settled,
    stop() {
      retire();
      drain ??= setTimeout(() => {
        options.abandon();
        finish();
      }, options.drainMs);
      settled();
    },
    ended,
  };
}
