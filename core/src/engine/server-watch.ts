// Knows: whether a build server that works for us is still alive, so that nobody waits for one that was cut off or stands still.
// Refuses to know: what it works on.
//
// A compile may take minutes, so its own silence says nothing. A build server of ours answers `GET /healthz` at any time, however busy it is;
// sccache's has no such path, and answers nothing while all its threads compile: of it only a connection that cannot be made counts.
import { Fault, isFault } from '../base/index.js';
import type { HttpClient } from '../host/index.js';
import type { ServerId } from '../wire/index.js';

export interface WatchRules {
  /** Between two questions, in milliseconds. */
  readonly everyMs: number;
  readonly answerMs: number;
  /** Questions in a row without answer after which the server is given up. */
  readonly misses: number;
}

/** Together less than ten seconds: no compile shall hang for longer than that beyond its own time. */
export const watchRules: WatchRules = { everyMs: 2_000, answerMs: 2_500, misses: 2 };

export interface ServerWatch {
  /**
   * Does work for which the server is needed, with a signal that is aborted when `signal` is, or when the server is silent.
   * @throws whatever the work throws, which after an abort is the signal's reason or tells of it
   */
  during<T>(server: Watched, signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

export interface Watched {
  readonly id: ServerId;
  /** PEM. */
  readonly certificate: string;
}

type Answer = 'ours' | 'other' | 'none' | 'unreachable';

interface State {
  readonly users: Set<AbortController>;
  ours: boolean;
  misses: number;
  timer: NodeJS.Timeout | undefined;
}

const longestAnswer = 64 * 1024;

export function createServerWatch(http: Pick<HttpClient, 'request'>, rules: WatchRules = watchRules): ServerWatch {
  /** Only those in use: a server that was restarted is another one. */
  const states = new Map<string, State>();

  async function ask({ id, certificate }: Watched): Promise<Answer> {
    try {
      const { status } = await http.request({ method: 'GET', url: `https://${id}/healthz`, ca: certificate, timeoutMs: rules.answerMs, maxReply: longestAnswer });
      return status === 200 ? 'ours' : 'other';
    } catch (thrown) {
      return isFault(thrown, 'HTTP_TIMEOUT') ? 'none' : 'unreachable';
    }
  }

  function note(state: State, answer: Answer): void {
    if (answer === 'ours') state.ours = true;
    const silent = answer === 'unreachable' || (answer === 'none' && state.ours);
    state.misses = silent ? state.misses + 1 : 0;
  }

  async function look(server: Watched, state: State): Promise<void> {
    note(state, await ask(server));
    if (state.users.size === 0) return;
    if (state.misses >= rules.misses) {
      const fault = new Fault('HTTP_TIMEOUT', `build server ${server.id} did not say that it lives, ${state.misses} times in a row; given up on it`);
      for (const user of state.users) user.abort(fault);
      return;
    }
    state.timer = setTimeout(() => void look(server, state), rules.everyMs).unref();
  }

  function join(server: Watched, user: AbortController): () => void {
    const key = `${server.id} ${server.certificate}`;
    const known = states.get(key);
    const state: State = known ?? { users: new Set(), ours: false, misses: 0, timer: undefined };
    if (known === undefined) states.set(key, state);
    state.users.add(user);
    // The first question also tells whose server it is, before anything can happen to it.
    if (state.users.size === 1) void look(server, state);
    return () => {
      state.users.delete(user);
      if (state.users.size > 0) return;
      clearTimeout(state.timer);
      if (states.get(key) === state) states.delete(key);
    };
  }

  return {
    async during(server, signal, work) {
      const silent = new AbortController();
      const leave = join(server, silent);
      try {
        return await work(signal === undefined ? silent.signal : AbortSignal.any([signal, silent.signal]));
      } catch (thrown) {
        throw silent.signal.aborted && signal?.aborted !== true ? silent.signal.reason : thrown;
      } finally {
        leave();
      }
    },
  };
}
