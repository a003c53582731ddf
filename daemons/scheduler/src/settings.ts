// Knows: what stands in scheduler.conf. Refuses to know: where the file is and how it is parsed.
import {
  decodeSettings,
  type Field,
  invalid,
  isFault,
  list,
  oneOf,
  optional,
  parsed,
  required,
  secret,
  type SettingsDocument,
  type SocketAddress,
  socketAddress,
  table,
} from '@sccache-ts/core/base';
import { loopbackProxies } from '@sccache-ts/core/host';
import { parseIp, parseTokenKey } from '@sccache-ts/core/wire';

/** Who may ask for build servers. */
export type ClientAuth = { readonly kind: 'DANGEROUSLY_INSECURE' } | { readonly kind: 'token'; readonly token: string };

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
}

const notYet = (instead: string): Field<never> => (_value, place) => {
  throw invalid({ ...place, path: [...place.path, 'type'] }, 'this way of checking tokens is not supported yet', `Use ${instead}.`);
};

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

const clientAuth = oneOf({
  DANGEROUSLY_INSECURE: table({}),
  token,
  jwt_validate: notYet('type = "token"'),
  proxy_token: notYet('type = "token"'),
});

const serverAuth = oneOf({
  DANGEROUSLY_INSECURE: table({}),
  token,
  jwt_hs256: table({ secret_key: required(tokenKey) }),
});

const ipAddress = parsed('an IP address like "127.0.0.1"', (text) => (parseIp(text) === undefined ? undefined : text));

const scheduler = table({
  public_addr: required(socketAddress),
  client_auth: required(clientAuth),
  server_auth: required(serverAuth),
  trusted_proxies: optional(list(ipAddress), loopbackProxies),
});

/** @throws Fault SETTINGS_UNKNOWN_KEY, SETTINGS_INVALID */
export function decodeSchedulerSettings(document: SettingsDocument): SchedulerSettings {
  const read = decodeSettings(document, scheduler);
  const offers = read.server_auth;
  return {
    publicAddr: read.public_addr,
    clientAuth: read.client_auth,
    serverAuth: offers.kind === 'jwt_hs256' ? { kind: offers.kind, secretKey: offers.secret_key } : offers,
    trustedProxies: read.trusted_proxies,
  };
}
