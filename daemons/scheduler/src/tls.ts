// Knows: with which certificate the scheduler serves TLS, given or made by itself, and by what it can be pinned. Refuses to know: who connects.
import { X509Certificate } from 'node:crypto';
import { Fault, formatSocketAddress, type SocketAddress } from '@sccache-ts/core/base';
import { derivedPrivateKey, makeCertificate, pinOf, pinOfKey, readWhole } from '@sccache-ts/core/host';
import { parseServerId } from '@sccache-ts/core/wire';

export type TlsSettings = {
  /** Where TLS is served beside plain HTTP; undefined: at the public address, instead of it. */
  readonly addr: SocketAddress | undefined;
} & (
  | { readonly kind: 'files'; readonly certificate: string; readonly key: string }
  /** From the scheduler's own secret, so that it is the same after every start. */
  | { readonly kind: 'self_made'; readonly secret: Uint8Array }
);

export interface TlsMaterial {
  /** PEM. Secret. */
  readonly key: string | Uint8Array;
  /** PEM. */
  readonly cert: string | Uint8Array;
}

const purpose = 'scheduler tls';
const days = 3650;

function fileOf(path: string, what: string): Buffer {
  const unreadable = (why: string, cause?: unknown): Fault => new Fault('SETTINGS_UNREADABLE', `${path}: the ${what} of [tls] cannot be read: ${why}`, { cause });
  try {
    const bytes = readWhole(path);
    if (bytes !== undefined) return bytes;
  } catch (cause) {
    throw unreadable((cause as Error).message, cause);
  }
  throw unreadable('there is no such file');
}

/** @throws Fault SETTINGS_UNREADABLE */
export async function tlsMaterial(tls: TlsSettings, address: SocketAddress, nowMs: number): Promise<TlsMaterial> {
  if (tls.kind === 'files') return { key: fileOf(tls.key, 'key'), cert: fileOf(tls.certificate, 'certificate') };
  const privateKey = derivedPrivateKey(tls.secret, purpose);
  const made = await makeCertificate({ serverId: parseServerId(formatSocketAddress(address)), validFromMs: nowMs, days, privateKey });
  return { key: made.keyPem, cert: made.certPem };
}

/**
 * What who joins should pin; undefined for a certificate of an authority, whose key may be another after its renewal.
 * @throws Fault SETTINGS_UNREADABLE
 */
export function pinFor(tls: TlsSettings): string | undefined {
  if (tls.kind === 'self_made') return pinOfKey(derivedPrivateKey(tls.secret, purpose));
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(fileOf(tls.certificate, 'certificate'));
  } catch (cause) {
    throw new Fault('SETTINGS_UNREADABLE', `${tls.certificate}: the certificate of [tls] is not PEM`, { cause });
  }
  return certificate.checkIssued(certificate) ? pinOf(certificate) : undefined;
}
