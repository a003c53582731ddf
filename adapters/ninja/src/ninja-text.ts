// Knows: the characters of ninja's files: names, paths and values with their escapes, and where in the file each piece stands.
// Refuses to know: statements. Source: "Lexical syntax" in ninja's manual; what its lexer accepts besides: `$` before a line's end eats the
// blanks that follow, and a tab is nothing.

/** Offsets are into the file's text; a `text` is as long as its span unless it is an escape. */
export interface Piece {
  readonly kind: 'text' | 'variable';
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

export type Template = readonly Piece[];

/** What is wrong with a file of ninja's, in a sentence that begins with its name and line. */
export class NinjaSyntaxError extends Error {
  override readonly name = 'NinjaSyntaxError';
}

export interface Reader {
  readonly file: string;
  readonly text: string;
  readonly at: () => number;
  readonly ended: () => boolean;
  /** Eats the word if it stands here, and the blanks behind it. */
  readonly take: (word: string) => boolean;
  /** Eats a line's end if one stands here. */
  readonly takeLineEnd: () => boolean;
  /** Blanks at the beginning of a line; comment lines before it are eaten. False: the line begins with something else. */
  readonly takeIndent: () => boolean;
  /** Eats empty lines and comments. */
  readonly skipLines: () => void;
  /** A name and the blanks behind it; undefined: there is none here. */
  readonly name: () => string | undefined;
  /** Up to a blank, `:`, `|` or the line's end, and the blanks behind it. Empty: there is none here. */
  readonly path: () => Template;
  /** Up to the line's end, which is eaten. */
  readonly value: () => Template;
  readonly wrong: (problem: string, at?: number) => NinjaSyntaxError;
}

const patterns = {
  blanks: /(?: |\$\r?\n)*/y,
  lineEnd: /\r?\n/y,
  empty: /(?: *#[^\n]*\n| *\r?\n)*/y,
  comments: /(?: *#[^\n]*\n)*/y,
  indent: / +/y,
  name: /[A-Za-z0-9_.-]+/y,
  pathText: /[^$ :\r\n|]+/y,
  valueText: /[^$\r\n]+/y,
  escape: /\$(?:([$ :])|\r?\n *|\{([A-Za-z0-9_.-]+)\}|([A-Za-z0-9_-]+))/y,
} as const;

interface Characters {
  readonly match: (pattern: RegExp) => RegExpExecArray | undefined;
  readonly at: () => number;
  readonly dollar: () => boolean;
  readonly wrong: (problem: string) => NinjaSyntaxError;
}

/** @param literal what stands for itself */
function piecesOf({ match, at, dollar, wrong }: Characters, literal: RegExp): Template {
  const pieces: Piece[] = [];
  for (;;) {
    const start = at();
    const plain = match(literal);
    if (plain !== undefined) {
      pieces.push({ kind: 'text', value: plain[0], start, end: at() });
      continue;
    }
    if (!dollar()) return pieces;
    const escape = match(patterns.escape);
    if (escape === undefined) throw wrong('bad $-escape (literal $ must be written as $$)');
    const variable = escape[2] ?? escape[3];
    if (variable !== undefined) pieces.push({ kind: 'variable', value: variable, start, end: at() });
    else if (escape[1] !== undefined) pieces.push({ kind: 'text', value: escape[1], start, end: at() });
  }
}

/** @param text bytes as latin1, so that whatever they are stays as it is */
export function openReader(file: string, text: string): Reader {
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text) ?? undefined;
    if (found !== undefined) at = pattern.lastIndex;
    return found;
  };
  const wrong = (problem: string, where = at): NinjaSyntaxError =>
    new NinjaSyntaxError(`${file}:${text.slice(0, where).split('\n').length}: ${problem}`);
  const template = (literal: RegExp): Template => piecesOf({ match, at: () => at, dollar: () => text[at] === '$', wrong }, literal);
  const blanks = (): void => void match(patterns.blanks);
  return {
    file,
    text,
    at: () => at,
    ended: () => at >= text.length,
    take: (word) => {
      if (!text.startsWith(word, at)) return false;
      at += word.length;
      blanks();
      return true;
    },
    takeLineEnd: () => match(patterns.lineEnd) !== undefined,
    takeIndent: () => {
      const before = at;
      match(patterns.comments);
      if (match(patterns.indent) !== undefined && !/[\r\n]/.test(text[at] ?? '\n')) return true;
      at = before;
      return false;
    },
    skipLines: () => void match(patterns.empty),
    name: () => {
      const found = match(patterns.name)?.[0];
      if (found !== undefined) blanks();
      return found;
    },
    path: () => {
      const pieces = template(patterns.pathText);
      blanks();
      return pieces;
    },
    value: () => {
      const pieces = template(patterns.valueText);
      if (match(patterns.lineEnd) === undefined) throw wrong(at >= text.length ? 'unexpected end of file' : 'a carriage return without a line feed');
      return pieces;
    },
    wrong,
  };
}
