// Knows: which heartbeats make sense. Refuses to know: who sent one.
import { X509Certificate } from 'node:crypto';
import { Fault } from '@sccache-ts/core/base';
import type { ServerCertificate, ServerProfile } from '@sccache-ts/core/scheduling';
import type { HeartbeatRequest, ServerId } from '@sccache-ts/core/wire';

/** No machine has more; keeps the sum over all servers a number. */
const mostCpus = 65_536;
const jobKeyBytes = 32;

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** Copies, because what came from the wire is a view of a larger buffer. */
function readCertificate(server: ServerId, beat: HeartbeatRequest): ServerCertificate {
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(beat.certPem);
  } catch (cause) {
    throw new Fault('WIRE_MALFORMED', `the certificate of build server ${server} is not PEM`, { cause });
  }
  const digest = Buffer.from(parsed.fingerprint256.replaceAll(':', ''), 'hex');
  if (!sameBytes(digest, beat.certDigest)) throw new Fault('WIRE_MALFORMED', `build server ${server} sent a digest that is not that of its certificate`);
  return { digest: Uint8Array.from(digest), pem: Uint8Array.from(beat.certPem) };
}

/**
 * @param known the certificate it had, parsed anew only when it differs
 * @throws Fault WIRE_MALFORMED
 */
export function profileOf(server: ServerId, beat: HeartbeatRequest, known: ServerCertificate | undefined): ServerProfile {
  const { numCpus, jwtKey } = beat;
  if (numCpus < 1 || numCpus > mostCpus) throw new Fault('WIRE_MALFORMED', `build server ${server} says it has ${numCpus} processors`);
  if (jwtKey.byteLength !== jobKeyBytes) throw new Fault('WIRE_MALFORMED', `build server ${server} sent a job key of ${jwtKey.byteLength} bytes instead of ${jobKeyBytes}`);
  const unchanged = known !== undefined && sameBytes(known.digest, beat.certDigest) && sameBytes(known.pem, beat.certPem);
  return {
    cpus: numCpus,
    nonce: beat.serverNonce,
    jobKey: Uint8Array.from(jwtKey),
    certificate: unchanged ? known : readCertificate(server, beat),
  };
}
