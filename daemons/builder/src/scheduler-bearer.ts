// Knows: what a build server shows to its scheduler with each request: its token, or a proof made with its key. Refuses to know: the requests.
import { randomBytes } from 'node:crypto';
import type { HttpReply } from '@sccache-ts/core/host';
import { signProof } from '@sccache-ts/core/wire';
import type { BuilderPorts } from './ports.js';
import type { BuilderSettings } from './settings.js';

export interface Bearer {
  /** For one POST; never the same twice when there is a key. Secret. */
  next(path: string, body: Uint8Array): string;
  /** Learns what time it is where the reply came from: a clock that is wrong must not keep a server out. */
  heard(reply: Pick<HttpReply, 'status' | 'headers'>): void;
}

export function createBearer({ serverId, schedulerToken, schedulerKey }: BuilderSettings, clock: BuilderPorts['clock']): Bearer {
  if (schedulerKey === undefined) return { next: () => schedulerToken, heard: () => undefined };
  let aheadMs = 0;
  return {
    next: (path, body) =>
      signProof(schedulerKey, { method: 'POST', path, body }, { server: serverId, at: Math.max(0, Math.round(clock.wallMs() + aheadMs)), nonce: randomBytes(16).toString('base64url') }),
    heard({ status, headers }) {
      const date = headers['date'];
      const theirs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
      if (status === 401 && Number.isFinite(theirs)) aheadMs = theirs - clock.wallMs();
    },
  };
}
