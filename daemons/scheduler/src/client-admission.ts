// Knows: which clients are let in, and how a refusal is worded. Refuses to know: what those let in may then ask for.
import { createJwtValidator, type JwtValidator, type TokenVerdict } from '@sccache-ts/core/host';
import { authenticate, bearerToken, insecureTokens, sameSecret } from '@sccache-ts/core/wire';
import { type Caller, refusal, undecided } from './admission-replies.js';
import { createFailedLogins } from './failed-logins.js';
import { createTokenForwarder } from './forwarded-tokens.js';
import { profileCacheSecs, tokenComplaint, verdictOnProfile } from './mozilla-profiles.js';
import type { SchedulerPorts } from './ports.js';
import type { ClientAuth } from './settings.js';

export interface ClientGate {
  /** Makes ready what the first client would otherwise wait for. Returns at once and never fails. */
  prepare(): void;
  /**
   * A token that cannot be checked now is answered with 500, so that the client compiles at home; a wrong one with 401, which fails
   * its compile. Who has shown too many wrong ones is answered with 500 for a while.
   * @throws Fault AUTH_REFUSED, with its reply
   */
  admit(caller: Caller): Promise<void>;
}

/** Shown to the client's user, in sccache's words. */
const refusalTexts: Readonly<Record<ClientAuth['kind'], string>> = {
  DANGEROUSLY_INSECURE: 'Fixed token mismatch',
  token: 'Fixed token mismatch',
  jwt_validate: 'JWT could not be validated',
  proxy_token: 'Validation with token forwarding failed',
  mozilla: 'Validation with Mozilla login failed',
};
const tooMany = 'Too many failed logins, wait a minute';

interface TokenCheck {
  readonly check: (token: string) => Promise<TokenVerdict>;
  readonly prepare?: JwtValidator['prepare'];
}

const equalTo = (expected: string): TokenCheck => ({
  check: async (token) => (sameSecret(token, expected) ? { kind: 'accepted' } : { kind: 'refused', why: 'it is another one' }),
});

function checkOf(auth: ClientAuth, { http, log, clock }: SchedulerPorts): TokenCheck {
  switch (auth.kind) {
    case 'DANGEROUSLY_INSECURE':
      return equalTo(insecureTokens.client);
    case 'token':
      return equalTo(auth.token);
    case 'jwt_validate':
      return createJwtValidator(auth, { http, log, wallMs: clock.wallMs });
    case 'proxy_token':
      return { check: createTokenForwarder(auth, { http, clock }) };
    case 'mozilla': {
      const rules = { url: auth.userinfoUrl, cacheSecs: profileCacheSecs };
      const then = (token: string, profile: string): TokenVerdict => verdictOnProfile(auth, token, profile);
      return { check: createTokenForwarder(rules, { http, clock }, { first: (token) => tokenComplaint(token, clock.wallMs()), then }) };
    }
  }
}

export function clientGate(auth: ClientAuth, ports: SchedulerPorts): ClientGate {
  const { check, prepare } = checkOf(auth, ports);
  const text = refusalTexts[auth.kind];
  const failedLogins = createFailedLogins(ports.clock);
  return {
    prepare() {
      prepare?.().catch((thrown: unknown) => ports.log.error(`tokens of clients cannot be checked: ${String(thrown)}`));
    },
    async admit(caller) {
      const given = bearerToken(caller.headers.authorization);
      if (given === undefined) throw refusal(authenticate.noBearerAuth, `client ${caller.remoteIp} sent no bearer token`);
      const { remoteIp } = caller;
      if (!failedLogins.mayTry(remoteIp, given)) throw undecided(`token of client ${remoteIp} not looked at: too many wrong ones came from there`, tooMany);
      const verdict = await check(given);
      if (verdict.kind === 'refused') failedLogins.failed(remoteIp);
      if (verdict.kind === 'accepted') failedLogins.worked(given);
      if (verdict.kind === 'refused') throw refusal(authenticate.bearerAuthFailed, `token of client ${caller.remoteIp} refused: ${verdict.why}`, text);
      if (verdict.kind === 'unknown') throw undecided(`token of client ${caller.remoteIp} could not be checked: ${verdict.why}`, text);
    },
  };
}
