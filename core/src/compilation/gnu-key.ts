// Knows: which parts of a gnu compile, besides files, decide about its result. Refuses to know: files' contents and the
// compiler's identity; the engine adds those.
import type { EnvPairs, KeyPart } from '../base/index.js';
import { envValue } from '../base/index.js';
import { commonParts, searchParts } from './key-parts.js';
import { normalised, type OptionTable } from './option-table.js';
import type { Argument, Compilation } from './types.js';

/** What the compilers read from the environment, and the user's own switch. */
const hashedVariables = [
  'SCCACHE_C_CUSTOM_CACHE_BUSTER',
  'MACOSX_DEPLOYMENT_TARGET', 'IPHONEOS_DEPLOYMENT_TARGET', 'TVOS_DEPLOYMENT_TARGET', 'WATCHOS_DEPLOYMENT_TARGET', 'SDKROOT',
  'LANG', 'LC_ALL', 'LC_MESSAGES', 'LC_CTYPE', 'LANGUAGE', 'GCC_COLORS', 'GCC_EXTRA_DIAGNOSTIC_OUTPUT',
  'GCC_EXEC_PREFIX', 'COMPILER_PATH', 'SOURCE_DATE_EPOCH',
  'CPATH', 'C_INCLUDE_PATH', 'CPLUS_INCLUDE_PATH', 'OBJC_INCLUDE_PATH', 'OBJCPLUS_INCLUDE_PATH',
] as const;
/** Wrapper scripts of this distribution add flags from its variables. */
const hashedPrefixes = ['NIX_CFLAGS', 'NIX_CXXSTDLIB', 'NIX_HARDENING_ENABLE', 'NIX_CC'];

const hashedNames = new Set<string>(hashedVariables);

export const isHashedVariable = (name: string): boolean => hashedNames.has(name) || hashedPrefixes.some((prefix) => name.startsWith(prefix));

const warnsAboutSearchPath = /^-W(missing-include-dirs|poison-system-directories|everything|invalid-|incompatible-sysroot)/;

/** Whether an argument is hashed as text. Search paths are seen in the text, except by those who warn about them. */
function isHashed(compilation: Compilation): (argument: Argument) => boolean {
  const all = !compilation.needsPreprocessing || compilation.args.some(({ words: [word = ''] }) => warnsAboutSearchPath.test(word));
  return ({ class: cls }) => {
    if (cls === 'common') return true;
    if (cls === 'preprocessor') return all;
    return cls === 'dependency' && !compilation.needsPreprocessing;
  };
}

export function keyParts(table: OptionTable, compilation: Compilation, env: EnvPairs): readonly KeyPart[] {
  const { kind, plusplus } = compilation.compiler;
  const rules = { driver: `${kind}${plusplus ? '++' : ''}`, isHashed: isHashed(compilation), normalised: (words: readonly string[]) => normalised(table, words) };
  const parts = commonParts(compilation, env, rules);
  if (compilation.outputNameInOutputs) {
    parts.push({ label: 'output name', value: compilation.outputs[0]?.path ?? '' });
  }
  for (const name of hashedVariables) {
    const value = envValue(env, name);
    if (value !== undefined) parts.push({ label: `variable ${name}`, value });
  }
  for (const [name, value] of env) {
    if (hashedPrefixes.some((prefix) => name.startsWith(prefix))) parts.push({ label: `variable ${name}`, value });
  }
  return parts;
}

export const nearParts = (table: OptionTable, compilation: Compilation): readonly KeyPart[] => searchParts(compilation, (words) => normalised(table, words));

const sentVariables = new Set<string>([
  ...hashedVariables.filter((name) => !name.startsWith('SCCACHE_') && name !== 'GCC_COLORS'),
  'PATH', 'PWD', 'LC_COLLATE', 'LC_NUMERIC', 'LC_TIME',
]);

/** What a build server needs to compile alike; everything else, secrets included, stays here. */
export function remoteEnv(env: EnvPairs): EnvPairs {
  return env.filter(([name]) => sentVariables.has(name));
}
