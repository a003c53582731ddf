// Knows: words in a source whose meaning depends on more than the files that the preprocessor entered.
// Refuses to know: where files are looked for.

export interface SourceMentions {
  /** Operands of `__has_include` and `__has_include_next`: whether such files exist decides what is compiled. */
  readonly asked: readonly string[];
  /** Why a build server could see something else than we do; undefined when it cannot. */
  readonly unclear: string | undefined;
}

const nothing: SourceMentions = { asked: [], unclear: undefined };
const hasInclude = /__has_include(?:_next)?[ \t]*(?:\\\r?\n[ \t]*)*\(\s*(?:<([^>\n]+)>|"([^"\n]+)"|([^)\n]*))/g;
/** `#define __has_include(x) 0`, for compilers that lack it. */
const defines = /#[ \t]*define[ \t]+$/;
/** The time zone is the build server's own. */
const times = /__(?:TIME|DATE|TIMESTAMP)__/;
/** Files that the preprocessor or the assembler takes in without a line marker. */
const takesIn = /^[ \t]*#[ \t]*embed\b|__has_embed\b|\.incbin\b/m;

/** Cheap for the many files that mention nothing. Comments are not told from code: that costs a compile at home at most. */
export function mentionsOf(content: Buffer): SourceMentions {
  const interesting = content.includes('__has_') || content.includes('__TIME') || content.includes('__DATE__');
  if (!interesting && !content.includes('embed') && !content.includes('.incbin')) return nothing;
  const text = content.toString('latin1');
  const time = times.exec(text);
  if (time !== null) return { asked: [], unclear: `${time[0]} depends on the time zone` };
  if (takesIn.test(text)) return { asked: [], unclear: 'a file is embedded' };
  const asked = new Set<string>();
  for (const match of text.matchAll(hasInclude)) {
    const operand = match[1] ?? match[2];
    if (operand !== undefined) asked.add(Buffer.from(operand, 'latin1').toString());
    else if (!defines.test(text.slice(Math.max(0, match.index - 40), match.index))) {
      return { asked: [], unclear: `__has_include of ${JSON.stringify((match[3] ?? '').trim().slice(0, 60))}` };
    }
  }
  return { asked: [...asked], unclear: undefined };
}
