// Knows: what build servers said of themselves, what went wrong with them, and which were lost, for people who look at the fleet.
// Refuses to know: which server gets a job; none of this decides anything.
import type { ServerReport } from '@sccache-ts/core/wire';

/** Times are of the clock that never goes back, in milliseconds. */
export interface ServerNote {
  /** Undefined: sccache's own build server says nothing. */
  readonly report: ServerReport | undefined;
  readonly reportedAt: number;
  readonly placed: number;
  /** The last time that it refused a job or did not answer. */
  readonly failure: { readonly message: string; readonly at: number } | undefined;
}

export interface LostServer {
  readonly server: string;
  readonly why: 'silent' | 'left';
  readonly at: number;
}

export interface ServerNotes {
  of(server: string): ServerNote;
  heard(server: string, report: ServerReport | undefined, at: number): void;
  placed(server: string): void;
  failed(server: string, failure: NonNullable<ServerNote['failure']>): void;
  gone(lost: LostServer): void;
  /** Those of the last hour that have not come back, the last one first. */
  lost(now: number): readonly LostServer[];
}

const rememberedMs = 3_600_000;
const mostLost = 256;
const longestMessage = 500;

const nothing: ServerNote = { report: undefined, reportedAt: 0, placed: 0, failure: undefined };

export function createServerNotes(): ServerNotes {
  const known = new Map<string, ServerNote>();
  /** Oldest first. */
  const lost = new Map<string, LostServer>();
  const change = (server: string, news: Partial<ServerNote>): void => void known.set(server, { ...(known.get(server) ?? nothing), ...news });
  return {
    of: (server) => known.get(server) ?? nothing,
    heard(server, report, reportedAt) {
      lost.delete(server);
      change(server, { report, reportedAt });
    },
    placed: (server) => change(server, { placed: (known.get(server)?.placed ?? 0) + 1 }),
    failed: (server, { message, at }) => change(server, { failure: { message: message.slice(0, longestMessage), at } }),
    gone(it) {
      known.delete(it.server);
      lost.delete(it.server);
      lost.set(it.server, it);
      const [oldest] = lost.keys();
      if (lost.size > mostLost && oldest !== undefined) lost.delete(oldest);
    },
    lost(now) {
      for (const { server, at } of lost.values()) if (now - at > rememberedMs) lost.delete(server);
      return [...lost.values()].reverse();
    },
  };
}
