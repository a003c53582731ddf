// Knows: how rustc, and what stands in its place, is spoken to. Refuses to know: files and processes.
import { envValue } from '@sccache-ts/core/base';
import type { Command, CompileRequest, CrateCommandOptions, CrateCompilation, CrateDialect } from '@sccache-ts/core/compilation';
import { readRustcDepInfo } from './rustc-dep-info.js';
import { rustcKeyParts } from './rustc-key.js';
import { parseRustc } from './rustc-parse.js';
import { readWords } from './rustc-words.js';

/** rustc takes `--color` once only. */
function withoutColour(words: readonly string[]): readonly string[] {
  const read = readWords(words) ?? [];
  return read.some(({ option }) => option?.effect === 'colour') ? read.flatMap((word) => (word.option?.effect === 'colour' ? [] : word.words)) : words;
}

function compileCommand({ words, colour }: CrateCompilation, program: string, { colours, linkArgument }: CrateCommandOptions): Command {
  const link = linkArgument === undefined ? [] : [`-Clink-arg=${linkArgument}`];
  if (colour !== 'auto' || !colours) return { program, args: [...words, ...link] };
  return { program, args: [...withoutColour(words), ...link, '--color=always'] };
}

/** clippy looks for its settings in a package's folder and in all above, and tells of them when it finds some. */
function lookedFor({ compiler, env }: CompileRequest): readonly string[] {
  if (!/(?:^|\/)clippy-driver$/.test(compiler)) return [];
  const names: string[] = [];
  for (let folder = envValue(env, 'CLIPPY_CONF_DIR') ?? envValue(env, 'CARGO_MANIFEST_DIR') ?? ''; folder.startsWith('/'); ) {
    const prefix = folder === '/' ? '/' : `${folder}/`;
    names.push(`${prefix}.clippy.toml`, `${prefix}clippy.toml`);
    folder = folder === '/' ? '' : folder.slice(0, Math.max(1, folder.lastIndexOf('/')));
  }
  return names;
}

export const rustcDialect: CrateDialect = { parse: parseRustc, compileCommand, keyParts: rustcKeyParts, lookedFor, readDepInfo: readRustcDepInfo };
