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
import { createFailedLogins } from './failed-logins.js';
import type { SchedulerPorts } from './ports.js';
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

export interface ServerGate {
  /**
   * The name of the build server that calls. Its address must be the caller's; ports say nothing about who calls.
   * @throws Fault AUTH_REFUSED, with its reply
   */
  admit(caller: Caller): ServerId;
}

export function serverGate(auth: ServerAuth, { clock }: Pick<SchedulerPorts, 'clock'>): ServerGate {
  const failedLogins = createFailedLogins(clock);
  return {
    admit({ headers, remoteIp }) {
      const given = bearerToken(headers.authorization);
      if (given !== undefined && !failedLogins.mayTry(remoteIp, given)) {
        throw undecided(`token of build server ${remoteIp} not looked at: too many wrong ones came from there`, 'Too many failed logins, wait a minute');
      }
      const server = given === undefined ? undefined : claimedBy(auth, given);
      if (given === undefined || server === undefined) {
        failedLogins.failed(remoteIp);
        throw refusal(authenticate.invalidBearerToken, `caller ${remoteIp} has no token of a build server`);
      }
      failedLogins.worked(given);
      if (!sameIp(serverAddress(server).ip, remoteIp)) {
        throw refusal(authenticate.mismatchedAddress, `the token of build server ${server} came from ${remoteIp}`);
      }
      return server;
    },
  };
}
