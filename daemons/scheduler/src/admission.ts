// Knows: which build servers are let in, and how a refusal is sent. Refuses to know: clients (client-admission.ts), and what those let in may ask for.
import { Fault, sameIp } from '@sccache-ts/core/base';
import { answeredWith, type Call, type Reply } from '@sccache-ts/core/host';
import {
  authenticate,
  bearerToken,
  contentTypes,
  insecureTokens,
  readServerToken,
  readSharedServerToken,
  serverAddress,
  type ServerId,
} from '@sccache-ts/core/wire';
import type { ServerAuth } from './settings.js';

export type Caller = Pick<Call, 'headers' | 'remoteIp'>;

const plainText = (text: string): Required<Pick<Reply, 'headers' | 'body'>> => ({
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

function claimedBy(auth: ServerAuth, token: string): ServerId | undefined {
  switch (auth.kind) {
    case 'DANGEROUSLY_INSECURE':
      return readSharedServerToken(token, insecureTokens.server);
    case 'token':
      return readSharedServerToken(token, auth.token);
    case 'jwt_hs256':
      return readServerToken(auth.secretKey, token);
  }
}

/**
 * The name of the build server that calls. Its address must be the caller's; ports say nothing about who calls.
 * @throws Fault AUTH_REFUSED, with its reply
 */
export function admitServer(auth: ServerAuth, caller: Caller): ServerId {
  const given = bearerToken(caller.headers.authorization);
  const server = given === undefined ? undefined : claimedBy(auth, given);
  if (server === undefined) throw refusal(authenticate.invalidBearerToken, `caller ${caller.remoteIp} has no token of a build server`);
  if (!sameIp(serverAddress(server).ip, caller.remoteIp)) {
    throw refusal(authenticate.mismatchedAddress, `the token of build server ${server} came from ${caller.remoteIp}`);
  }
  return server;
}
