// Knows: where the simple commands of a line for /bin/sh begin and which words they have. Refuses to know: what the words are worth to the
// shell beyond quotes, and what commands do. Source: "Shell Command Language" of POSIX.1-2017, 2.2 to 2.10.

export interface ShellWord {
  /** Without quotes; expansions stand as they are written. */
  readonly text: string;
  /** Offset in the line. */
  readonly start: number;
  /** True: the shell puts something else in place of a part of it. */
  readonly expands: boolean;
}

export type SimpleCommand = readonly ShellWord[];

interface Cursor {
  readonly line: string;
  at: number;
}

/** Offset behind the quote that ends what begins at `at`; undefined: none does. */
function quoteEnd(line: string, at: number): number | undefined {
  const quote = line[at];
  for (let it = at + 1; it < line.length; it += 1) {
    if (quote !== "'" && line[it] === '\\') it += 1;
    else if (line[it] === quote) return it + 1;
  }
  return undefined;
}

/** Offset behind `$(…)`. */
function substitutionEnd(line: string, at: number): number | undefined {
  let depth = 0;
  for (let it = at + 1; it < line.length; it += 1) {
    const char = line[it] ?? '';
    if (char === '\\') it += 1;
    else if (char === "'" || char === '"' || char === '`') {
      const end = quoteEnd(line, it);
      if (end === undefined) return undefined;
      it = end - 1;
    } else if (char === '(') depth += 1;
    else if (char === ')' && (depth -= 1) === 0) return it + 1;
  }
  return undefined;
}

/** What a piece of a word is worth, and where it ends. */
interface Bit {
  readonly text: string;
  readonly end: number;
  readonly expands: boolean;
}

function bit(line: string, at: number): Bit | undefined {
  const char = line[at] ?? '';
  const upTo = (end: number | undefined, text: (raw: string) => string, expands: boolean): Bit | undefined =>
    end === undefined ? undefined : { text: text(line.slice(at, end)), end, expands };
  switch (char) {
    case '\\':
      return { text: line[at + 1] ?? '', end: at + 2, expands: false };
    case "'":
      return upTo(quoteEnd(line, at), (raw) => raw.slice(1, -1), false);
    case '"': {
      const end = quoteEnd(line, at);
      return upTo(end, (raw) => raw.slice(1, -1).replace(/\\([$`"\\\n])/g, '$1'), /[$`]/.test(line.slice(at, end)));
    }
    case '`':
      return upTo(quoteEnd(line, at), (raw) => raw, true);
    case '$':
      return line[at + 1] === '(' ? upTo(substitutionEnd(line, at), (raw) => raw, true) : { text: '$', end: at + 1, expands: true };
    default:
      return { text: char, end: at + 1, expands: false };
  }
}

/** Characters that are themselves. */
const plain = /[^\s;&|()<>\\'"`$]+/y;

function word(cursor: Cursor): ShellWord | undefined {
  const start = cursor.at;
  let text = '';
  let expands = false;
  for (;;) {
    plain.lastIndex = cursor.at;
    const run = plain.exec(cursor.line)?.[0];
    if (run !== undefined) {
      text += run;
      cursor.at += run.length;
    }
    if (cursor.at >= cursor.line.length || /[\s;&|()<>]/.test(cursor.line[cursor.at] ?? '')) break;
    const next = bit(cursor.line, cursor.at);
    if (next === undefined) return undefined;
    text += next.text;
    expands ||= next.expands;
    cursor.at = next.end;
  }
  return { text, start, expands };
}

/** Eats `>`, `2>&1`, `< file` and their like; false: it is one that we do not follow. */
function redirection(cursor: Cursor): boolean {
  const operator = /^(?:>>|>&|<&|<>|>\||>|<)(?!<)/.exec(cursor.line.slice(cursor.at, cursor.at + 3))?.[0];
  if (operator === undefined) return false;
  cursor.at += operator.length;
  while (/[ \t]/.test(cursor.line[cursor.at] ?? '')) cursor.at += 1;
  return (word(cursor)?.text ?? '') !== '';
}

/** @returns undefined when something stands in the line that is not understood: nothing may be said of any of its commands then */
export function simpleCommands(line: string): readonly SimpleCommand[] | undefined {
  const commands: ShellWord[][] = [];
  let current: ShellWord[] = [];
  const close = (): void => {
    if (current.length > 0) commands.push(current);
    current = [];
  };
  const cursor: Cursor = { line, at: 0 };
  while (cursor.at < line.length) {
    const char = line[cursor.at] ?? '';
    if (/[;&|()\n]/.test(char)) {
      close();
      cursor.at += 1;
    } else if (/\s/.test(char)) cursor.at += 1;
    else if (char === '#') {
      const end = line.indexOf('\n', cursor.at);
      cursor.at = end < 0 ? line.length : end;
    } else if (char === '<' || char === '>') {
      if (!redirection(cursor)) return undefined;
    } else {
      const next = word(cursor);
      if (next === undefined) return undefined;
      // The number in `2>file` belongs to the redirection.
      if (!(/^\d+$/.test(next.text) && /[<>]/.test(line[cursor.at] ?? ''))) current.push(next);
    }
  }
  close();
  return commands;
}
