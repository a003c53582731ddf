// Knows: how the bench's own C programs are built. Refuses to know: what is measured with them.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@sccache-ts/fixtures';

const sources = join(root, 'bench/native');

export interface NativePrograms {
  /** Starts commands in turns and tells what they cost. */
  readonly drive: string;
  /** A launcher that only copies prepared outputs into place. */
  readonly floor: string;
  /** Does nothing. */
  readonly noop: string;
}

/** @throws Error when there is no C compiler, with its words */
export function buildNative(folder: string): NativePrograms {
  mkdirSync(folder, { recursive: true });
  const make = (name: string, files: readonly string[], flags: readonly string[]): string => {
    const program = join(folder, name);
    execFileSync('cc', ['-O2', '-D_GNU_SOURCE', ...flags, '-o', program, ...files.map((file) => join(sources, file))], { stdio: ['ignore', 'ignore', 'pipe'] });
    return program;
  };
  return {
    drive: make('drive', ['drive.c', 'spec.c'], []),
    // Static, so that the dynamic linker is no part of the floor.
    floor: make('floor', ['floor.c'], ['-static']),
    noop: make('noop', ['noop.c'], ['-static']),
  };
}
