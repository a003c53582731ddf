// Knows: the words after `sccache-ts init` and `sccache-ts doctor`. Refuses to know: what they do.
import { Fault } from '@sccache-ts/core/base';

export type SetUpAction = { readonly kind: 'init'; readonly write: boolean } | { readonly kind: 'doctor' } | { readonly kind: 'say'; readonly text: string };

const help = {
  init: `Usage: sccache-ts init [--write]

  Finds the build systems in this folder and says what to do so that they compile through sccache-ts.
  --write    do it, where it can be done without editing what is yours
`,
  doctor: `Usage: sccache-ts doctor

  Checks compilers, launcher, daemon, cache, scheduler, toolchain and one real compile on a build server, and says what is wrong in a sentence each.
`,
} as const;

/** @throws Fault USAGE */
export function setUpAction(name: keyof typeof help, args: readonly string[]): SetUpAction {
  if (args.some((word) => word === '-h' || word === '--help')) return { kind: 'say', text: help[name] };
  const unknown = args.find((word) => !(name === 'init' && word === '--write'));
  if (unknown !== undefined) throw new Fault('USAGE', `unexpected argument '${unknown}'`, { hint: help[name] });
  return name === 'init' ? { kind: 'init', write: args.length > 0 } : { kind: 'doctor' };
}
