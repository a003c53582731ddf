// Knows: the words of a build.ninja that compiles many files, as CMake writes it. Refuses to know: who runs ninja.

export interface NinjaFileOptions {
  /** What goes before the compiler. */
  readonly prefix: readonly string[];
  readonly compiler: string;
  readonly flags: readonly string[];
  readonly edges: readonly { readonly source: string; readonly object: string }[];
}

const shellWord = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`);
const escapeValue = (text: string): string => text.replaceAll('$', '$$$$');
const escapePath = (path: string): string => path.replaceAll(/[$ :]/g, '$$$&');

export function ninjaFile({ prefix, compiler, flags, edges }: NinjaFileOptions): string {
  const words = [...prefix, compiler, ...flags].map(shellWord).join(' ');
  const rule = ['rule CXX_COMPILER', '  depfile = $out.d', '  deps = gcc', `  command = ${escapeValue(words)} -MD -MT $out -MF $out.d -o $out -c $in`, '  description = Building CXX object $out'];
  return `${[...rule, '', ...edges.map(({ source, object }) => `build ${escapePath(object)}: CXX_COMPILER ${escapePath(source)}`)].join('\n')}\n`;
}
