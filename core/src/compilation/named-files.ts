// Knows: which words look as if they named a file that the compiler reads or writes, by a name or a value that such words have; for words that no
// table describes, such as those of later compilers. Refuses to know: words of a table, and whether there is such a file.
import { flagOf } from './option-table.js';

/** `-fmemory-profile-use=`, `-fwhatever-file=`: how the names of options end whose value is a file. */
const readingName = /(?:file|files|list|lists|path|paths|use|data|index|overlay|input|output|script|profile|spec|specs|config|map|maps|mappings?|plugin|bitcode|object|layout|export|loc|summary|module|pch|include|report|log|manifest|database)=$/;
/** `-fbasic-block-sections=list=f`: the kind of value before the value. */
const readingValue = /(?:^|[,;:])(?:file|list|path)[=:]/;

/** Whether a word about code (`-f…`, `-m…`) that no table describes may name a file; any folder in its value counts. */
export function mayNameFile(word: string): boolean {
  if (!/^-[fm]/.test(word)) return false;
  const flag = flagOf(word);
  return (flag.endsWith('=') && (readingName.test(flag) || readingValue.test(word.slice(flag.length)))) || /[\\/]/.test(word);
}

/** Names of LLVM's switches with a file behind them, or with one of a fixed name. */
const llvmFile = /(?:list|path|-dir|directory|summary|replay|plugin|channel-base|workload-def|ctx-profile|model|-log|-load)$|model-under|jscop|polly-import|polly-export|exec-on|vocab/;
/** Switches that write files, measure time or draw graphs. */
const loudLlvmWord = /output|file|time|stats|print|view|dump|dot|debug|remarks|save|record|trace/;

/** Whether a word for LLVM writes, prints and reads nothing. A value may come as a word of its own. */
export function isQuietLlvmWord(word: string): boolean {
  return !loudLlvmWord.test(word) && !llvmFile.test(word.replace(/=.*/, '')) && !/[\\/]|\.[A-Za-z]/.test(word);
}
