// Knows: what sources and headers mention, remembered by content. Refuses to know: what follows from it.
import { createHash } from 'node:crypto';
import type { Digest } from '../base/index.js';
import { type IncludeOperand, sourceMentions, type SourceMentions } from '../compilation/index.js';
import { readPieces } from '../host/index.js';

export interface SourceMemo {
  /** Reads a content that somebody has at hand, so that `of` need not fetch it. */
  readonly learn: (digest: Digest, content: Uint8Array) => void;
  /** Undefined when the file no longer has this content. @param path absolute */
  of(path: string, digest: Digest): Promise<SourceMentions | undefined>;
}

/** The ones unused for longest are forgotten. About a kilobyte each. */
const rememberedLimit = 20_000;
/** No text that people or generators write is longer; what is, is not followed. */
const longestSource = 64 * 1024 * 1024;
const tooLong: SourceMentions = { includes: [], computed: false, once: false, unclear: 'a very long source', time: undefined };

async function read(path: string, digest: Digest): Promise<SourceMentions | undefined> {
  const hash = createHash('sha256');
  const pieces: Uint8Array[] = [];
  let size = 0;
  await readPieces(path, (piece) => {
    hash.update(piece);
    size += piece.byteLength;
    if (size <= longestSource) pieces.push(piece);
  });
  if (hash.digest('hex') !== digest) return undefined;
  return size > longestSource ? tooLong : sourceMentions(pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces));
}

/** Operands, which the files of a project have in common; then they are gathered anew. */
const operandLimit = 50_000;

/** One object for each operand, with a name of its own: a piece of a text would keep the whole text in memory. */
function createOperands(): (operand: IncludeOperand) => IncludeOperand {
  const known = new Map<string, IncludeOperand>();
  return (operand) => {
    const mark = `${operand.quoted ? '"' : '<'}${operand.next ? '+' : ''}${operand.asked ? '?' : ''}${operand.name}`;
    const before = known.get(mark);
    if (before !== undefined) return before;
    if (known.size >= operandLimit) known.clear();
    const kept = { ...operand, name: Buffer.from(operand.name).toString() };
    known.set(Buffer.from(mark).toString(), kept);
    return kept;
  };
}

export function createSourceMemo(): SourceMemo {
  const shared = createOperands();
  const known = new Map<Digest, SourceMentions>();
  function remember(digest: Digest, found: SourceMentions): SourceMentions {
    const mentions = { ...found, includes: found.includes.map(shared) };
    known.set(digest, mentions);
    const oldest = known.keys().next();
    if (known.size > rememberedLimit && oldest.done !== true) known.delete(oldest.value);
    return mentions;
  }
  return {
    learn(digest, content) {
      if (!known.has(digest)) remember(digest, sourceMentions(content));
    },
    async of(path, digest) {
      const before = known.get(digest);
      if (before !== undefined) {
        known.delete(digest);
        known.set(digest, before);
        return before;
      }
      const fresh = await read(path, digest);
      return fresh && remember(digest, fresh);
    },
  };
}
