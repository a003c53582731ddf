// Knows: how to make the certificate that a build server shows, as X.509 in DER by hand over node:crypto.
// Refuses to know: who trusts it, and TLS.
// By hand because no library makes one in less than a hundred times the time (a few milliseconds here).
import { createHash, createPublicKey, type KeyObject, generateKeyPair, randomBytes, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { Fault, parseIp } from '../base/index.js';
import { serverAddress, type ServerId } from '../wire/index.js';

export interface CertificateRequest {
  /** The public address: its text becomes the one name, its IP the one subjectAltName. */
  readonly serverId: ServerId;
  /** Milliseconds since 1970; the certificate is valid from an hour before, because clocks differ. */
  readonly validFromMs: number;
  readonly days: number;
  /** P-256 unless a peer is known that cannot verify it; RSA keys take half a second to find. */
  readonly key?: 'ec' | 'rsa';
  /** A P-256 key to use instead of a fresh one. */
  readonly privateKey?: KeyObject;
}

export interface Certificate {
  /** PKCS#8. Secret. */
  readonly keyPem: string;
  readonly certPem: string;
  readonly certDer: Uint8Array;
  /** SHA-256 of the DER. */
  readonly digest: Uint8Array;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const tags = { integer: 0x02, bits: 0x03, octets: 0x04, oid: 0x06, utf8: 0x0c, utcTime: 0x17, generalTime: 0x18, sequence: 0x30, set: 0x31 } as const;
/** Object identifiers, already in DER's packed form. */
const oids = {
  commonName: '550403',
  subjectAltName: '551d11',
  extendedKeyUsage: '551d25',
  serverAuth: '2b06010505070301',
  ecdsaWithSha256: '2a8648ce3d040302',
  rsaWithSha256: '2a864886f70d01010b',
} as const;

/** Tag, length in its shortest form, content. */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  if (body.byteLength < 0x80) return Buffer.concat([Buffer.from([tag, body.byteLength]), body]);
  const hex = body.byteLength.toString(16);
  const length = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | length.byteLength]), length, body]);
}

const sequence = (...content: readonly Uint8Array[]): Buffer => der(tags.sequence, ...content);
const oid = (packed: string): Buffer => der(tags.oid, Buffer.from(packed, 'hex'));

/** UTCTime up to 2049 and GeneralizedTime after it, as RFC 5280 (4.1.2.5) asks. */
function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\.[0-9]+Z$/, 'Z').replace(/[-:T]/g, '');
  return Number(digits.slice(0, 4)) < 2050
    ? der(tags.utcTime, Buffer.from(digits.slice(2), 'ascii'))
    : der(tags.generalTime, Buffer.from(digits, 'ascii'));
}

/** 16 random bytes that are neither zero nor negative and need no padding. */
function serial(): Buffer {
  const bytes = randomBytes(16);
  bytes.writeUInt8(((bytes.at(0) ?? 0) & 0x7f) | 0x40);
  return der(tags.integer, bytes);
}

const name = (text: string): Buffer => sequence(der(tags.set, sequence(oid(oids.commonName), der(tags.utf8, Buffer.from(text, 'utf8')))));

function extensions(ip: Uint8Array): Buffer {
  const iPAddress = 0x87;
  const explicit3 = 0xa3;
  const san = sequence(oid(oids.subjectAltName), der(tags.octets, sequence(der(iPAddress, ip))));
  const usage = sequence(oid(oids.extendedKeyUsage), der(tags.octets, sequence(oid(oids.serverAuth))));
  return der(explicit3, sequence(san, usage));
}

async function keyPair(kind: 'ec' | 'rsa'): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  const generate = promisify(generateKeyPair);
  return kind === 'ec' ? generate('ec', { namedCurve: 'P-256' }) : generate('rsa', { modulusLength: 2048 });
}

const pem = (bytes: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64').replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`;

/**
 * A fresh key and a certificate signed by itself: version 3, one IP, for servers, no basicConstraints (verifiers of the
 * rustls family refuse an authority's certificate as a server's).
 * @throws Fault ADDRESS_INVALID
 */
export async function makeCertificate(request: CertificateRequest): Promise<Certificate> {
  const ip = parseIp(serverAddress(request.serverId).ip);
  if (ip === undefined) throw new Fault('IMPOSSIBLE', `${request.serverId} was an address a moment ago`);
  const kind = request.key ?? 'ec';
  const given = request.privateKey;
  const { publicKey, privateKey } = given === undefined ? await keyPair(kind) : { publicKey: createPublicKey(given), privateKey: given };
  const algorithm = kind === 'ec' ? sequence(oid(oids.ecdsaWithSha256)) : sequence(oid(oids.rsaWithSha256), Buffer.from('0500', 'hex'));
  const explicit0 = 0xa0;
  const version3 = der(explicit0, der(tags.integer, Buffer.from([2])));
  const whose = name(request.serverId);
  const validity = sequence(time(request.validFromMs - hourMs), time(request.validFromMs + request.days * dayMs));
  const toBeSigned = sequence(
    version3, serial(), algorithm, whose, validity, whose, publicKey.export({ type: 'spki', format: 'der' }), extensions(ip),
  );
  const noUnusedBits = Buffer.from([0]);
  const certDer = sequence(toBeSigned, algorithm, der(tags.bits, noUnusedBits, sign('sha256', toBeSigned, privateKey)));
  return {
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certPem: pem(certDer),
    certDer,
    digest: createHash('sha256').update(certDer).digest(),
  };
}
