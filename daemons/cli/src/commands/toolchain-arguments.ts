// Knows: the words after `sccache-ts toolchain`. Refuses to know: what they do.
import { Fault } from '@sccache-ts/core/base';

export type ToolchainAction =
  | { readonly kind: 'toolchain-ls' }
  | { readonly kind: 'package-toolchain'; readonly compiler: string; readonly out: string }
  /** `archive` undefined: the toolchain is packed for this and thrown away. */
  | { readonly kind: 'toolchain-test'; readonly compiler: string; readonly archive: string | undefined };

const help = `Usage: sccache-ts toolchain <ls|pack EXE OUT|test EXE [ARCHIVE]>

  ls                    the toolchains that this machine keeps for build servers
  pack EXE OUT          pack the toolchain of a compiler into an archive
  test EXE [ARCHIVE]    compile a small file with it in the sandbox of build servers, and say which file is missing
`;

/** @throws Fault USAGE */
export function toolchainAction(args: readonly string[]): ToolchainAction | { readonly kind: 'say'; readonly text: string } {
  const [word, first, second, ...more] = args;
  if (word === undefined || word === '-h' || word === '--help') return { kind: 'say', text: help };
  const wrong = (problem: string): Fault => new Fault('USAGE', problem, { hint: help });
  if (more[0] !== undefined) throw wrong(`unexpected argument '${more[0]}'`);
  switch (word) {
    case 'ls':
      if (first !== undefined) throw wrong(`unexpected argument '${first}'`);
      return { kind: 'toolchain-ls' };
    case 'pack':
      if (first === undefined || second === undefined) throw wrong('pack takes a compiler and the archive to write');
      return { kind: 'package-toolchain', compiler: first, out: second };
    case 'test':
      if (first === undefined) throw wrong('test takes a compiler, and an archive if there is one');
      return { kind: 'toolchain-test', compiler: first, archive: second };
    default:
      throw wrong(`'${word}' is not a command for toolchains`);
  }
}
