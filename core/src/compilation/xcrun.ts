// Knows: how xcrun's command line names a tool and the SDK that it is to be run for. Refuses to know: which tools and SDKs there are.
// Source: xcrun(1).

export interface XcrunCall {
  /** Words that choose SDK and toolchain. */
  readonly choice: readonly string[];
  readonly tool: string;
  readonly args: readonly string[];
}

const choosing = new Set(['--sdk', '-sdk', '--toolchain', '-toolchain']);
const harmless = new Set(['--run', '-run', '-r', '--no-cache', '-no-cache', '-n']);

/** Undefined: it asks something, or is of a kind that we do not know. */
export function parseXcrun(words: readonly string[]): XcrunCall | undefined {
  const choice: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (!word.startsWith('-')) return word === '' ? undefined : { choice, tool: word, args: words.slice(at + 1) };
    if (harmless.has(word)) continue;
    const value = words[at + 1];
    if (!choosing.has(word) || value === undefined) return undefined;
    choice.push(word, value);
    at += 1;
  }
  return undefined;
}
