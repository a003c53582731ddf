// Knows: how rustc, and what stands in its place, is spoken to. Refuses to know: files and processes.
import type { Command, CrateCommandOptions, CrateCompilation, CrateDialect, LinkProbe } from '@sccache-ts/core/compilation';
import { readRustcDepInfo } from './rustc-dep-info.js';
import { rustcKeyParts } from './rustc-key.js';
import { parseRustc } from './rustc-parse.js';
import { listCommand, remoteEnv } from './rustc-remote.js';
import { isLinkTemporary, lookedFor, mayBundle } from './rustc-places.js';
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

/** Lines that tell of an output; builds without messages have no others. */
const announces = /^\{"\$message_type":"artifact"|^\{"artifact":/;

const saysMore = (messages: string): boolean => messages.split('\n').some((line) => line !== '' && !announces.test(line));

function linkProbe({ linking, words: [first = ''] }: CrateCompilation, { folder, linkArgument }: { readonly folder: string; readonly linkArgument: string }): LinkProbe {
  const source = { name: 'probe.rs', text: 'fn main() {}\n' };
  // What stands in rustc's place is told first which one it stands for.
  const wrapped = /(?:^|\/)rustc$/.test(first) ? [first] : [];
  const crate = ['--crate-name=probe', '--crate-type=bin', '--emit=link', '--edition=2021', `--out-dir=${folder}`];
  return { source, args: [...wrapped, ...crate, ...(linking?.words ?? []), `-Clink-arg=${linkArgument}`, source.name] };
}

export const rustcDialect: CrateDialect = {
  ...{ parse: parseRustc, compileCommand, linkProbe, listCommand, remoteEnv },
  ...{ keyParts: rustcKeyParts, readDepInfo: readRustcDepInfo },
  ...{ lookedFor, mayBundle, saysMore, isLinkTemporary },
};
