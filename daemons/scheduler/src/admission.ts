// Knows: who is let in, and how a refusal is worded. Refuses to know: what those let in may then ask for.
import { Fault } from '@sccache-ts/core/base';
import { answeredWith, type Call, type Reply } from '@sccache-ts/core/host';
import {
  authenticate,
  bearerToken,
  contentTypes,
  insecureTokens,
  readServerToken,
  readSharedServerToken,
  sameIp,
  sameSecret,
  serverAddress,
  type ServerId,
} from '@sccache-ts/core/wire';
import type { ClientAuth, ServerAuth } from './settings.js';

type Caller = Pick<Call, 'headers' | 'remoteIp'>;

function refusal(challenge: string, why: string, text?: string): Fault {
  const body: Pick<Reply, 'body'> = text === undefined ? {} : { body: new TextEncoder().encode(text) };
  const type: Record<string, string> = text === undefined ? {} : { 'Content-Type': contentTypes.text };
  return answeredWith({ status: 401, headers: { 'WWW-Authenticate': challenge, ...type }, ...body }, new Fault('AUTH_REFUSED', why));
}

/** @throws Fault AUTH_REFUSED, with its reply */
export function admitClient(auth: ClientAuth, caller: Caller): void {
  const given = bearerToken(caller.headers.authorization);
  if (given === undefined) throw refusal(authenticate.noBearerAuth, `client ${caller.remoteIp} sent no bearer token`);
  const expected = auth.kind === 'token' ? auth.token : insecureTokens.client;
  if (!sameSecret(given, expected)) {
    throw refusal(authenticate.bearerAuthFailed, `client ${caller.remoteIp} sent another token`, 'Fixed token mismatch');
  }
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
