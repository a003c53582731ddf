// Knows: the two dialects in cl's manner, one set of rules over two option tables. Refuses to know: anything of its own.
import { type CompilerKind, type Compilation, decodedName, type Dialect, englishPrefix, type EnteredFiles, type OptionTable, partNotes, readNotes } from '@sccache-ts/core/compilation';
import { compileCommand, preprocessCommand, remoteCommand, searchCommand, tracedCommand } from './cl-commands.js';
import { keyParts, nearParts, remoteEnv } from './cl-key.js';
import { type ClEffect, clangClTable, msvcTable } from './cl-options.js';
import { parseCl } from './cl-parse.js';

/** Where system headers are left out, too little is told. */
function notedFiles({ args }: Compilation, stdout: string): readonly string[] | undefined {
  const shows = args.filter((argument) => argument.class === 'side-output').map(({ words: [word = ''] }) => word.slice(1));
  return shows.includes('showIncludes') && !shows.includes('showIncludes:user') ? readNotes(stdout, englishPrefix) : undefined;
}

/** Headers that cl.exe makes of type libraries while it preprocesses. */
const madeOfLibrary = /\.tl[hi]$/i;

function enteredFiles({ compiler, input }: Compilation, stderr: Uint8Array): EnteredFiles {
  const { notePrefix } = compiler;
  if (notePrefix === undefined) return { kind: 'unknowable', reason: 'the notes about included files cannot be told' };
  const { names, others } = partNotes(Buffer.from(stderr).toString('latin1'), notePrefix);
  const files = new Set([input]);
  for (const bytes of names) {
    const name = decodedName(bytes);
    if (name === undefined) return { kind: 'unknowable', reason: 'the name of an included file is in a code page' };
    if (madeOfLibrary.test(name)) return { kind: 'unknowable', reason: '#import' };
    files.add(name);
  }
  return { kind: 'entered', files: [...files], others: others.join('\n') };
}

function clDialect(kind: CompilerKind, table: OptionTable<ClEffect>): Dialect {
  return {
    kind,
    parse: (request, facts, readResponseFile) => parseCl(table, request, { facts, readResponseFile }),
    ...{ preprocessCommand, compileCommand, tracedCommand, searchCommand, remoteEnv },
    remoteCommand: (compilation, program, dependencyPath) => remoteCommand(table, compilation, { program, dependencyPath }),
    keyParts: (compilation, env) => keyParts(table, compilation, env),
    nearParts: (compilation) => nearParts(table, compilation),
    ...(kind === 'clang-cl' ? { notedFiles } : { enteredFiles }),
  };
}

export const clangClDialect: Dialect = clDialect('clang-cl', clangClTable);
export const msvcDialect: Dialect = clDialect('msvc', msvcTable);
