import { generateKeyPairSync } from 'node:crypto';
import { isFault } from '@sccache-ts/core/base';
import type { Call } from '@sccache-ts/core/host';
import { deriveKeys, memberName, signMembership, signProof, writeJoinCode } from '@sccache-ts/core/wire';
import { beforeEach, describe, expect, it } from 'vitest';
import { createMembers, type Members } from './members.js';

const keys = deriveKeys(new Uint8Array(32).fill(3));
const clock = { now: 1_800_000_000_000, monotonicMs: () => 0, wallMs: () => clock.now };
const fleet = { servers: new Map<string, never>() };
const body = Buffer.from('a heartbeat');
const request = { method: 'POST', path: '/heartbeat' };
const server = '10.0.0.1:10501';

function newServer(): { readonly name: string; readonly member: string; readonly say: (change?: { body?: Buffer; at?: number; nonce?: string; server?: string }) => string } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const member = publicKey.export({ format: 'jwk' }).x ?? '';
  const membership = signMembership(keys, member, 0) ?? '';
  let serial = 0;
  return {
    member,
    name: memberName(member),
    say: ({ body: said = body, ...stamp } = {}) => signProof({ privateKey, membership }, { ...request, body: said }, { server, at: clock.now, nonce: `nonce-${String(serial++).padStart(12, '0')}`, ...stamp }),
  };
}

let members: Members;
const one = newServer();
const two = newServer();
const call = (sent = body): Call => ({ headers: {}, readBody: () => Promise.resolve(sent) }) as unknown as Call;

beforeEach(() => {
  clock.now = 1_800_000_000_000;
  fleet.servers.clear();
  members = createMembers({ keys, revoked: [], clock, fleet });
});

/** The server let in, or what the log is told. */
function outcome(bearer: string, by = members): string | undefined {
  try {
    return by.admit(bearer, request, call())?.server;
  } catch (thrown) {
    if (isFault(thrown, 'AUTH_REFUSED')) return thrown.message;
    throw thrown;
  }
}

describe('a build server that has joined', () => {
  it('is let in by its own word, from anywhere', () => expect(outcome(one.say())).toBe(server));
  it('proves nothing by the word of a stranger', () => expect(outcome(one.say().replace('10.0.0.1', '10.0.0.2'))).toBeUndefined());

  it('cannot be repeated', () => {
    const said = one.say();
    expect([outcome(said), outcome(said)]).toEqual([server, `build server ${one.name} (${server}): it has said this before`]);
    clock.now += 299_000;
    expect(outcome(said)).toContain('said this before');
    clock.now += 302_000;
    expect(outcome(said)).toContain('its clock differs by -601 s');
  });

  it.each([
    [300_000, server],
    [-300_000, server],
    [300_001, 'differs by 300 s'],
    [-3_600_000, 'differs by -3600 s'],
  ])('whose clock is off by %i ms', (off, expected) => expect(outcome(one.say({ at: clock.now + off }))).toContain(expected));

  it('is not let in when it was sent away', () => {
    const strict = createMembers({ keys, revoked: [one.name], clock, fleet });
    expect([outcome(one.say(), strict), outcome(two.say({ server: '10.0.0.2:1' }), strict)]).toEqual([`build server ${one.name} (${server}): it is among revoked_servers`, '10.0.0.2:1']);
  });

  it('keeps its address for as long as it lives', () => {
    expect(outcome(one.say())).toBe(server);
    fleet.servers.set(server, undefined as never);
    expect([outcome(two.say()), outcome(one.say())]).toEqual([`build server ${two.name} says it is ${server}, which is another one`, server]);
    fleet.servers.delete(server);
    expect(outcome(two.say())).toBe(server);
  });

  it('cannot take the address of one with a token', () => {
    fleet.servers.set(server, undefined as never);
    expect(outcome(one.say())).toContain('which is another one');
  });

  it('is held to the body that it has signed', async () => {
    const admitted = members.admit(one.say(), request, call());
    expect(await admitted?.request.readBody(100)).toBe(body);
    const other = members.admit(one.say(), request, call(Buffer.from('another')));
    await expect(other?.request.readBody(100)).rejects.toMatchObject({ code: 'AUTH_REFUSED' });
  });
});

describe('joining', () => {
  const code = writeJoinCode(keys, { url: 'http://h/', pin: undefined, exp: 1_800_000_100 });
  it('gives a membership that lets in', () => {
    const joined = members.join(code, one.member);
    expect(joined).toEqual({ kind: 'joined', name: one.name, membership: signMembership(keys, one.member, 1_800_000_000) });
  });
  it.each([
    ['nonsense', one.member, 'the code is not one of this scheduler, or its key was changed meanwhile'],
    [code, 'nonsense', 'what came with the code is no public key'],
    [code, 'undefined', 'what came with the code is no public key'],
  ])('is refused: %s, %s', (given, key, why) => expect(members.join(given, key)).toEqual({ kind: 'refused', why }));
  it('is refused when the code is too old', () => {
    clock.now = 1_800_000_100_000;
    expect(members.join(code, one.member)).toEqual({ kind: 'refused', why: 'the code has expired' });
  });
});
