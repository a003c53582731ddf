// Knows: where a gnu command line names the SDK and the machine that it compiles for. Refuses to know: what is in an SDK, but for the one file that
// clang reads without telling.
import { type EnvPairs, envValue } from '../base/index.js';
import type { Argument, CompilerFacts } from './types.js';

/** The values of an option, joined or apart. */
function valuesOf(args: readonly Argument[], flags: readonly string[]): readonly string[] {
  return args.flatMap(({ words: [word = '', next] }) => {
    const flag = flags.find((it) => word.startsWith(it));
    if (flag === undefined) return [];
    const joined = word.slice(flag.length);
    return [joined === '' ? (next ?? '') : joined].filter((value) => value !== '');
  });
}

/** Folders that stand for the root where headers are looked for, as spelled. */
export function sysroots(args: readonly Argument[], env: EnvPairs): readonly string[] {
  const inEnvironment = envValue(env, 'SDKROOT') ?? '';
  return [...new Set([...valuesOf(args, ['-isysroot', '--sysroot=', '--sysroot']), ...(inEnvironment === '' ? [] : [inEnvironment])])];
}

/**
 * clang for Apple's systems reads the SDK's version from this file and writes it into objects; no list of what was read names it.
 * Source: clang's driver for Darwin (parseSDKSettings), and tried with clang 14.
 */
export function sdkSettings(args: readonly Argument[], env: EnvPairs, { kind }: Pick<CompilerFacts, 'kind'>): readonly string[] {
  return kind === 'clang' ? sysroots(args, env).map((folder) => `${folder.replace(/\/+$/, '')}/SDKSettings.json`) : [];
}

/** The last target that is named; undefined: whatever the compiler is made for. */
export function targetOf(args: readonly Argument[]): string | undefined {
  return valuesOf(args, ['--target=', '--target', '-target']).at(-1);
}
