// Knows: compile commands as CMake writes them for ninja. Refuses to know: who runs them.
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

export interface CompileCommand {
  readonly command: readonly string[];
  /** Everything it writes, relative to where it runs. */
  readonly outputs: readonly string[];
}

export interface CompileCommandOptions {
  readonly compiler: string;
  readonly flags: readonly string[];
  readonly source: string;
  readonly object: string;
  /** Whether a dependency file is written. */
  readonly dependencies: boolean;
}

export function compileCommand({ compiler, flags, source, object, dependencies }: CompileCommandOptions): CompileCommand {
  const asked = dependencies ? ['-MD', '-MT', object, '-MF', `${object}.d`] : [];
  return { command: [compiler, ...flags, ...asked, '-o', object, '-c', source], outputs: dependencies ? [object, `${object}.d`] : [object] };
}

/** A library's flags for a compile that runs elsewhere. */
export function flagsFrom(flags: readonly string[], folder: string): readonly string[] {
  return flags.map((flag) => (flag.startsWith('-I') && !isAbsolute(flag.slice(2)) ? `-I${join(folder, flag.slice(2))}` : flag));
}

/** The absolute path of a program in PATH, as CMake names compilers. @throws Error when it is not there */
export function programPath(name: string): string {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      // Not in this folder; the next one may have it.
    }
  }
  throw new Error(`${name} is not installed`);
}
