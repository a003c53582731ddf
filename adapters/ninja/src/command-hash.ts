// Knows: the hashes by which ninja remembers commands in its log. Refuses to know: commands.
// Sources: MurmurHash64A by Austin Appleby (public domain), ninja's seed, up to ninja 1.11; rapidhash by Nicolas De Carli with its own seed,
// from ninja 1.12. Multiplication of 64 bits is done in halves for the first, which old and many logs need, and by bigint for the second.

export type HashKind = 'murmur' | 'rapid';

/** A number of 64 bits as two of 32. */
interface Wide {
  hi: number;
  lo: number;
}

/** High half of the product of two numbers of 32 bits. No sum on the way needs more than 32 bits. */
function highHalf(left: number, right: number): number {
  const [a1, a0, b1, b0] = [left >>> 16, left & 0xffff, right >>> 16, right & 0xffff];
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const rest = a0 * b1 + (middle & 0xffff);
  return a1 * b1 + (middle >>> 16) + (rest >>> 16);
}

function times(it: Wide, hi: number, lo: number): void {
  it.hi = (highHalf(it.lo, lo) + Math.imul(it.hi, lo) + Math.imul(it.lo, hi)) >>> 0;
  it.lo = Math.imul(it.lo, lo) >>> 0;
}

/** `x ^= x >> 47` */
function fold(it: Wide): void {
  it.lo = (it.lo ^ (it.hi >>> 15)) >>> 0;
}

const [mHi, mLo] = [0xc6a4_a793, 0x5bd1_e995];

const hex = (value: bigint): string => value.toString(16);

function murmur(bytes: Buffer): string {
  const hash: Wide = { hi: 0, lo: bytes.length >>> 0 };
  times(hash, mHi, mLo);
  hash.hi = (hash.hi ^ 0xdeca_fbad) >>> 0;
  hash.lo = (hash.lo ^ 0xdeca_fbad) >>> 0;
  const whole = bytes.length - (bytes.length % 8);
  const word: Wide = { hi: 0, lo: 0 };
  for (let at = 0; at < whole; at += 8) {
    word.lo = bytes.readUInt32LE(at);
    word.hi = bytes.readUInt32LE(at + 4);
    times(word, mHi, mLo);
    fold(word);
    times(word, mHi, mLo);
    hash.hi = (hash.hi ^ word.hi) >>> 0;
    hash.lo = (hash.lo ^ word.lo) >>> 0;
    times(hash, mHi, mLo);
  }
  if (whole < bytes.length) {
    const tail = Buffer.alloc(8);
    bytes.copy(tail, 0, whole);
    hash.lo = (hash.lo ^ tail.readUInt32LE(0)) >>> 0;
    hash.hi = (hash.hi ^ tail.readUInt32LE(4)) >>> 0;
    times(hash, mHi, mLo);
  }
  fold(hash);
  times(hash, mHi, mLo);
  fold(hash);
  return hex((BigInt(hash.hi) << 32n) | BigInt(hash.lo));
}

const mask = 0xffff_ffff_ffff_ffffn;
const secrets = [0x2d35_8dcc_aa6c_78a5n, 0x8bb8_4b93_962e_acc9n, 0x4b33_a62e_d433_d4a3n] as const;
const rapidSeed = 0xbdd8_9aa9_8270_4029n;

/** Both halves of the product of 128 bits, each laid over the other. */
function mix(left: bigint, right: bigint): bigint {
  const all = left * right;
  return (all & mask) ^ (all >> 64n);
}

/** The two numbers at the end: those of short inputs overlap. */
function lastTwo(bytes: Buffer): readonly [bigint, bigint] {
  const size = bytes.length;
  const at = (offset: number): bigint => BigInt(bytes.readUInt32LE(offset));
  if (size > 16) return [bytes.readBigUInt64LE(size - 16), bytes.readBigUInt64LE(size - 8)];
  if (size >= 4) {
    const step = (size & 24) >> (size >> 3);
    return [(at(0) << 32n) | at(size - 4), (at(step) << 32n) | at(size - 4 - step)];
  }
  if (size === 0) return [0n, 0n];
  return [(BigInt(bytes[0] ?? 0) << 56n) | (BigInt(bytes[size >> 1] ?? 0) << 32n) | BigInt(bytes[size - 1] ?? 0), 0n];
}

function rapid(bytes: Buffer): string {
  const size = BigInt(bytes.length);
  const word = (offset: number): bigint => bytes.readBigUInt64LE(offset);
  let seed = rapidSeed ^ mix(rapidSeed ^ secrets[0], secrets[1]) ^ size;
  let at = 0;
  let left = bytes.length;
  if (left > 48) {
    const lanes: [bigint, bigint, bigint] = [seed, seed, seed];
    for (; left >= 48; at += 48, left -= 48) {
      lanes[0] = mix(word(at) ^ secrets[0], word(at + 8) ^ lanes[0]);
      lanes[1] = mix(word(at + 16) ^ secrets[1], word(at + 24) ^ lanes[1]);
      lanes[2] = mix(word(at + 32) ^ secrets[2], word(at + 40) ^ lanes[2]);
    }
    seed = lanes[0] ^ lanes[1] ^ lanes[2];
  }
  if (left > 16) seed = mix(word(at) ^ secrets[2], word(at + 8) ^ seed ^ secrets[1]);
  if (left > 32) seed = mix(word(at + 16) ^ secrets[2], word(at + 24) ^ seed);
  const [one, other] = lastTwo(bytes);
  const all = (one ^ secrets[1]) * (other ^ seed);
  return hex(mix((all & mask) ^ secrets[0] ^ size, (all >> 64n) ^ secrets[1]));
}

/** As the log writes it: hexadecimal, without leading zeros. @param command bytes as latin1 */
export function commandHash(kind: HashKind, command: string): string {
  const bytes = Buffer.from(command, 'latin1');
  return kind === 'murmur' ? murmur(bytes) : rapid(bytes);
}
