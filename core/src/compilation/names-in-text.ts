// Knows: whether preprocessed text shows how its files are called, so that what is compiled from it differs where they are called otherwise.
// Refuses to know: what else of a compile shows names (outputs, debug information).
//
// `__FILE__` has become a string by then. Line markers are left aside: what follows from them is in diagnostics and debug information.
import { forwardSlashed } from '../base/index.js';
import { placeWords } from './place-in-text.js';

const markers = /^#(?:line)? \d.*$/gm;
/** A string that may be a file's name. */
const strings = /"((?:[^"\\\n]|\\.)*\.\w+)"/g;
/** Its names are made unique by the source's, as Microsoft's compiler does. */
const anonymous = /\bnamespace\s*(?:\[\[[^\]]*\]\]\s*|__attribute__\s*\(\([^)]*\)\)\s*)*\{/;

/**
 * @param files as spelled, with `/` alone
 * @returns what shows them; undefined when nothing does
 */
export function namesInText(text: Buffer, files: readonly string[]): string | undefined {
  const own = text.toString('latin1').replace(markers, '');
  const word = placeWords.find((it) => own.includes(it));
  if (word !== undefined) return `${word} may name a file`;
  if (anonymous.test(own)) return 'an anonymous namespace is named after the file';
  const names = new Set(files.map((name) => Buffer.from(name).toString('latin1')));
  for (const [, escaped = ''] of own.matchAll(strings)) {
    if (names.has(forwardSlashed(escaped.replaceAll(/\\(.)/g, '$1')))) return 'the text names a file, as __FILE__ does';
  }
  return undefined;
}
