// Knows: how rustc, and what stands in its place, is spoken to. Refuses to know: files and processes.
import type { Command, CrateCommandOptions, CrateCompilation, CrateDialect } from '@sccache-ts/core/compilation';
import { readRustcDepInfo } from './rustc-dep-info.js';
import { rustcKeyParts } from './rustc-key.js';
import { parseRustc } from './rustc-parse.js';

function compileCommand({ words, colour }: CrateCompilation, program: string, { colours, linkArgument }: CrateCommandOptions): Command {
  const link = linkArgument === undefined ? [] : [`-Clink-arg=${linkArgument}`];
  return { program, args: [...words, ...link, ...(colour === 'auto' && colours ? ['--color=always'] : [])] };
}

export const rustcDialect: CrateDialect = { parse: parseRustc, compileCommand, keyParts: rustcKeyParts, readDepInfo: readRustcDepInfo };
