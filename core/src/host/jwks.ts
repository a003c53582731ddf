// Knows: how a JSON Web Token is held against the keys that its issuer publishes, and how those are kept.
// Refuses to know: who shows the token and what it opens. Over jose, which is loaded with the first token.
import type * as joseModule from 'jose';
import { Fault, type Log } from '../base/index.js';
import type { HttpClient } from './http-client.js';

/** `unknown`: nobody's fault but the fleet's; the token may be right. `why` shows nothing of the token. */
export type TokenVerdict =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string };

export interface JwtRules {
  /** Equal to the token's `aud`, or one of its entries. */
  readonly audience: string;
  readonly issuer: string;
  /** `http:` or `https:`, where a JSON Web Key Set (RFC 7517) is to be had. */
  readonly jwksUrl: string;
}

export interface JwksPolicy {
  /** For one fetch of the keys, in milliseconds. */
  readonly timeoutMs: number;
  /** Bytes of key set that are accepted. */
  readonly maxBytes: number;
  /** After a fetch, a token with an unknown key leads to no other for so long, in milliseconds. */
  readonly cooldownMs: number;
  /** After a failed fetch there is no other for so long, in milliseconds. */
  readonly retryMs: number;
  /** Keys older than this are fetched anew while they go on being used, in milliseconds. */
  readonly refreshMs: number;
  /** Keys that could not be fetched anew are used no longer than this, in milliseconds. */
  readonly keepMs: number;
}

const jwksPolicy: JwksPolicy = {
  timeoutMs: 5_000,
  maxBytes: 512 * 1024,
  cooldownMs: 30_000,
  retryMs: 5_000,
  refreshMs: 10 * 60_000,
  keepMs: 60 * 60_000,
};

export interface JwtValidatorOptions {
  readonly http: Pick<HttpClient, 'request'>;
  /** Hears of every fetch that failed. */
  readonly log: Log;
  /** Milliseconds since 1970; decides what has expired. */
  readonly wallMs: () => number;
  readonly policy?: Partial<JwksPolicy>;
}

export interface JwtValidator {
  /** Fetches the keys ahead of the first token. Failing is logged and harmless. */
  prepare(): Promise<void>;
  check(token: string): Promise<TokenVerdict>;
}

/** Public keys only: with a shared secret among them, the published key itself could sign (and `none` needs no key at all). */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'EdDSA', 'Ed25519'];
/** Clocks differ by less; as sccache's scheduler has it. */
const toleranceSeconds = 60;

/** What jose says of the token. All else that it says is about the keys, and the token may be right. */
const refusals: Readonly<Record<string, string>> = {
  ERR_JOSE_ALG_NOT_ALLOWED: 'it is signed in a way that is not allowed',
  ERR_JOSE_NOT_SUPPORTED: 'it asks for something that is not supported',
  ERR_JWKS_NO_MATCHING_KEY: 'its key is not among those of jwks_url, or is not for signing in its way',
  ERR_JWS_INVALID: 'it is no signed token that names its key (kid)',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'its signature is wrong',
  ERR_JWT_CLAIM_VALIDATION_FAILED: 'its claims are wrong',
  ERR_JWT_EXPIRED: 'it has expired',
  ERR_JWT_INVALID: 'its claims are not understood',
};

function verdictOn(thrown: unknown): TokenVerdict {
  const { code, claim, reason } = thrown as { code?: unknown; claim?: unknown; reason?: unknown };
  const why = typeof code === 'string' && Object.hasOwn(refusals, code) ? refusals[code] : undefined;
  if (why === undefined) return { kind: 'unknown', why: thrown instanceof Error ? thrown.message : String(thrown) };
  // The names of claims are jose's own, one of a few; values are never repeated.
  const claimed = code === 'ERR_JWT_CLAIM_VALIDATION_FAILED' && typeof claim === 'string';
  return { kind: 'refused', why: claimed ? `its claim ${claim} is ${reason === 'missing' ? 'missing' : 'not as it must be'}` : why };
}

