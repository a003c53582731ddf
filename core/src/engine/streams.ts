// Knows: what a caller sees of the compiler's streams. Refuses to know: where they were kept.
import { stripColours } from '../compilation/index.js';
import type { AskedAny } from './work.js';

interface Streams {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

/** Streams are kept with colours; they are taken out where the caller does not see any. */
export function shown(asked: AskedAny, streams: Streams): Streams {
  const { colour } = asked.compilation;
  const plain = colour === 'never' || (colour === 'auto' && !asked.front.colour);
  if (!plain) return streams;
  return { stdout: stripColours(streams.stdout), stderr: stripColours(streams.stderr) };
}
