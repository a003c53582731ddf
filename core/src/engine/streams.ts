// Knows: what a caller sees of the compiler's streams. Refuses to know: where they were kept.
import { stripColours } from '../compilation/index.js';
import type { Work } from './work.js';

interface Streams {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

/** Streams are kept with colours; they are taken out where the caller does not see any. */
export function shown(work: Work, streams: Streams): Streams {
  const { colour } = work.compilation;
  const plain = colour === 'never' || (colour === 'auto' && !work.front.colour);
  if (!plain) return streams;
  return { stdout: stripColours(streams.stdout), stderr: stripColours(streams.stderr) };
}
