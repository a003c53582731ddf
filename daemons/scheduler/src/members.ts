// Knows: build servers that joined by a code: who is one, that nobody repeats what one has said, and that two do not share an address.
// Refuses to know: tokens bound to addresses (admission.ts), and how a code reaches a server.
import { Fault } from '@sccache-ts/core/base';
import type { Call } from '@sccache-ts/core/host';
import type { Fleet } from '@sccache-ts/core/scheduling';
import {
  authenticate,
  bodyDigestOf,
  checkJoinCode,
  type DerivedKeys,
  type MemberKey,
  memberName,
  type ProvenRequest,
  readProof,
  sameSecret,
  type ServerId,
  signMembership,
} from '@sccache-ts/core/wire';
import { refusal } from './admission-replies.js';
import type { Clock } from './ports.js';

export interface MembersOptions {
  readonly keys: DerivedKeys;
  /** Names of those that are not let in any more. */
  readonly revoked: readonly string[];
  readonly clock: Clock;
  readonly fleet: Pick<Fleet, 'servers'>;
}

/** Somebody who may speak for a build server. */
export interface Admitted {
  readonly server: ServerId;
  /** The request, whose body must be the one that was signed. */
  readonly request: Pick<Call, 'headers' | 'readBody'>;
}

export interface Members {
  /** Undefined: it proves nothing. @throws Fault AUTH_REFUSED, with its reply, when it does but is not let in */
  admit(bearer: string, request: ProvenRequest, call: Call): Admitted | undefined;
  /** A membership for who has a good code; else why not. */
  join(code: string, key: MemberKey): { readonly kind: 'joined'; readonly membership: string; readonly name: string } | { readonly kind: 'refused'; readonly why: string };
}

/** Clocks may differ by so much; a server that is told so corrects itself by the time that came with the reply. */
const toleranceMs = 5 * 60_000;
const mostNonces = 200_000;

/** Nonces of the last minutes. When there are too many the oldest are forgotten: a repeated heartbeat does less harm than a scheduler without memory. */
function createNonces(wallMs: () => number): (nonce: string) => boolean {
  const seen = new Map<string, number>();
  return (nonce) => {
    for (const [old, until] of seen) {
      if (until > wallMs() && seen.size < mostNonces) break;
      seen.delete(old);
    }
    if (seen.has(nonce)) return false;
    seen.set(nonce, wallMs() + 2 * toleranceMs);
    return true;
  };
}

function bodyChecked(call: Call, digest: string): Admitted['request'] {
  return {
    headers: call.headers,
    async readBody(limit) {
      const body = await call.readBody(limit);
      if (sameSecret(bodyDigestOf(body), digest)) return body;
      throw new Fault('AUTH_REFUSED', 'the body is not the one that the build server has signed');
    },
  };
}

const words: Readonly<Record<'foreign' | 'expired', string>> = {
  foreign: 'the code is not one of this scheduler, or its key was changed meanwhile',
  expired: 'the code has expired',
};

export function createMembers({ keys, revoked, clock, fleet }: MembersOptions): Members {
  const isNew = createNonces(() => clock.wallMs());
  /** Whose address it is; only those of servers in the fleet count. */
  const owners = new Map<ServerId, MemberKey>();

  function claim(server: ServerId, member: MemberKey): void {
    if (fleet.servers.has(server) && owners.get(server) !== member) {
      throw refusal(authenticate.invalidBearerToken, `build server ${memberName(member)} says it is ${server}, which is another one`, 'Another build server has this address');
    }
    for (const old of owners.keys()) if (!fleet.servers.has(old)) owners.delete(old);
    owners.set(server, member);
  }

  return {
    admit(bearer, request, call) {
      const proof = readProof(keys, bearer, request);
      if (proof === undefined) return undefined;
      const { server, member, at, nonce, bodyDigest } = proof;
      const name = memberName(member);
      const no = (why: string, text: string): Fault => refusal(authenticate.invalidBearerToken, `build server ${name} (${server}): ${why}`, text);
      if (revoked.includes(name)) throw no('it is among revoked_servers', 'This build server is not let in any more');
      const offMs = at - clock.wallMs();
      if (Math.abs(offMs) > toleranceMs) throw no(`its clock differs by ${Math.round(offMs / 1000)} s`, `Clocks differ by ${Math.round(offMs / 1000)} s`);
      if (!isNew(`${name} ${nonce}`)) throw no('it has said this before', 'Said before');
      claim(server, member);
      return { server, request: bodyChecked(call, bodyDigest) };
    },
    join(code, key) {
      const verdict = checkJoinCode(keys, code, clock.wallMs());
      if (verdict !== 'valid') return { kind: 'refused', why: words[verdict] };
      const membership = signMembership(keys, key, Math.floor(clock.wallMs() / 1000));
      if (membership === undefined) return { kind: 'refused', why: 'what came with the code is no public key' };
      return { kind: 'joined', membership, name: memberName(key) };
    },
  };
}
