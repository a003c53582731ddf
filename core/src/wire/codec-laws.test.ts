// Knows: what must hold for every codec, whatever the value and whatever the bytes. Seeded, so a failure repeats.
import { describe, expect, it } from 'vitest';
import { isFault } from '../base/index.js';
import * as wire from './index.js';

type Random = (below: number) => number;

/** Mulberry32. */
function seeded(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const alphabet = ['', 'a', '-', '/', ' ', '\n', '\0', 'é', '\u{1f980}', '\ufeff', 'ß', '中', '"'];
const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)] as T;
const text = (random: Random): string => Array.from({ length: random(12) }, () => pick(random, alphabet)).join('');
const bytes = (random: Random): Uint8Array => Uint8Array.from({ length: random(40) }, () => random(256));
const many = <T>(random: Random, make: (random: Random) => T): T[] => Array.from({ length: random(5) }, () => make(random));
const whole = (random: Random): number => pick(random, [0, 1, random(1000), 2 ** 32 + random(1000), Number.MAX_SAFE_INTEGER]);
const yes = (random: Random): boolean => random(2) === 1;
const state = (random: Random): wire.JobState => pick(random, ['Pending', 'Ready', 'Started', 'Complete']);

function serverId(random: Random): wire.ServerId {
  const port = pick(random, [0, 1, 10501, 65535]);
  if (yes(random)) return `${random(256)}.${random(256)}.${random(256)}.${random(256)}:${port}`;
  const groups = Array.from({ length: 8 }, () => (random(3) === 0 ? random(0x10000) : 0).toString(16));
  return wire.parseServerId(`[${groups.join(':')}]:${port}`);
}

const makers = {
  toolchain: [wire.toolchainCodec, (r: Random): wire.Toolchain => ({ archiveId: text(r) })],
  allocJobReply: [
    wire.allocJobReplyCodec,
    (r: Random): wire.AllocJobReply =>
      yes(r)
        ? { kind: 'Fail', msg: text(r) }
        : {
            kind: 'Success',
            jobAlloc: { auth: text(r), jobId: whole(r), serverId: serverId(r) },
            needToolchain: yes(r),
            certDigest: bytes(r),
          },
  ],
  serverCertificateReply: [
    wire.serverCertificateReplyCodec,
    (r: Random): wire.ServerCertificateReply => ({ certDigest: bytes(r), certPem: bytes(r) }),
  ],
  heartbeatRequest: [
    wire.heartbeatRequestCodec,
    (r: Random): wire.HeartbeatRequest => ({
      jwtKey: bytes(r),
      numCpus: whole(r),
      serverNonce: pick(r, [0n, 1n, 2n ** 63n + BigInt(r(1000)), 2n ** 64n - 1n]),
      certDigest: bytes(r),
      certPem: bytes(r),
    }),
  ],
  heartbeatReply: [wire.heartbeatReplyCodec, (r: Random): wire.HeartbeatReply => ({ isNew: yes(r) })],
  jobState: [wire.jobStateCodec, state],
  jobStateReply: [
    wire.jobStateReplyCodec,
    (r: Random): wire.JobStateReply => (yes(r) ? { kind: 'Success' } : { kind: 'Fail', msg: text(r) }),
  ],
  assignJobReply: [wire.assignJobReplyCodec, (r: Random): wire.AssignJobReply => ({ state: state(r), needToolchain: yes(r) })],
  submitToolchainReply: [
    wire.submitToolchainReplyCodec,
    (r: Random): wire.SubmitToolchainReply => pick(r, ['Success', 'JobNotFound', 'CannotCache']),
  ],
  runJobHeader: [
    wire.runJobHeaderCodec,
    (r: Random): wire.RunJobHeader => ({
      command: {
        executable: text(r),
        arguments: many(r, text),
        envVars: many(r, (inner) => [text(inner), text(inner)] as const),
        cwd: text(r),
      },
      outputs: many(r, text),
    }),
  ],
  runJobReply: [
    wire.runJobReplyCodec,
    (r: Random): wire.RunJobReply =>
      yes(r)
        ? { kind: 'JobNotFound' }
        : {
            kind: 'Complete',
            output: { code: pick(r, [0, 1, 255, -1, 0x7fff_ffff, -0x8000_0000]), stdout: bytes(r), stderr: bytes(r) },
            outputs: many(r, (inner) => [text(inner), { compressed: bytes(inner), uncompressedLength: whole(inner) }] as const),
          },
  ],
  schedulerStatus: [
    wire.schedulerStatusCodec,
    (r: Random): wire.SchedulerStatus => ({ numServers: whole(r), numCpus: whole(r), inProgress: whole(r) }),
  ],
} as const;

