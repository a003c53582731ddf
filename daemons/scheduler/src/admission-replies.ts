// Knows: how a refusal is sent. Refuses to know: who is refused, and why.
import { Fault } from '@sccache-ts/core/base';
import { answeredWith, type Call, type Reply } from '@sccache-ts/core/host';
import { contentTypes } from '@sccache-ts/core/wire';

export type Caller = Pick<Call, 'headers' | 'remoteIp'>;

export const plainText = (text: string): Required<Pick<Reply, 'headers' | 'body'>> => ({
  headers: { 'Content-Type': contentTypes.text },
  body: new TextEncoder().encode(text),
});

/** 401. @param text for the caller; the log says `why` */
export function refusal(challenge: string, why: string, text?: string): Fault {
  const { headers, ...body } = text === undefined ? { headers: {} } : plainText(text);
  return answeredWith({ status: 401, headers: { 'WWW-Authenticate': challenge, ...headers }, ...body }, new Fault('AUTH_REFUSED', why));
}

/** 500: nothing is known against the caller. @param text for the caller; the log says `why` */
export function undecided(why: string, text: string): Fault {
  return answeredWith({ status: 500, ...plainText(text) }, new Fault('AUTH_REFUSED', why));
}
