// Knows: which folders a command line and its environment name for included files. Refuses to know: which of them are there.
import { type EnvPairs, envValue } from '../base/index.js';
import type { Compilation } from '../compilation/index.js';

const folderOptions = /^(?:-I|-isystem|-iquote|-idirafter|-cxx-isystem|-B)=?/;
const folderVariables = ['CPATH', 'C_INCLUDE_PATH', 'CPLUS_INCLUDE_PATH', 'OBJC_INCLUDE_PATH', 'OBJCPLUS_INCLUDE_PATH'];

/** As spelled, each once. */
export function namedFolders({ args }: Compilation, env: EnvPairs): readonly string[] {
  const words = args.filter((argument) => argument.class === 'preprocessor').flatMap((argument) => argument.words);
  const inEnvironment = folderVariables.flatMap((name) => (envValue(env, name) ?? '').split(':'));
  const folders = [...words, ...inEnvironment].map((word) => word.replace(folderOptions, ''));
  return [...new Set(folders.filter((path) => path !== '' && !path.startsWith('-')))];
}
