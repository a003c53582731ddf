// Knows: the two dialects in cl's manner, one set of rules over two option tables. Refuses to know: anything of its own.
import type { CompilerKind, Compilation, Dialect, OptionTable } from '@sccache-ts/core/compilation';
import { compileCommand, preprocessCommand, remoteCommand, searchCommand, tracedCommand } from './cl-commands.js';
import { keyParts, nearParts, remoteEnv } from './cl-key.js';
import { type ClEffect, clangClTable, msvcTable } from './cl-options.js';
import { parseCl } from './cl-parse.js';
import { englishPrefix, readNotes } from './include-notes.js';

/** Where system headers are left out, too little is told. */
function notedFiles({ args }: Compilation, stdout: string): readonly string[] | undefined {
  const shows = args.filter((argument) => argument.class === 'side-output').map(({ words: [word = ''] }) => word.slice(1));
  return shows.includes('showIncludes') && !shows.includes('showIncludes:user') ? readNotes(stdout, englishPrefix) : undefined;
}

function clDialect(kind: CompilerKind, table: OptionTable<ClEffect>): Dialect {
  return {
    kind,
    parse: (request, facts, readResponseFile) => parseCl(table, request, { facts, readResponseFile }),
    ...{ preprocessCommand, compileCommand, tracedCommand, searchCommand, remoteEnv },
    remoteCommand: (compilation, program, dependencyPath) => remoteCommand(table, compilation, { program, dependencyPath }),
    keyParts: (compilation, env) => keyParts(table, compilation, env),
    nearParts: (compilation) => nearParts(table, compilation),
    ...(kind === 'clang-cl' ? { notedFiles } : {}),
  };
}

export const clangClDialect: Dialect = clDialect('clang-cl', clangClTable);
/** Understood so that its verdicts can be told; nothing examines a cl.exe yet. */
export const msvcDialect: Dialect = clDialect('msvc', msvcTable);
