// Knows: how Windows programs cut a text into words, in response files and in the variables CL and _CL_. Refuses to know: what the words mean.

const isBlank = (character: string): boolean => ' \t\r\n\0'.includes(character);

/**
 * White space separates, double quotes group. Backslashes mean themselves, except before a quote: each two of them are one, and one that is left
 * over makes the quote an ordinary character. Two quotes within quotes are one ordinary quote.
 */
export function splitClWords(text: string): string[] {
  const words: string[] = [];
  let word = '';
  let started = false;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\') {
      let count = 1;
      while (text.charAt(at + count) === '\\') count += 1;
      const quote = text.charAt(at + count) === '"';
      word += '\\'.repeat(quote ? Math.floor(count / 2) : count);
      started = true;
      if (quote && count % 2 === 1) word += '"';
      at += quote && count % 2 === 1 ? count : count - 1;
    } else if (character === '"') {
      started = true;
      if (quoted && text.charAt(at + 1) === '"') {
        word += '"';
        at += 1;
      } else {
        quoted = !quoted;
      }
    } else if (!quoted && isBlank(character)) {
      if (started) words.push(word);
      word = '';
      started = false;
    } else {
      word += character;
      started = true;
    }
  }
  if (started) words.push(word);
  return words;
}

/** The words of `CL` or `_CL_`, in which the first `#` stands for the `=` that batch files cannot hold, unless there is one before it. */
export const wordsOfVariable = (value: string): readonly string[] => splitClWords(value).map((word) => word.replace(/^([^=#]*)#/, '$1='));