function isKeySet(text: string): boolean {
  try {
    const { keys } = JSON.parse(text) as { readonly keys?: unknown };
    return Array.isArray(keys) && keys.every((key) => typeof key === 'object' && key !== null && !Array.isArray(key));
  } catch {
    // Not JSON, or `null`: no key set.
    return false;
  }
}

type FetchPorts = Omit<JwtValidatorOptions, 'policy' | 'wallMs'> & { readonly policy: JwksPolicy };

/** Fetches the key set, at most once in `retryMs` while it fails. */
function keyFetcher(url: string, { http, log, policy }: FetchPorts) {
  const { host, pathname } = new URL(url);
  const source = `GET ${host}${pathname}`;
  let askedAt = Number.NEGATIVE_INFINITY;
  let failure: Error | undefined;

  async function ask(): Promise<Response> {
    const headers = { accept: 'application/json, application/jwk-set+json' };
    const reply = await http.request({ method: 'GET', url, headers, timeoutMs: policy.timeoutMs, maxReply: policy.maxBytes });
    if (reply.status !== 200) throw new Fault('HTTP_STATUS', `${source}: answered ${reply.status} instead of 200`);
    const text = new TextDecoder().decode(reply.body);
    if (!isKeySet(text)) throw new Fault('WIRE_MALFORMED', `${source}: what it answered is no JSON Web Key Set`);
    return new Response(text);
  }
  return {
    async fetch(): Promise<Response> {
      if (failure !== undefined && performance.now() - askedAt < policy.retryMs) throw failure;
      askedAt = performance.now();
      try {
        const keys = await ask();
        failure = undefined;
        return keys;
      } catch (thrown) {
        // Counted from its end: a fetch that times out takes as long as the pause.
        askedAt = performance.now();
        failure = thrown instanceof Error ? thrown : new Error(String(thrown));
        log.warn(`the keys that clients' tokens are checked with cannot be fetched: ${failure.message}`);
        throw failure;
      }
    },
    ageMs: () => performance.now() - askedAt,
  };
}

/** The keys are fetched when the first token comes, in the background when they grow old, and when a token names one that is not among them. */
export function createJwtValidator(rules: JwtRules, options: JwtValidatorOptions): JwtValidator {
  const policy = { ...jwksPolicy, ...options.policy };
  const fetcher = keyFetcher(rules.jwksUrl, { http: options.http, log: options.log, policy });

  async function load(): Promise<{ jose: typeof joseModule; keys: joseModule.RemoteJWKSet }> {
    const jose = await import('jose');
    const keys = jose.createRemoteJWKSet(new URL(rules.jwksUrl), {
      timeoutDuration: policy.timeoutMs,
      cooldownDuration: policy.cooldownMs,
      cacheMaxAge: policy.keepMs,
      [jose.customFetch]: fetcher.fetch,
    });
    return { jose, keys };
  }
  let loading: ReturnType<typeof load> | undefined;
  const loaded = () => (loading ??= load());
  const reload = (keys: joseModule.RemoteJWKSet): Promise<void> =>
    keys.reload().catch(() => {
      // The fetcher has logged it; tokens are told when they come.
    });

  return {
    async prepare() {
      const { keys } = await loaded();
      await reload(keys);
    },
    async check(token) {
      const { jose, keys } = await loaded();
      if (keys.fresh && !keys.reloading && fetcher.ageMs() >= policy.refreshMs) void reload(keys);
      const keyFor: joseModule.JWTVerifyGetKey = async (header, input) => {
        if (typeof header.kid !== 'string') throw new jose.errors.JWSInvalid('no kid');
        return keys(header, input);
      };
      try {
        await jose.jwtVerify(token, keyFor, {
          algorithms,
          audience: rules.audience,
          issuer: rules.issuer,
          requiredClaims: ['exp'],
          clockTolerance: toleranceSeconds,
          currentDate: new Date(options.wallMs()),
        });
        return { kind: 'accepted' };
      } catch (thrown) {
        return verdictOn(thrown);
      }
    },
  };
}
