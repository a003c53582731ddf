// Knows: how a launcher is answered by the very bytes of what it says, when it has said them before. Refuses to know: what they mean, but
// for the first time.
import { causeChain, type Digest, digestOf, isFault, type Log } from '@sccache-ts/core/base';
import type { Answer } from '@sccache-ts/core/engine';
import { type AnswerAtOnce, seesSameFolder, type SeenFolder } from '@sccache-ts/core/host';
import { type CompileFrame, decodeFromLauncher, encodeToLauncher } from '@sccache-ts/core/wire';
import { framesOf, type Served, settle } from './session.js';

/** What a compile was answered with, and the name under which the same answer may be asked for again. */
export interface ServedAgain extends Served {
  readonly fingerprint: Digest;
}

export interface RecallServed {
  readonly find: (frame: CompileFrame) => ServedAgain | undefined;
  /** For a frame with the same bytes as one before. */
  readonly findAgain: (fingerprint: Digest, request: Pick<CompileFrame, 'compiler' | 'args' | 'cwd' | 'env'>) => ServedAgain | undefined;
}

interface Known {
  readonly fingerprint: Digest;
  readonly folder: SeenFolder;
  /** For records. */
  readonly request: Pick<CompileFrame, 'compiler' | 'args' | 'cwd' | 'env'>;
}

/** Frames; those that were learnt first are forgotten first. Some hundred bytes each. */
const mostKnown = 20_000;
const compileKind = 0x01;

function encoded(answer: Answer): Uint8Array {
  const frames = framesOf(answer).map(encodeToLauncher);
  return frames.length === 1 && frames[0] !== undefined ? frames[0] : Buffer.concat(frames);
}

export interface QuickOptions {
  /** A launcher of another version is not answered here. */
  readonly build: string;
  readonly log: Log;
}

/** Never throws. */
export function createQuickAnswers(recall: RecallServed, { build, log }: QuickOptions): AnswerAtOnce {
  const known = new Map<Digest, Known>();
  function answer(served: ServedAgain): Uint8Array {
    // Counted once the answer is out.
    setImmediate(() => void settle(served, log));
    // Made anew each time: small buffers that are kept hold on to the big ones that they are cut from.
    return encoded(served.answer);
  }

  function first(payload: Uint8Array, digest: Digest): ServedAgain | undefined {
    const frame = decodeFromLauncher(payload);
    if (frame.kind !== 'compile' || frame.build !== build) return undefined;
    const folder = { path: frame.cwd, device: frame.cwdDevice, inode: frame.cwdInode };
    const served = seesSameFolder(folder) ? recall.find(frame) : undefined;
    if (served === undefined) return undefined;
    const { compiler, cwd } = frame;
    known.set(digest, { fingerprint: served.fingerprint, folder, request: { compiler, cwd, args: [], env: [] } });
    const oldest = known.keys().next();
    if (known.size > mostKnown && oldest.done !== true) known.delete(oldest.value);
    return served;
  }

  return (payload) => {
    if (payload[0] !== compileKind) return undefined;
    try {
      const digest = digestOf(payload);
      const before = known.get(digest);
      const again = before !== undefined && seesSameFolder(before.folder) ? recall.findAgain(before.fingerprint, before.request) : undefined;
      const served = again ?? first(payload, digest);
      return served === undefined ? undefined : answer(served);
    } catch (thrown) {
      // What is no frame is dealt with by who listens to all of them; and memory that fails is no reason not to compile.
      if (!isFault(thrown)) log.error(`an answer from memory failed: ${causeChain(thrown).join(': ')}`);
      return undefined;
    }
  };
}
