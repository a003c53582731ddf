// Knows: how xcrun's command line names a tool and the SDK that it is to be run for, and how the tool is told of it without xcrun.
// Refuses to know: which tools and SDKs there are.
// Source: xcrun(1); clang's lib/Driver/ToolChains/Darwin.cpp for SDKROOT.

export interface XcrunCall {
  /** Words that choose SDK and toolchain. */
  readonly choice: readonly string[];
  readonly tool: string;
  readonly args: readonly string[];
}

const choosing = new Set(['--sdk', '-sdk', '--toolchain', '-toolchain']);
const harmless = new Set(['--run', '-run', '-r', '--no-cache', '-no-cache', '-n']);

/** Undefined: it asks something, or is of a kind that we do not know. */
export function parseXcrun(words: readonly string[]): XcrunCall | undefined {
  const choice: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (!word.startsWith('-')) return word === '' ? undefined : { choice, tool: word, args: words.slice(at + 1) };
    if (harmless.has(word)) continue;
    const value = words[at + 1];
    if (!choosing.has(word) || value === undefined) return undefined;
    choice.push(word, value);
    at += 1;
  }
  return undefined;
}

const asksForSdk = (words: readonly string[]): boolean => words.some((word) => word === '--sdk' || word === '-sdk');

const forApple = (target: string | undefined): boolean => target?.includes('-apple-') === true;

function isForOthers(word: string, next: string | undefined): boolean {
  if (word === '-target' || word === '--target') return !forApple(next);
  return word.startsWith('--target=') && !forApple(word.slice('--target='.length));
}

/**
 * What the tool must be told so that it does without xcrun what it does under it; undefined where words cannot tell it. xcrun hands an SDK that was
 * asked for, by `--sdk` or SDKROOT, to the tool as SDKROOT, and clang takes that for `-isysroot` when there is none and it compiles for Apple's
 * systems. Where none was asked for xcrun sets other variables as well (CPATH, LIBRARY_PATH).
 * @param sdkRoot SDKROOT of whoever calls xcrun
 */
export function withoutXcrun({ choice, args }: XcrunCall, sdkRoot: string, sdk: string): readonly string[] | undefined {
  if (!asksForSdk(choice) && sdkRoot === '') return undefined;
  // Words that nobody has read yet may be any of these.
  const unsure = args.some((word, at) => word.startsWith('--sysroot') || word.startsWith('@') || isForOthers(word, args[at + 1]));
  if (unsure) return undefined;
  return args.some((word) => word.startsWith('-isysroot')) ? args : ['-isysroot', sdk, ...args];
}
