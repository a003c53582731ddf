// Knows: how the fleet's keys and tokens are made. Refuses to know: who uses them.
import { randomBytes } from 'node:crypto';
import { Fault } from '@sccache-ts/core/base';
import { parseTokenKey, type ServerId, signServerToken } from '@sccache-ts/core/wire';
import { decodeSchedulerSettings } from '@sccache-ts/scheduler';
import { loadSettings } from './settings.js';

/** Base64url without padding, so that it needs no quoting anywhere; none that sccache-dist would take for an option of its own. */
function randomText(bytes: number): string {
  const text = randomBytes(bytes).toString('base64url');
  return text.startsWith('-') ? randomText(bytes) : text;
}

export const generateKey = (): string => randomText(32);

export const generateSharedToken = (bits: number): string => randomText(bits / 8);

/** Bits of a shared token: 64 to 4096, whole bytes. Undefined for anything else. */
export function parseBits(text: string): number | undefined {
  const bits = /^[0-9]{1,4}$/.test(text) ? Number(text) : 0;
  return bits >= 64 && bits <= 4096 && bits % 8 === 0 ? bits : undefined;
}

export type KeySource = { readonly kind: 'key'; readonly key: Uint8Array } | { readonly kind: 'config'; readonly path: string };

/** @throws Fault KEY_INVALID */
export const keySource = (text: string): KeySource => ({ kind: 'key', key: parseTokenKey(text) });

/** @throws Fault SETTINGS_… when the key is to come from a scheduler's settings and they hold none */
export async function generateServerToken(server: ServerId, source: KeySource): Promise<string> {
  if (source.kind === 'key') return signServerToken(source.key, server);
  const { serverAuth } = await loadSettings(source.path, decodeSchedulerSettings);
  if (serverAuth.kind !== 'jwt_hs256') {
    throw new Fault('SETTINGS_INVALID', `${source.path}: Scheduler not configured with JWT HS256`, {
      hint: 'Its [server_auth] needs type = "jwt_hs256" and a secret_key.',
    });
  }
  return signServerToken(serverAuth.secretKey, server);
}
