// Knows: the lists that rustc writes of what it has read. Refuses to know: where they lie.
//
//   list     = (rule | comment | empty)*, one a line
//   rule     = output ':' (' ' file)*            in a file's name `\ ` is a blank; a rule without files names a file itself
//   comment  = '# env-dep:' NAME ['=' value]     without `=` the variable was not set; in a value `\n`, `\r` and `\\` are escapes
//            | '#' anything
//
// Source: compiler/rustc_interface/src/passes.rs (write_out_deps, escape_dep_filename, escape_dep_env) says so in rustc's own words.
import type { AskedVariable, CrateReads } from '@sccache-ts/core/compilation';

const envDep = '# env-dep:';

function unescaped(text: string): string {
  return text.replace(/\\([nr\\])/g, (_, letter: string) => (letter === 'n' ? '\n' : letter === 'r' ? '\r' : '\\'));
}

function variableOf(text: string): AskedVariable {
  const at = text.indexOf('=');
  return at < 0 ? { name: unescaped(text), value: undefined } : { name: unescaped(text.slice(0, at)), value: unescaped(text.slice(at + 1)) };
}

/** Names that blanks part, where they are not escaped. */
function namesIn(text: string): readonly string[] {
  return text.split(/(?<!\\) +/).map((name) => name.replaceAll('\\ ', ' ')).filter((name) => name !== '');
}

/** @returns undefined when the text is no such list */
export function readRustcDepInfo(text: string): CrateReads | undefined {
  const files = new Set<string>();
  const variables: AskedVariable[] = [];
  let rules = 0;
  for (const line of text.split('\n')) {
    if (line.startsWith(envDep)) variables.push(variableOf(line.slice(envDep.length)));
    if (line === '' || line.startsWith('#')) continue;
    const at = line.endsWith(':') ? line.length - 1 : line.indexOf(': ');
    if (at < 0) return undefined;
    rules += 1;
    for (const name of namesIn(line.slice(at + 1))) files.add(name);
  }
  return rules === 0 || files.size === 0 ? undefined : { files: [...files], variables };
}
