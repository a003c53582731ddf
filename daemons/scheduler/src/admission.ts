// Knows: which build servers are let in. Refuses to know: clients (client-admission.ts), and what those let in may ask for.
import { sameIp } from '@sccache-ts/core/base';
import type { Call } from '@sccache-ts/core/host';
import {
  authenticate,
  bearerToken,
  insecureTokens,
  looksLikeProof,
  type ProvenRequest,
  readServerToken,
  readSharedServerToken,
  serverAddress,
  type ServerId,
} from '@sccache-ts/core/wire';
import { refusal, undecided } from './admission-replies.js';
import type { FailedLogins } from './failed-logins.js';
import type { Admitted, Members } from './members.js';
import type { ServerAuth } from './settings.js';

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
   * The build server that calls. The address in its token must be the caller's (ports say nothing about who calls), unless it proves with
   * a key of its own who it is.
   * @throws Fault AUTH_REFUSED, with its reply
   */
  admit(call: Call, request: ProvenRequest): Admitted;
}

export interface ServerGateOptions {
  readonly failedLogins: FailedLogins;
  /** Undefined: none can be let in. */
  readonly members: Members | undefined;
}

export function serverGate(auth: ServerAuth, { failedLogins, members }: ServerGateOptions): ServerGate {
  return {
    admit(call, request) {
      const { remoteIp } = call;
      const given = bearerToken(call.headers.authorization);
      const proves = given !== undefined && looksLikeProof(given);
      if (given !== undefined && !failedLogins.mayTry(remoteIp, proves ? remembered(given) : given)) {
        throw undecided(`token of build server ${remoteIp} not looked at: too many wrong ones came from there`, 'Too many failed logins, wait a minute');
      }
      const member = given === undefined || !proves ? undefined : members?.admit(given, request, call);
      const server = given === undefined ? undefined : (member?.server ?? claimedBy(auth, given));
      if (given === undefined || server === undefined) {
        failedLogins.failed(remoteIp);
        throw refusal(authenticate.invalidBearerToken, `caller ${remoteIp} has no token of a build server`);
      }
      failedLogins.worked(proves ? remembered(given) : given);
      if (member !== undefined) return member;
      if (!sameIp(serverAddress(server).ip, remoteIp)) {
        throw refusal(authenticate.mismatchedAddress, `the token of build server ${server} came from ${remoteIp}`);
      }
      return { server, request: call };
    },
  };
}

/** A proof is another one each time; what stays is the membership in it. */
const remembered = (proof: string): string => proof.split(' ', 2).join(' ');
