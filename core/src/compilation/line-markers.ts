// Knows: what the line markers of preprocessed text tell about files, and how to read them from a stream of chunks.
// Refuses to know: files.
//
// Grammar of a marker, always at the start of a line: `# line "name" flags`, flag 1 meaning that the file is entered here.
// In names `\\`, `\"` and octal `\ooo` stand for themselves, `"` and other bytes. Markers without flags come from `#line`
// as well, so only the first one of all counts besides those with flag 1: it names the input.
import { asBuffer } from '../base/index.js';
import type { LineMarkerScanner, SourceFiles } from './types.js';

const marker = /^# \d+ "((?:[^"\\]|\\.)*)"([ \d]*)/s;
const precompiledPragma = /^#pragma GCC pch_preprocess "((?:[^"\\]|\\.)*)"/s;
/** What lets the assembler read a file of its own. `.include` is also a member's name in C++, so its operand must follow. */
const assemblerReads = /\.incbin\b|\.include\s+\\?"/;
const newline = 0x0a;
const hash = 0x23;
const include = Buffer.from('.inc');
const newlineHash = Buffer.from('\n#');
/** A marker is cut off here when no line ends; paths are shorter. */
const longestMarker = 64 * 1024;
/** So much of the end of a chunk is seen again with the next one, for `.incbin` and `.include "` cut in two. */
const overlap = 64;

function unescaped(name: string): string {
  if (!name.includes('\\')) return Buffer.from(name, 'latin1').toString();
  const bytes = name.replace(/\\([0-7]{1,3}|.)/gs, (_, escaped: string) =>
    /^[0-7]/.test(escaped) ? String.fromCharCode(Number.parseInt(escaped, 8) & 0xff) : escaped,
  );
  return Buffer.from(bytes, 'latin1').toString();
}

/** Names in angle brackets (`<built-in>`) and of the working directory (`/dir//`) are no files. */
const isFile = (name: string): boolean => !(name.startsWith('<') && name.endsWith('>')) && !name.endsWith('//');

/** Looks for what lets the assembler read files of its own. */
function watchAssembler(): { push(chunk: Buffer): void; found(): boolean } {
  let found = false;
  let tail = '';
  function push(chunk: Buffer): void {
    if (found) return;
    if (assemblerReads.test(tail + chunk.toString('latin1', 0, overlap))) found = true;
    for (let at = chunk.indexOf(include); at >= 0 && !found; at = chunk.indexOf(include, at + include.length)) {
      if (assemblerReads.test(chunk.toString('latin1', at, at + overlap))) found = true;
    }
    tail = (tail + chunk.toString('latin1', Math.max(0, chunk.length - overlap))).slice(-overlap);
  }
  return { push, found: () => found };
}

/** Where the next line that begins with `#` begins, searched from an end of line on; -1: none. */
function nextHashLine(chunk: Buffer, from: number): number {
  const found = chunk.indexOf(newlineHash, from);
  return found < 0 ? -1 : found + 1;
}

/** Gathers what single lines tell, each given without its end. */
function markerReader(): { line(text: string): void; readonly files: ReadonlySet<string>; readonly precompiled: ReadonlySet<string> } {
  const files = new Set<string>();
  const precompiled = new Set<string>();
  /** Spellings met before: the same few hundred names come back ten thousand times. */
  const entered = new Set<string>();
  let first = true;
  function line(text: string): void {
    if (text.charCodeAt(1) === 0x20) {
      const found = marker.exec(text);
      if (found === null) return;
      const [, raw = '', flags = ''] = found;
      if (!first && !/(^| )1( |$)/.test(flags)) return;
      first = false;
      if (entered.has(raw)) return;
      entered.add(raw);
      const name = unescaped(raw);
      if (isFile(name)) files.add(name);
    } else if (text.startsWith('#pragma GCC pch')) {
      const found = precompiledPragma.exec(text);
      if (found !== null) precompiled.add(unescaped(found[1] ?? ''));
    }
  }
  return { line, files, precompiled };
}

/** Reads at several hundred megabytes a second: lines that are no markers are never looked at. */
export function createLineMarkerScanner(): LineMarkerScanner {
  const { line, files, precompiled } = markerReader();
  const assembler = watchAssembler();
  /** The beginning of an unfinished line that begins with `#`; empty: at the beginning of a line; undefined: within another line. */
  let pending: Buffer | undefined = Buffer.alloc(0);

  /** @param start whether the chunk begins a line */
  function scanLines(chunk: Buffer, start: boolean): void {
    let at = start && chunk[0] === hash ? 0 : nextHashLine(chunk, 0);
    while (at >= 0) {
      const end = chunk.indexOf(newline, at);
      if (end < 0) {
        pending = Buffer.from(chunk.subarray(at, at + longestMarker));
        return;
      }
      line(chunk.toString('latin1', at, Math.min(end, at + longestMarker)));
      at = nextHashLine(chunk, end);
    }
    pending = chunk[chunk.length - 1] === newline ? Buffer.alloc(0) : undefined;
  }

  function push(piece: Uint8Array): void {
    if (piece.length === 0) return;
    const chunk = asBuffer(piece);
    assembler.push(chunk);
    if (pending === undefined || pending.length === 0) {
      scanLines(chunk, pending !== undefined);
      return;
    }
    const end = chunk.indexOf(newline);
    const rest = end < 0 ? chunk : chunk.subarray(0, end + 1);
    const room = Math.max(0, longestMarker - pending.length);
    const whole = Buffer.concat([pending, rest.subarray(0, room)]);
    if (end < 0) {
      pending = whole;
      return;
    }
    line(whole.toString('latin1', 0, whole[whole.length - 1] === newline ? whole.length - 1 : whole.length));
    pending = Buffer.alloc(0);
    if (end + 1 < chunk.length) scanLines(chunk.subarray(end + 1), true);
  }

  function end(): SourceFiles {
    if (pending !== undefined && pending.length > 0) line(pending.toString('latin1'));
    return { files: [...files], precompiled: [...precompiled], incbin: assembler.found() };
  }

  return { push, end };
}
