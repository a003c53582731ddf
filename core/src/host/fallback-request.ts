// Knows: what the daemon is told about a compile, as JavaScript sees it. Refuses to know: what the compiler's arguments mean.
// core/native/request.cc is the same for the native launcher.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { forwardSlashed } from '../base/index.js';
import type { CompileFrame } from '../wire/index.js';
import type { Program } from './fallback-child.js';
import { processEnvironment } from './process-environment.js';

/** @param build the version of this package */
export function describeCompile(target: Program, build: string): CompileFrame {
  const cwd = process.cwd();
  const facts = statSync('.', { bigint: true });
  const { TERM } = process.env;
  return {
    kind: 'compile',
    build,
    // As the daemon spells it: names that it makes of it are understood by every program.
    cwd: process.platform === 'win32' ? forwardSlashed(cwd) : cwd,
    cwdDevice: facts.dev,
    cwdInode: facts.ino,
    umask: process.umask(),
    colour: process.stderr.isTTY && TERM !== undefined && TERM !== '' && TERM !== 'dumb',
    compiler: resolve(cwd, target.path),
    args: target.args,
    env: processEnvironment(),
  };
}
