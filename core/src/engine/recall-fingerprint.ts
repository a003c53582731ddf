// Knows: when two requests ask for the same thing. Refuses to know: files, and what is answered.
import { type Digest, digestOf } from '../base/index.js';
import { type CompileRequest, isReadVariable } from '../compilation/index.js';
import { isChoosing } from './compilers-environment.js';

/** A request with what of its launcher shapes the answer. */
export interface RecallRequest extends CompileRequest {
  readonly umask: number;
  readonly colour: boolean;
}

/** Variables that can decide about a compile or about its compiler, or that ask something of us. The rest differ from shell to shell. */
const counts = (name: string): boolean => name.startsWith('SCCACHE_') || isReadVariable(name) || isChoosing(name);

/** Equal ones are the same request, but for what scripts in a compiler's place may read. */
export function fingerprintOf({ compiler, args, cwd, env, umask, colour }: RecallRequest): Digest {
  const texts = [compiler, cwd, String(umask), String(colour), String(args.length), ...args];
  for (const [name, value] of env) if (counts(name)) texts.push(name, value);
  // No text from a command line or an environment holds a NUL.
  return digestOf(texts.join('\0'));
}