const laws = Object.entries(makers).map(([name, [codec, make]]) => ({
  name,
  codec: codec as wire.Codec<unknown>,
  make: make as (random: Random) => unknown,
}));

/** Flips, cuts, inserts or overwrites with a huge length. */
function mutate(random: Random, original: Uint8Array): Uint8Array {
  const at = random(original.byteLength + 1);
  const head = original.subarray(0, at);
  const tail = original.subarray(at);
  const huge = Uint8Array.from([255, 255, 255, random(256), random(2) * 255, 0, 0, random(2) * 255]);
  const flipped = Uint8Array.from(tail, (byte, i) => (i === 0 ? byte ^ (1 << random(8)) : byte));
  return pick(random, [
    (): Uint8Array => Buffer.concat([head, flipped]),
    (): Uint8Array => head.slice(),
    (): Uint8Array => Buffer.concat([head, bytes(random), tail]),
    (): Uint8Array => Buffer.concat([head, huge, tail.subarray(8)]),
  ])();
}

describe.each(laws)('$name', ({ codec, make }) => {
  it('decodes what it encoded, whatever stands behind it', () => {
    const random = seeded(1);
    for (let round = 0; round < 300; round++) {
      const value = make(random);
      const encoded = codec.encode(value);
      expect(codec.decode(encoded)).toEqual(value);
      expect(codec.decode(Buffer.concat([encoded, bytes(random)]))).toEqual(value);
    }
  });

  it('has JSON for every value', () => {
    const random = seeded(2);
    for (let round = 0; round < 50; round++) expect(JSON.stringify(codec.toJson(make(random)))).toBeTypeOf('string');
  });

  it('answers 3000 broken messages with a value or Fault WIRE_MALFORMED', () => {
    const random = seeded(3);
    let refused = 0;
    for (let round = 0; round < 3000; round++) {
      try {
        codec.decode(mutate(random, codec.encode(make(random))));
      } catch (thrown) {
        if (!isFault(thrown, 'WIRE_MALFORMED')) throw thrown;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(100);
  });

  it('refuses every message that is cut short', () => {
    const random = seeded(4);
    for (let round = 0; round < 20; round++) {
      const encoded = codec.encode(make(random));
      for (let length = 0; length < encoded.byteLength; length++) {
        expect(() => codec.decode(encoded.subarray(0, length))).toThrowError(expect.objectContaining({ code: 'WIRE_MALFORMED' }) as Error);
      }
    }
  });
});

describe('hostile lengths', () => {
  const u64 = (value: bigint): Uint8Array => {
    const eight = new Uint8Array(8);
    new DataView(eight.buffer).setBigUint64(0, value, true);
    return eight;
  };

  it.each([2n ** 64n - 1n, 2n ** 63n, 2n ** 53n, 2n ** 32n, 1n << 40n, 17n])('a count of %s is refused before anything is made room for', (count) => {
    // executable "", then the argument count
    const body = Buffer.concat([u64(0n), u64(count), new Uint8Array(128)]);
    const before = process.memoryUsage().arrayBuffers;
    expect(() => wire.runJobHeaderCodec.decode(body)).toThrowError(expect.objectContaining({ code: 'WIRE_MALFORMED' }) as Error);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
  });

  it('numbers beyond 2^53 are refused, except the nonce', () => {
    const status = Buffer.concat([u64(2n ** 53n), u64(0n), u64(0n)]);
    expect(() => wire.schedulerStatusCodec.decode(status)).toThrowError(expect.objectContaining({ code: 'WIRE_MALFORMED' }) as Error);
  });
});

describe('values that do not fit are a bug of ours', () => {
  it.each<() => Uint8Array>([
    () => wire.runJobReplyCodec.encode({ kind: 'Complete', output: { code: 2 ** 31, stdout: bytes(seeded(5)), stderr: bytes(seeded(6)) }, outputs: [] }),
    () => wire.jobStateCodec.encode('Lost' as wire.JobState),
    () => wire.schedulerStatusCodec.encode({ numServers: -1, numCpus: 0, inProgress: 0 }),
  ])('%#', (encode) => {
    expect(encode).toThrowError(expect.objectContaining({ code: 'IMPOSSIBLE' }) as Error);
  });
});
