// Knows: whether a build server that works for us is still alive, so that nobody waits for one that was cut off or stands still.
// Refuses to know: what it works on.
//
// A compile may take minutes, so its own silence says nothing. A build server of ours answers `GET /healthz` at any time, however busy it is;
// sccache's has no such path (404), and answers nothing while all its threads compile: of one that said so only a connection that cannot be made
// counts.
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

/** Seven seconds together: no compile shall hang for more than ten beyond its own time, and it may have to be begun anew at home. */
export const watchRules: WatchRules = { everyMs: 1_500, answerMs: 2_000, misses: 2 };

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
  /** Has said that it has no such path. */
  other: boolean;
  misses: number;
  /** Counts the questions. */
  generation: number;
  timer: NodeJS.Timeout | undefined;
}

const longestAnswer = 64 * 1024;
/** Servers that are remembered while nobody uses them. */
const remembered = 1_000;

function note(state: State, answer: Answer): void {
  if (answer === 'ours' || answer === 'other') state.other = answer === 'other';
  const silent = answer === 'unreachable' || (answer === 'none' && !state.other);
  state.misses = silent ? state.misses + 1 : 0;
}

export function createServerWatch(http: Pick<HttpClient, 'request'>, rules: WatchRules = watchRules): ServerWatch {
  /** By certificate, too: a server that was restarted is another one. */
  const states = new Map<string, State>();

  async function ask({ id, certificate }: Watched): Promise<Answer> {
    try {
      const { status } = await http.request({ method: 'GET', url: `https://${id}/healthz`, ca: certificate, timeoutMs: rules.answerMs, maxReply: longestAnswer });
      return status === 200 ? 'ours' : 'other';
    } catch (thrown) {
      return isFault(thrown, 'HTTP_TIMEOUT') ? 'none' : 'unreachable';
    }
  }

  async function look(server: Watched, state: State): Promise<void> {
    const { users } = state;
    const generation = (state.generation += 1);
    note(state, await ask(server));
    // Nobody needs to know any more, or somebody has begun to ask anew.
    if (users.size === 0 || state.generation !== generation) return;
    if (state.misses >= rules.misses) {
      const fault = new Fault('HTTP_TIMEOUT', `build server ${server.id} did not say that it lives, ${state.misses} times in a row; given up on it`);
      for (const user of state.users) user.abort(fault);
      return;
    }
    state.timer = setTimeout(() => void look(server, state), rules.everyMs).unref();
  }

  /** The very first question is asked at once: it also tells whose server it is, before all its threads are busy. Later most work is done before one is due. */
  function begin(server: Watched, state: State): void {
    state.misses = 0;
    if (state.generation === 0) return void look(server, state);
    // What is under way from before counts no more.
    state.generation += 1;
    state.timer = setTimeout(() => void look(server, state), rules.everyMs).unref();
  }

  function join(server: Watched, user: AbortController): () => void {
    const key = `${server.id} ${server.certificate}`;
    const state: State = states.get(key) ?? { users: new Set(), other: false, misses: 0, generation: 0, timer: undefined };
    states.delete(key);
    states.set(key, state);
    state.users.add(user);
    if (state.users.size === 1) begin(server, state);
    return () => {
      state.users.delete(user);
      if (state.users.size > 0) return;
      clearTimeout(state.timer);
      const [oldest] = states.keys();
      if (states.size > remembered && oldest !== undefined && states.get(oldest)?.users.size === 0) states.delete(oldest);
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
