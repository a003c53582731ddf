// Knows: words of a source or header whose meaning depends on files: what it includes, asks for, embeds; and the words that make its
// meaning depend on the clock. Refuses to know: where files are looked for, and which branch of an `#if` is taken.
//
// Every directive counts, also one in a branch that is not taken, in a comment or in a string: what is listed here is a superset of what
// a preprocessor acts on, and more of it only costs a hit.
import { asBuffer } from '../base/index.js';

/** An operand of `#include` and its like. */
export interface IncludeOperand {
  /** Between the quotes or angle brackets. */
  readonly name: string;
  readonly quoted: boolean;
  /** `#include_next`: the search goes on behind the folder of the file that says so. */
  readonly next: boolean;
  /** `__has_include`: that the file exists is all that matters. */
  readonly asked: boolean;
}

export interface SourceMentions {
  readonly includes: readonly IncludeOperand[];
  /** `#include MACRO`: any file that was read may be what it meant. */
  readonly computed: boolean;
  /** `#pragma once` or `#import`: gcc passes over a file that is equal to one that it has read, and says nothing of it. */
  readonly once: boolean;
  /** Why files do not tell everything that this one depends on; undefined when they do. */
  readonly unclear: string | undefined;
  /** The clock or the file's own time is asked for; `ignore_time_macros` lets that pass. */
  readonly time: string | undefined;
}

const comment = String.raw`\/\*[^]*?\*\/`;
const gap = String.raw`(?:[ \t\f\v]|${comment})*`;
const literal = String.raw`(?:"([^"\n]*)"|<([^>\n]*)>)?`;
const directive = new RegExp(String.raw`(?:#|%:|\?\?=)${gap}(include_next|include|import)\b${gap}${literal}`, 'g');
const question = new RegExp(String.raw`__has_include(_next)?(?:__)?\b${gap}(\(?)${gap}${literal}`, 'g');
/** How a macro's name may begin; the text is Latin-1 for the eye of a regular expression, whatever it is in truth. */
const macroName = /[A-Za-z_$\\\0\r\u0080-\u00ff]/;
/** What may stand before a directive on its line. Some compilers take a lone carriage return for the end of a line, and NUL for a blank. */
const lineStart = /(?:^(?:\u00ef\u00bb\u00bf)?|\r|\*\/)[\s\0]*$/;
const continuation = /(?:\\|\?\?\/)[ \t\f\v]*\r?\n/g;
/** On a line that defines something. */
const defines = /(?:#|%:)[ \t]*define[ \t]+(?:(\w+)(?:\([^)\n]*\))?[ \t]*)?[^\n]*$/;
const onceOnly = /(?:pragma|_Pragma)[^\n]*\bonce\b|(?:#|%:)[ \t]*import\b/;
const clock = /__(?:TIME|DATE|TIMESTAMP)__/;
/** Why a source is unclear that has a pragma which looks at files of its own. */
export const readsByPragma = 'a pragma that reads files';

const unclearWords: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/(?:#|%:|\?\?=)[ \t]*embed\b|__has_embed\b/, 'a file is embedded'],
  [/\.incbin\b|\.include\s+\\?"/, '.incbin'],
  [/(?:pragma|_Pragma)[^\n]*\b(?:dependency|include_alias|pch_preprocess|clang[ \t]+module)\b/, readsByPragma],
];
/** What a file must hold so that looking closer is worth it. */
const interesting = /include|import|embed|\.inc|pragma|_Pragma|__TIME|__DATE/;

const nothing: SourceMentions = { includes: [], computed: false, once: false, unclear: undefined, time: undefined };
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** File names are bytes; undefined for those that are no text. */
function nameOf(latin1: string): string | undefined {
  if (!/[\u0080-\u00ff]/.test(latin1)) return latin1;
  try {
    return utf8.decode(Buffer.from(latin1, 'latin1'));
  } catch {
    // Such a name cannot be spelled in our settings, keys and records.
    return undefined;
  }
}

interface Gathering {
  readonly operands: Map<string, IncludeOperand>;
  computed: boolean;
  unclear: string | undefined;
}

function addOperand(to: Gathering, raw: string, operand: Omit<IncludeOperand, 'name'>): void {
  const name = nameOf(raw);
  if (name === undefined || name.includes('\0')) to.unclear ??= 'an include that is not UTF-8';
  else if (name !== '') to.operands.set(`${operand.quoted ? '"' : '<'}${operand.next ? '+' : ''}${operand.asked ? '?' : ''}${name}`, { name, ...operand });
}

/**
 * Whether a directive without a literal operand may be acted on: it stands first on its line, or behind a comment, and what follows may be a
 * macro's name. Prose like `you should #include this file` would otherwise make every other file suspect.
 */
function isComputed(text: string, { start, end }: { readonly start: number; readonly end: number }): boolean {
  return macroName.test(text.charAt(end)) && lineStart.test(text.slice(text.lastIndexOf('\n', start - 1) + 1, start));
}

function readDirectives(to: Gathering, text: string): void {
  for (const match of text.matchAll(directive)) {
    const [whole, word, quote, angle] = match;
    const raw = quote ?? angle;
    if (raw === undefined) to.computed ||= isComputed(text, { start: match.index, end: match.index + whole.length });
    else addOperand(to, raw, { quoted: quote !== undefined, next: word === 'include_next', asked: false });
  }
}

/** `__has_include` may be asked directly, with a literal operand; everything that hides the operand or the word itself is unclear. */
function readQuestions(to: Gathering, text: string): void {
  for (const match of text.matchAll(question)) {
    const [, next, open, quote, angle] = match;
    const raw = quote ?? angle;
    if (open === '(' && raw !== undefined) {
      addOperand(to, raw, { quoted: quote !== undefined, next: next !== undefined, asked: true });
      continue;
    }
    const before = defines.exec(text.slice(Math.max(0, text.lastIndexOf('\n', match.index) + 1), match.index));
    // `#define __has_include(x) 0`, for compilers that lack it, defines the word and asks nothing.
    const isDefined = before !== null && before[1] === undefined;
    if (!isDefined && (open === '(' || before !== null) && !isDefinedTest(text, match.index)) to.unclear ??= hiddenQuestion(text.slice(match.index + match[0].length));
  }
}

/** @param rest what stands where the operand should */
const hiddenQuestion = (rest: string): string => `__has_include of ${JSON.stringify(/^[^)\n]{0,60}/.exec(rest)?.[0].trim() ?? '')}`;

/** `defined(__has_include)`, where the bracket after the word is another one. */
const isDefinedTest = (text: string, at: number): boolean => /defined[ \t]*\(?[ \t]*$/.test(text.slice(Math.max(0, at - 24), at));

/** Reads a whole file. Files that mention nothing cost one search. */
export function sourceMentions(content: Uint8Array): SourceMentions {
  const latin1 = asBuffer(content).toString('latin1');
  // A word may go on behind the end of a line.
  const text = latin1.includes('\\') || latin1.includes('??/') ? latin1.replace(continuation, '') : latin1;
  if (!interesting.test(text)) return nothing;
  const to: Gathering = { operands: new Map(), computed: false, unclear: unclearWords.find(([pattern]) => pattern.test(text))?.[1] };
  readDirectives(to, text);
  if (text.includes('__has_include')) readQuestions(to, text);
  return { includes: [...to.operands.values()], computed: to.computed, once: onceOnly.test(text), unclear: to.unclear, time: clock.exec(text)?.[0] };
}
