// Knows: the dependency files that gcc and clang write for make. Refuses to know: which dependencies are the right ones.
//
// Grammar:  file = rule*;  rule = name* ':' name* newline;  names are parted by blanks, `\` newline is a blank;
//           in a name `\ ` is a blank, `\#` is `#`, `$$` is `$`, and backslashes right before a blank or `#` are doubled

interface Word {
  readonly text: string;
  readonly next: number;
  /** True when the word ends with an unescaped colon before a blank or the end: what came before are targets. */
  readonly target: boolean;
}

const isBlank = (character: string | undefined): boolean => character === ' ' || character === '\t';
const isEnd = (character: string | undefined): boolean => character === undefined || character === '\n' || isBlank(character);

function backslashesAt(text: string, at: number): number {
  let count = 0;
  while (text[at + count] === '\\') count += 1;
  return count;
}

function readWord(text: string, from: number): Word {
  let word = '';
  let at = from;
  while (!isEnd(text[at])) {
    if (text[at] === '\\') {
      const count = backslashesAt(text, at);
      const after = text[at + count];
      at += count;
      if (after === '\n') {
        // The last one continues the line; the word ends before it.
        return { text: word + '\\'.repeat(count - 1), next: at - 1, target: false };
      }
      const escapes = isBlank(after) || after === '#' || after === ':';
      if (escapes && count % 2 === 1) {
        word += '\\'.repeat((count - 1) / 2) + (after ?? '');
        at += 1;
      } else {
        word += '\\'.repeat(escapes ? count / 2 : count);
      }
    } else if (text[at] === '$' && text[at + 1] === '$') {
      word += '$';
      at += 2;
    } else if (text[at] === ':' && isEnd(text[at + 1])) {
      return { text: word, next: at + 1, target: true };
    } else {
      word += text.charAt(at);
      at += 1;
    }
  }
  return { text: word, next: at, target: false };
}

/** What the first rule depends on, as spelled; undefined when there is no rule. */
export function parseDependencies(file: string): readonly string[] | undefined {
  const text = file.replaceAll('\r\n', '\n');
  const found: string[] = [];
  let seenColon = false;
  for (let at = 0; at < text.length; ) {
    if (isBlank(text[at])) {
      at += 1;
    } else if (text.startsWith('\\\n', at)) {
      at += 2;
    } else if (text[at] === '\n') {
      if (seenColon) return found;
      at += 1;
    } else {
      const word = readWord(text, at);
      at = word.next;
      if (word.target) seenColon = true;
      else if (seenColon && word.text !== '') found.push(word.text);
    }
  }
  return seenColon ? found : undefined;
}
