// Knows: the key of a server that everybody can recognise without an authority: derived from a secret, and known by the digest of its public half.
// Refuses to know: what the secret is for elsewhere, and who pins the key.
import { createECDH, createHash, createPrivateKey, createPublicKey, hkdfSync, type KeyObject, X509Certificate } from 'node:crypto';
import { Fault } from '../base/index.js';

/** SHA-256 of the public key (SubjectPublicKeyInfo, DER) in a certificate, as hex. The same after every renewal that keeps the key. */
export function pinOf(certificate: X509Certificate | string): string {
  const { publicKey } = typeof certificate === 'string' ? new X509Certificate(certificate) : certificate;
  return pinOfKey(publicKey);
}

export const pinOfKey = (key: KeyObject): string =>
  createHash('sha256')
    .update((key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' }))
    .digest('hex');

export const isPin = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

/** A P-256 key that the same secret always gives. @param purpose keeps keys of one secret apart */
export function derivedPrivateKey(secret: Uint8Array, purpose: string): KeyObject {
  // Of 2^32 candidates one is too large for the curve; then the next is taken.
  for (let attempt = 0; attempt < 8; attempt++) {
    const scalar = Buffer.from(hkdfSync('sha256', secret, new Uint8Array(), `sccache-ts ${purpose} ${attempt}`, 32));
    const curve = createECDH('prime256v1');
    try {
      curve.setPrivateKey(scalar);
    } catch {
      // Not below the order of the curve.
      continue;
    }
    const point = curve.getPublicKey();
    const part = (from: number): string => point.subarray(from, from + 32).toString('base64url');
    return createPrivateKey({ key: { kty: 'EC', crv: 'P-256', d: scalar.toString('base64url'), x: part(1), y: part(33) }, format: 'jwk' });
  }
  throw new Fault('IMPOSSIBLE', 'no key of P-256 comes of this secret');
}
