// Knows: how rustc names what it writes. Refuses to know: command lines.
//
// Seen with `rustc --print file-names` and by compiling: metadata alone is `lib<name>.rmeta` whatever the crate's type; with a linked output of a
// type that is no library, metadata is written too where it is asked for.
import type { CrateType, Output, OutputRole } from '@sccache-ts/core/compilation';

export type Emission = 'link' | 'metadata' | 'dep-info';

export interface Named {
  readonly crateName: string;
  readonly extraFilename: string;
  /** As given. */
  readonly folder: string;
  readonly types: readonly CrateType[];
  readonly emits: readonly Emission[];
}

/** For targets that name files as Linux does; libraries of crates are named alike everywhere. */
const linkedNames: Readonly<Record<CrateType, readonly [role: OutputRole, prefix: string, suffix: string]>> = {
  lib: ['rlib', 'lib', '.rlib'],
  rlib: ['rlib', 'lib', '.rlib'],
  staticlib: ['staticlib', 'lib', '.a'],
  bin: ['bin', '', ''],
  test: ['bin', '', ''],
  dylib: ['dylib', 'lib', '.so'],
  cdylib: ['dylib', 'lib', '.so'],
  'proc-macro': ['dylib', 'lib', '.so'],
};

const within = (folder: string, name: string): string => (folder === '' ? name : folder.endsWith('/') ? folder + name : `${folder}/${name}`);

export const depInfoOf = ({ crateName, extraFilename, folder }: Named): string => within(folder, `${crateName}${extraFilename}.d`);

/** The first is the main one. */
export function outputsOf(named: Named): readonly Output[] {
  const { crateName, extraFilename, folder, types, emits } = named;
  const stem = crateName + extraFilename;
  const outputs = new Map<string, Output>();
  const add = (role: OutputRole, name: string): void => void outputs.set(name, { role, path: within(folder, name), optional: false });
  if (emits.includes('link')) {
    for (const type of types) {
      const [role, prefix, suffix] = linkedNames[type];
      add(role, `${prefix}${stem}${suffix}`);
    }
  }
  if (emits.includes('metadata')) add('rmeta', `lib${stem}.rmeta`);
  return [...outputs.values(), { role: 'dep-info', path: depInfoOf(named), optional: false }];
}
