// Knows: what stands in scheduler.conf. Refuses to know: where the file is and how it is parsed.
import { dirname, resolve } from 'node:path';
import {
  decodeSettings,
  type Field,
  type FieldValue,
  integer,
  invalid,
  isFault,
  list,
  type LogFormat,
  logFormats,
  oneOf,
  optional,
  parsed,
  parsedSecret,
  required,
  secret,
  type SettingsDocument,
  type SocketAddress,
  socketAddress,
  table,
  parseIp,
  word,
} from '@sccache-ts/core/base';
import { type JwtRules, loopbackProxies } from '@sccache-ts/core/host';
import { parseTokenKey } from '@sccache-ts/core/wire';
import type { ForwardingRules } from './forwarded-tokens.js';
import { mozillaUserinfo, type ProfileRules } from './mozilla-profiles.js';
import type { TlsSettings } from './tls.js';

/** Who may ask for build servers. */
export type ClientAuth =
  | { readonly kind: 'DANGEROUSLY_INSECURE' }
  | { readonly kind: 'token'; readonly token: string }
  | ({ readonly kind: 'jwt_validate' } & JwtRules)
  | ({ readonly kind: 'proxy_token' } & ForwardingRules)
  | ({ readonly kind: 'mozilla' } & ProfileRules);

/** Who may offer to build. */
export type ServerAuth =
  | { readonly kind: 'DANGEROUSLY_INSECURE' }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'jwt_hs256'; readonly secretKey: Uint8Array };

export interface SchedulerSettings {
  /** The listening address. */
  readonly publicAddr: SocketAddress;
  readonly clientAuth: ClientAuth;
  readonly serverAuth: ServerAuth;
  /** IP addresses whose `X-Real-IP` is believed. A key that sccache's scheduler does not know. */
  readonly trustedProxies: readonly string[];
  /** Undefined: plain HTTP only. Keys from here on are ours as well. */
  readonly tls?: TlsSettings | undefined;
  /** Names of build servers that joined and are not let in any more. */
  readonly revokedServers?: readonly string[];
  /** Longest time, in seconds, that jobs which have not begun get when the scheduler is told to stop. Keys from here on are ours, too. */
  readonly drainSeconds: number;
  /** Where figures are served to whoever reaches it; undefined: on `publicAddr` to this machine alone. */
  readonly metricsAddr: SocketAddress | undefined;
  readonly logFormat: LogFormat;
}

const token = table({ token: required(secret) });

/** @throws Fault SETTINGS_INVALID without a word of the key */
const tokenKey: Field<Uint8Array> = (value, place) => {
  const text = secret(value, place);
  try {
    return parseTokenKey(text);
  } catch (thrown) {
    if (isFault(thrown, 'KEY_INVALID')) throw invalid(place, thrown.message, thrown.hint);
    throw thrown;
  }
};

const someText = parsed('text that is not empty', (text) => (text === '' ? undefined : text));

/** Its query may hold a key. */
const serviceUrl = parsedSecret('an address that begins with http:// or https://, without user and password', (text) => {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.username === '' && url.password === '' ? url.href : undefined;
});

const clientAuth = oneOf({
  DANGEROUSLY_INSECURE: table({}),
  token,
  jwt_validate: table({ audience: required(someText), issuer: required(someText), jwks_url: required(serviceUrl) }),
  proxy_token: table({ url: required(serviceUrl), cache_secs: optional(integer(), 0) }),
  mozilla: table({ required_groups: required(list(someText)), userinfo_url: optional(serviceUrl, mozillaUserinfo) }),
});

function clientAuthOf(read: FieldValue<typeof clientAuth>): ClientAuth {
  switch (read.kind) {
    case 'jwt_validate':
      return { kind: read.kind, audience: read.audience, issuer: read.issuer, jwksUrl: read.jwks_url };
    case 'proxy_token':
      return { kind: read.kind, url: read.url, cacheSecs: read.cache_secs };
    case 'mozilla':
      return { kind: read.kind, requiredGroups: read.required_groups, userinfoUrl: read.userinfo_url };
    default:
      return read;
  }
}

const serverAuth = oneOf({
  DANGEROUSLY_INSECURE: table({}),
  token,
  jwt_hs256: table({ secret_key: required(tokenKey) }),
});

const ipAddress = parsed('an IP address like "127.0.0.1"', (text) => (parseIp(text) === undefined ? undefined : text));

const path = parsed('the path of a file', (text) => (text !== '' && !text.includes('\0') ? text : undefined));

const tls = oneOf({
  files: table({ certificate: required(path), key: required(path), addr: optional(socketAddress) }),
  self_made: table({ addr: optional(socketAddress) }),
});

function tlsOf(read: FieldValue<typeof tls> | undefined, offers: ServerAuth, document: SettingsDocument): TlsSettings | undefined {
  if (read === undefined) return read;
  const beside = (name: string): string => resolve(dirname(document.file), name);
  if (read.kind === 'files') return { ...read, certificate: beside(read.certificate), key: beside(read.key) };
  if (offers.kind === 'jwt_hs256') return { ...read, secret: offers.secretKey };
  throw invalid({ document, path: ['tls', 'type'] }, 'self_made needs [server_auth] type = "jwt_hs256", from whose key that of the certificate is made');
}

const memberName = parsed('the name of a build server, 16 hex digits', (text) => (/^[0-9a-f]{16}$/.test(text) ? text : undefined));

const scheduler = table({
  public_addr: required(socketAddress),
  client_auth: required(clientAuth),
  server_auth: required(serverAuth),
  trusted_proxies: optional(list(ipAddress), loopbackProxies),
  tls: optional(tls),
  revoked_servers: optional(list(memberName), []),
  drain_seconds: optional(integer(0, 3600), 10),
  metrics_addr: optional(socketAddress),
  log_format: optional(word(logFormats), 'text'),
});

/** @throws Fault SETTINGS_UNKNOWN_KEY, SETTINGS_INVALID */
export function decodeSchedulerSettings(document: SettingsDocument): SchedulerSettings {
  const read = decodeSettings(document, scheduler);
  const offers = read.server_auth;
  const serverAuth: ServerAuth = offers.kind === 'jwt_hs256' ? { kind: offers.kind, secretKey: offers.secret_key } : offers;
  return {
    publicAddr: read.public_addr,
    clientAuth: clientAuthOf(read.client_auth),
    serverAuth,
    trustedProxies: read.trusted_proxies,
    tls: tlsOf(read.tls, serverAuth, document),
    ...(read.revoked_servers.length === 0 ? {} : { revokedServers: read.revoked_servers }),
    drainSeconds: read.drain_seconds,
    metricsAddr: read.metrics_addr,
    logFormat: read.log_format,
  };
}
