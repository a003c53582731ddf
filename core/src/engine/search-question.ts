// Knows: how a compile's compiler is asked where this compile looks for included files. Refuses to know: what is asked for there.
import { keyOf } from '../base/index.js';
import type { SearchQuestion } from '../host/index.js';
import { namedFolders } from './named-folders.js';
import type { Asked } from './work.js';

const searchVariables = /^variable (?:CPATH|.*_INCLUDE_PATH|GCC_EXEC_PREFIX|COMPILER_PATH|SDKROOT|NIX_.*)$/;

export function searchQuestion({ compiler, compilation, request }: Pick<Asked, 'compiler' | 'compilation' | 'request'>): SearchQuestion {
  const command = compiler.dialect.searchCommand(compilation, compiler.path);
  const variables = compiler.dialect.keyParts(compilation, request.env).filter(({ label }) => searchVariables.test(label));
  const folders = namedFolders(compilation, request.env);
  const relative = variables.length > 0 || folders.some((folder) => !folder.startsWith('/'));
  const parts = [
    { label: 'compiler', value: compiler.identity },
    { label: 'program', value: command.program },
    ...command.args.map((value) => ({ label: 'argument', value })),
    ...variables,
    ...(relative ? [{ label: 'cwd', value: compilation.cwd }] : []),
  ];
  return { key: keyOf(parts), command, folders, cwd: compilation.cwd, env: request.env };
}
